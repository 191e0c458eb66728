//! All tables of a service, for what concerns a tenant as a whole: taking its data along, and erasing it.

use std::marker::PhantomData;
use std::path::PathBuf;

use async_trait::async_trait;
use lingxi_contracts::{After, TenantData};
use lingxi_kernel::{Ctx, Error, Result};
use sea_orm::{ColumnTrait, IdenStatic as _, Iterable as _, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, TenantEntity, Tx, delete_many, find};

const PAGE: u64 = 500;
/// Columns that are never taken along.
const SECRETS: [&str; 6] = ["secret_hash", "secret", "password_hash", "totp_secret", "identity_secret", "link"];

#[async_trait]
trait Table: Send + Sync {
    fn name(&self) -> &'static str;
    async fn rows(&self, tx: &Tx, after: Option<Uuid>) -> Result<Vec<Value>>;
    async fn erase(&self, tx: &Tx) -> Result<()>;
}

struct Of<E>(PhantomData<fn() -> E>);

#[async_trait]
impl<E: TenantEntity> Table for Of<E>
where
    E::Column: Sync,
{
    fn name(&self) -> &'static str {
        // Table names are literals of the entities.
        E::default().table_name()
    }

    async fn rows(&self, tx: &Tx, after: Option<Uuid>) -> Result<Vec<Value>> {
        let Some(id) = E::Column::iter().find(|column| column.as_str() == "id") else {
            // Tables without an id hold a few rows per tenant.
            return Ok(find::<E>(tx).into_json().all(tx.conn()).await?);
        };
        let mut rows = find::<E>(tx).order_by_asc(id).limit(PAGE);
        if let Some(after) = after {
            rows = rows.filter(id.gt(after));
        }
        Ok(rows.into_json().all(tx.conn()).await?)
    }

    async fn erase(&self, tx: &Tx) -> Result<()> {
        delete_many::<E>(tx).exec(tx.conn()).await?;
        Ok(())
    }
}

/// The tables of a service that hold rows of tenants, and its folder of files.
pub struct TenantTables {
    db: Db,
    tables: Vec<Box<dyn Table>>,
    /// What is made out of the others.
    made: Vec<Box<dyn Table>>,
    /// What outlives the tenant.
    kept: Vec<Box<dyn Table>>,
    folder: Option<PathBuf>,
}

impl std::fmt::Debug for TenantTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantTables").finish_non_exhaustive()
    }
}

impl TenantTables {
    /// None yet.
    pub fn new(db: Db) -> Self {
        Self { db, tables: Vec::new(), made: Vec::new(), kept: Vec::new(), folder: None }
    }

    /// With the table of an entity.
    #[must_use]
    pub fn with<E: TenantEntity + 'static>(mut self) -> Self
    where
        E::Column: Sync,
    {
        self.tables.push(Box::new(Of::<E>(PhantomData)));
        self
    }

    /// With the table of an entity whose rows are made out of others: it is erased, but not taken along.
    #[must_use]
    pub fn with_made<E: TenantEntity + 'static>(mut self) -> Self
    where
        E::Column: Sync,
    {
        self.made.push(Box::new(Of::<E>(PhantomData)));
        self
    }

    /// With the table of an entity whose rows the law demands to be kept: it is taken along, but not erased.
    #[must_use]
    pub fn with_kept<E: TenantEntity + 'static>(mut self) -> Self
    where
        E::Column: Sync,
    {
        self.kept.push(Box::new(Of::<E>(PhantomData)));
        self
    }

    /// With a folder that holds one folder of files per tenant.
    #[must_use]
    pub fn with_files(mut self, folder: PathBuf) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Removes every row of the tenant but those that are kept by law.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the rows cannot be removed.
    pub async fn erase(&self, tx: &Tx) -> Result<()> {
        for table in self.tables.iter().chain(&self.made) {
            table.erase(tx).await?;
        }
        Ok(())
    }

    /// Removes the tenant's files; to be called after the rows are gone.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the folder cannot be removed.
    pub async fn erase_files(&self, ctx: &Ctx) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        match tokio::fs::remove_dir_all(folder.join(ctx.tenant.to_string())).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl TenantData for TenantTables {
    fn tables(&self) -> Vec<&'static str> {
        self.tables.iter().chain(&self.kept).map(|table| table.name()).collect()
    }

    async fn rows(&self, ctx: &Ctx, table: &str, after: After) -> Result<(Vec<Value>, After)> {
        let known = self.tables.iter().chain(&self.kept).find(|known| known.name() == table);
        let table = known.ok_or_else(|| Error::internal(format!("`{table}` is no table of tenants")))?;
        let after = after.map(|after| after.parse::<Uuid>()).transpose()?;
        let mut rows = table.rows(&self.db.read(ctx), after).await?;
        let full = rows.len() as u64 == PAGE;
        let next = rows.last().filter(|_| full).and_then(|row| row["id"].as_str()).map(str::to_owned);
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            row.retain(|column, _| !SECRETS.contains(&column.as_str()));
        }
        Ok((rows, next))
    }

    async fn files(&self, ctx: &Ctx) -> Result<Vec<(String, PathBuf)>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let Ok(mut entries) = tokio::fs::read_dir(folder.join(ctx.tenant.to_string())).await else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            files.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
        files.sort();
        Ok(files)
    }
}

//! Secrets that are sealed before they are stored. A tenant has a key of its own, wrapped by the operator's; it ends with the tenant.
//!
//! Without a key of the operator secrets are stored as they are, and what was sealed cannot be read.

use futures::FutureExt as _;
use lingxi_kernel::{Ctx, Error, Result, TenantId};
use lingxi_vault::{DataKey, Keys, Place, is_sealed};
use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;

use crate::{Db, TenantEntity, Turns, Tx, find, insert, system, update, update_many};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_data_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub wrapped: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

impl Db {
    /// A secret in the form in which it is stored at a place of the tenant. To be called outside of a write transaction.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the tenant's key cannot be made or opened.
    pub async fn seal(&self, ctx: &Ctx, place: Place<'_>, secret: &str) -> Result<String> {
        let Some(keys) = &self.keys else { return Ok(secret.to_owned()) };
        let tenant = ctx.tenant.uuid();
        let key = match data_key(&self.read(ctx), keys).await? {
            Some(key) => key,
            None => self.make_key(ctx, keys).await?,
        };
        key.seal(tenant, place, secret, self.env())
    }

    /// A secret that is stored at a place of the tenant, sealed or, from before there was a key, as it is.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when it is sealed and the key that is needed is not there.
    pub async fn unseal(&self, ctx: &Ctx, place: Place<'_>, stored: &str) -> Result<String> {
        if !is_sealed(stored) {
            return Ok(stored.to_owned());
        }
        let keys =
            self.keys.as_ref().ok_or_else(|| Error::internal("a secret is sealed, and secrets.keys is not set"))?;
        let key = data_key(&self.read(ctx), keys).await?;
        let key = key.ok_or_else(|| Error::internal("a secret is sealed with a key that is gone"))?;
        key.open(ctx.tenant.uuid(), place, stored)
    }

    /// Whether secrets are sealed.
    pub fn seals(&self) -> bool {
        self.keys.is_some()
    }

    async fn make_key(&self, ctx: &Ctx, keys: &Keys) -> Result<DataKey> {
        let tx = self.begin(ctx).await?;
        // Somebody else may have made it meanwhile.
        if let Some(key) = data_key(&tx, keys).await? {
            return Ok(key);
        }
        let key = DataKey::draw(self.env());
        let wrapped = keys.wrap(tx.tenant(), &key, self.env())?;
        insert(&tx, Model { tenant_id: tx.tenant(), wrapped, created_at: tx.now() }).await?;
        tx.commit().await?;
        Ok(key)
    }
}

/// Seals what stands in a column of secrets from before there was a key; does nothing without one. A row that changes meanwhile, or
/// cannot be sealed, is left for the next time.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
pub async fn seal_plain<E: TenantEntity>(db: &Db, id: E::Column, secret: E::Column) -> Result<()> {
    if !db.seals() {
        return Ok(());
    }
    let plain = E::find()
        .filter(secret.is_not_null())
        .filter(secret.ne(""))
        .filter(secret.not_like("sealed.%"))
        .select_only()
        .columns([E::TENANT, id, secret])
        .limit(500)
        .into_tuple::<(Uuid, Uuid, String)>()
        .all(&system::reader(db))
        .await?;
    let table = E::default().table_name().to_owned();
    let seal = |(tenant, row, plain): (Uuid, Uuid, String)| {
        let table = &table;
        async move {
            let ctx = Ctx::system(TenantId::from_uuid(tenant), "store");
            let sealed = db.seal(&ctx, Place { table, row, column: secret.as_str() }, &plain).await?;
            let tx = db.begin(&ctx).await?;
            let same = update_many::<E>(&tx).filter(id.eq(row)).filter(secret.eq(plain));
            same.col_expr(secret, Expr::value(sealed)).exec(tx.conn()).await?;
            tx.commit().await
        }
        .boxed()
    };
    Turns::new(db, "secrets of before", 500, 500).each(plain, |row| (row.0, row.1), seal).await
}

async fn data_key(tx: &Tx, keys: &Keys) -> Result<Option<DataKey>> {
    let row = find::<Entity>(tx).one(tx.conn()).await?;
    row.map(|row| keys.unwrap(row.tenant_id, &row.wrapped)).transpose()
}

/// Wraps tenants' keys with the operator's first key that are wrapped with another; the number of those. One that cannot be unwrapped is
/// logged and stays.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
pub async fn rewrap(db: &Db) -> Result<usize> {
    let Some(keys) = &db.keys else { return Ok(0) };
    let mut done = 0;
    for row in Entity::find().all(&system::reader(db)).await? {
        if keys.is_current(&row.wrapped) {
            continue;
        }
        let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "store");
        match rewrap_one(db, keys, &ctx).await {
            Ok(()) => done += 1,
            Err(error) => {
                tracing::error!(tenant = %ctx.tenant, error.cause = %error, "A key could not be wrapped anew");
            }
        }
    }
    Ok(done)
}

async fn rewrap_one(db: &Db, keys: &Keys, ctx: &Ctx) -> Result<()> {
    let tx = db.begin(ctx).await?;
    let Some(mut row) = find::<Entity>(&tx).one(tx.conn()).await? else { return Ok(()) };
    let key = keys.unwrap(row.tenant_id, &row.wrapped)?;
    row.wrapped = keys.wrap(row.tenant_id, &key, db.env())?;
    update(&tx, row).await?;
    tx.commit().await
}

//! Writes an archive of a tenant's data: a ZIP with JSON lines per table, and files.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lingxi_contracts::TenantData;
use lingxi_contracts::tenants::{ExportStatus, Tenant};
use lingxi_kernel::{Ctx, Error, ExportId, Result, TenantId};
use lingxi_store::{Db, update};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::store::export;

const README: &str = "Each .jsonl file is a table: one JSON object per row, columns as in the product's database, moments in UTC.\n\
    Ids are UUIDs; rows refer to each other by them. files/ holds the files of conversations under the ids of\n\
    channels_attachment. Secrets (passwords, keys, sessions) are left out.\n";

/// Where an archive lies.
pub(crate) fn path(folder: &Path, tenant: TenantId, id: ExportId) -> PathBuf {
    folder.join(tenant.to_string()).join(format!("{id}.zip"))
}

/// Writes one archive, noting the progress; what fails is noted too, and can be asked for again.
pub(crate) async fn write(
    db: &Db,
    folder: &Path,
    sources: &[Arc<dyn TenantData>],
    firm: &Tenant,
    mut row: export::Model,
) -> Result<()> {
    let ctx = Ctx::system(firm.id, "tenants");
    let id = ExportId::from_uuid(row.id);
    let target = path(folder, firm.id, id);
    let archive = Archive::create(&target, firm)?;
    let written = Box::pin(archive.fill(db, &ctx, sources, &mut row)).await;
    match written {
        Ok(size) => {
            row.status = ExportStatus::Ready.as_str().to_owned();
            row.progress = 100;
            row.size = size;
            row.expires_at = Some(db.env().now() + chrono::TimeDelta::days(7));
        }
        Err(error) => {
            tracing::error!(tenant = %firm.id, export = %id, error.cause = %error, "An archive could not be written");
            row.status = ExportStatus::Failed.as_str().to_owned();
            row.failure = Some("The archive could not be written; ask for it again.".into());
            let _ = std::fs::remove_file(&target);
        }
    }
    row.finished_at = Some(db.env().now());
    save(db, &ctx, row).await
}

async fn save(db: &Db, ctx: &Ctx, row: export::Model) -> Result<()> {
    let tx = db.begin(ctx).await?;
    update(&tx, row).await?;
    tx.commit().await
}

struct Archive {
    zip: ZipWriter<File>,
    options: SimpleFileOptions,
}

impl Archive {
    fn create(target: &Path, firm: &Tenant) -> Result<Self> {
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let options = SimpleFileOptions::default().large_file(true);
        let mut archive = Self { zip: ZipWriter::new(File::create(target)?), options };
        archive.put("README.txt", README.as_bytes())?;
        archive.put("tenant.json", &serde_json::to_vec_pretty(firm)?)?;
        Ok(archive)
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.zip.start_file(name, self.options).map_err(Error::internal)?;
        Ok(self.zip.write_all(bytes)?)
    }

    async fn fill(
        mut self,
        db: &Db,
        ctx: &Ctx,
        sources: &[Arc<dyn TenantData>],
        row: &mut export::Model,
    ) -> Result<i64> {
        let tables: Vec<_> =
            sources.iter().flat_map(|source| source.tables().into_iter().map(move |t| (source, t))).collect();
        let steps = tables.len() + 1;
        for (done, (source, table)) in tables.into_iter().enumerate() {
            self.zip.start_file(format!("{table}.jsonl"), self.options).map_err(Error::internal)?;
            let mut after = None;
            loop {
                let (rows, next) = source.rows(ctx, table, after).await?;
                for row in rows {
                    self.zip.write_all(format!("{row}\n").as_bytes())?;
                }
                after = next;
                if after.is_none() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            row.progress = i32::try_from(done * 100 / steps)?;
            save(db, ctx, row.clone()).await?;
        }
        for source in sources {
            for (name, file) in source.files(ctx).await? {
                self.put(&format!("files/{name}"), &tokio::fs::read(file).await?)?;
            }
        }
        let file = self.zip.finish().map_err(Error::internal)?;
        file.sync_all()?;
        Ok(i64::try_from(file.metadata()?.len())?)
    }
}

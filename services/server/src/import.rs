//! `lingxi import`: FAQ files from the shell, through the same door as the portal.

use std::path::Path;
use std::time::Duration;

use lingxi_contracts::bot::{BotClient, Import, ImportStatus, Release};
use lingxi_kernel::{Ctx, Error, Result, TenantId};

/// Reads a file into a firm's knowledge base and publishes it.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Invalid`] when the file cannot be read, with the reason.
pub async fn run(bot: &dyn BotClient, tenant: TenantId, file: &Path) -> Result<(Import, Release)> {
    let ctx = Ctx::system(tenant, "import");
    let bytes =
        std::fs::read(file).map_err(|error| Error::invalid(format!("{} cannot be read: {error}", file.display())))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let preview = bot.preview_import(&ctx, &name, bytes).await?;
    bot.run_import(&ctx, preview.id).await?;
    loop {
        let import = bot.import(&ctx, preview.id).await?.ok_or_else(|| Error::not_found("import"))?;
        match import.status {
            ImportStatus::Done => return Ok((import, bot.publish(&ctx, true).await?)),
            ImportStatus::Failed => return Err(Error::internal("the import failed; the log says why")),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

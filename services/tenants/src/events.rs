//! Facts of other services: limits that were reached become mails to those who can act.

use std::sync::Arc;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::billing::SpendLimitReached;
use lingxi_contracts::tenants::{ChangeNoted, TenantEnded};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::Result;
use lingxi_store::{Db, TenantTables, inbox};

use crate::mail;
use crate::store::{account, audit, member, newest, tenant};

const NAME: &str = "tenants";

pub(crate) struct TenantsConsumer {
    pub(crate) db: Db,
    pub(crate) tables: Arc<TenantTables>,
}

#[async_trait]
impl Consumer for TenantsConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        [SpendLimitReached::TYPE, TenantEnded::TYPE, ChangeNoted::TYPE].contains(&kind)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        if event.open::<TenantEnded>()?.is_some() {
            // Erasing twice erases nothing more.
            let tx = self.db.begin(&event.ctx(NAME)).await?;
            self.tables.erase(&tx).await?;
            return tx.commit().await;
        }
        if let Some(noted) = event.open::<ChangeNoted>()? {
            let tx = self.db.begin(&event.ctx(NAME)).await?;
            if inbox::first_time(&tx, NAME, event).await? {
                audit::record_noted(&tx, event.time, noted).await?;
            }
            return tx.commit().await;
        }
        let Some(reached) = event.open::<SpendLimitReached>()? else { return Ok(()) };
        let tx = self.db.begin(&event.ctx(NAME)).await?;
        if !inbox::first_time(&tx, NAME, event).await? {
            return Ok(());
        }
        let firm = tenant::own(&tx).await?;
        let members = newest::<member::Entity>(&tx, member::Column::Id).await?;
        let told = members.into_iter().filter(|row| ["owner", "admin", "finance"].contains(&row.role.as_str()));
        let accounts = account::by_ids(tx.conn(), told.map(|row| row.account_id).collect()).await?;
        for account in accounts {
            let words = mail::spend_limit(&firm.locale, &reached.limit, &reached.total.to_string());
            mail::queue(&tx, &account.email, words).await?;
        }
        tx.commit().await
    }
}

//! Facts of other services: limits that were reached become mails to those who can act.

use std::sync::Arc;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::billing::{BillingMailWanted, LimitReached};
use lingxi_contracts::tenants::{ChangeNoted, TenantEnded};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::Result;
use lingxi_store::{Db, TenantTables, inbox};

use crate::mail;
use crate::store::{account, audit, mails, member, newest, tenant};

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
        [LimitReached::TYPE, BillingMailWanted::TYPE, TenantEnded::TYPE, ChangeNoted::TYPE].contains(&kind)
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
        let tx = self.db.begin(&event.ctx(NAME)).await?;
        if !inbox::first_time(&tx, NAME, event).await? {
            return Ok(());
        }
        let firm = tenant::own(&tx).await?;
        let (words, also) = if let Some(reached) = event.open::<LimitReached>()? {
            (mail::limit(&firm.locale, &reached), None)
        } else if let Some(wanted) = event.open::<BillingMailWanted>()? {
            (mail::billing(&firm.locale, &firm.time_zone, &wanted.news), wanted.also)
        } else {
            return Ok(());
        };
        let members = newest::<member::Entity>(&tx, member::Column::Id).await?;
        let told = members.into_iter().filter(|row| ["owner", "admin", "finance"].contains(&row.role.as_str()));
        let accounts = account::by_ids(tx.conn(), told.map(|row| row.account_id).collect()).await?;
        let mut receivers: Vec<String> = accounts.into_iter().map(|account| account.email).collect();
        receivers.extend(also.filter(|also| !receivers.contains(also)));
        for receiver in receivers {
            mails::queue(&tx, &receiver, words.clone()).await?;
        }
        tx.commit().await
    }
}

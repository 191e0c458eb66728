//! Facts of other services.

use std::sync::Arc;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::channels::{ConversationReopened, ConversationResolved, HandoverRequested};
use lingxi_contracts::tenants::{MemberChanged, TenantCreated, TenantEnded};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::{Permission, Result};
use lingxi_store::{TenantTables, inbox};

use crate::service::Routing;
use crate::store::worker;

const NAME: &str = "routing";

pub(crate) struct RoutingConsumer {
    pub(crate) service: Arc<Routing>,
    pub(crate) tables: Arc<TenantTables>,
}

#[async_trait]
impl Consumer for RoutingConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        let ours = [TenantCreated::TYPE, TenantEnded::TYPE, MemberChanged::TYPE];
        ours.contains(&kind)
            || [HandoverRequested::TYPE, ConversationResolved::TYPE, ConversationReopened::TYPE].contains(&kind)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        let tx = self.service.deps.db.begin(&event.ctx(NAME)).await?;
        if !inbox::first_time(&tx, NAME, event).await? {
            return Ok(());
        }
        if let Some(created) = event.open::<TenantCreated>()? {
            self.service.apply_pack(&tx, &created).await?;
        } else if let Some(changed) = event.open::<MemberChanged>()? {
            worker::put(&tx, changed.member, &changed.name, changed.active).await?;
            if !changed.active || !changed.role.may(Permission::Serve) {
                self.service.release(&tx, changed.member).await?;
            }
        } else if let Some(wanted) = event.open::<HandoverRequested>()? {
            self.service.apply_handover(&tx, wanted).await?;
        } else if let Some(resolved) = event.open::<ConversationResolved>()? {
            self.service.apply_resolved(&tx, resolved).await?;
        } else if let Some(reopened) = event.open::<ConversationReopened>()? {
            self.service.apply_reopened(&tx, reopened).await?;
        } else if event.open::<TenantEnded>()?.is_some() {
            self.tables.erase(&tx).await?;
        }
        self.service.finish(tx).await
    }
}

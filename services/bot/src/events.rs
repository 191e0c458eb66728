//! Facts of other services.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::billing::LimitReached;
use lingxi_contracts::channels::{ConversationRated, Handler, MessageReceived};
use lingxi_contracts::tenants::{TenantCreated, TenantEnded};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::Result;
use lingxi_store::TenantTables;

use crate::service::Bot;

pub(crate) const NAME: &str = "bot";

pub(crate) struct BotConsumer {
    pub(crate) service: Arc<Bot>,
    pub(crate) tables: Arc<TenantTables>,
}

#[async_trait]
impl Consumer for BotConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        let wanted = [
            MessageReceived::TYPE,
            ConversationRated::TYPE,
            LimitReached::TYPE,
            TenantCreated::TYPE,
            TenantEnded::TYPE,
        ];
        wanted.contains(&kind)
    }

    fn gathers(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        self.handle_many(&[Arc::new(event.clone())]).await
    }

    async fn handle_many(&self, events: &[Arc<Envelope>]) -> Result<()> {
        let mut asked = Vec::new();
        for event in events {
            if let Some(received) = event.open::<MessageReceived>()? {
                if received.handler == Handler::Bot {
                    asked.push((event.clone(), received));
                }
            } else if let Some(rated) = event.open::<ConversationRated>()? {
                self.service.apply_rated(&event.ctx(NAME), &rated).await?;
            } else if event.open::<LimitReached>()?.is_some() {
                // A tenant's facts and messages come to one process, which has its lease.
                self.service.forget_allowance(event.tenantid);
            } else if let Some(created) = event.open::<TenantCreated>()? {
                self.service.apply_pack(event, created).await?;
            } else if event.open::<TenantEnded>()?.is_some() {
                self.service.erase(&event.ctx(NAME), &self.tables).await?;
            }
        }
        self.service.answer(asked).await
    }
}

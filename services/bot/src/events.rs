//! Facts of other services.

use std::sync::Arc;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::channels::{Handler, MessageReceived};
use lingxi_contracts::tenants::TenantCreated;
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::Result;

use crate::service::Bot;

pub(crate) const NAME: &str = "bot";

pub(crate) struct BotConsumer {
    pub(crate) service: Arc<Bot>,
}

#[async_trait]
impl Consumer for BotConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        [MessageReceived::TYPE, TenantCreated::TYPE].contains(&kind)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        if let Some(received) = event.open::<MessageReceived>()? {
            if received.handler == Handler::Bot {
                self.service.answer(event, received).await?;
            }
            return Ok(());
        }
        match event.open::<TenantCreated>()? {
            Some(created) => self.service.apply_pack(event, created).await,
            None => Ok(()),
        }
    }
}

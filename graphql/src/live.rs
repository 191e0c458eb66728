//! Subscriptions: what changes on open pages. They may miss events; whoever reconnects reads again.

use async_graphql::{Context, Result, SimpleObject};
use futures::stream::{self, Stream, StreamExt as _};
use lingxi_bus::{Heard, Listener, LiveEvent};
use lingxi_contracts::channels::Message;
use lingxi_kernel::{ConversationId, Permission};

use crate::outcome::{Shown as _, parts};

/// Something changed on the desk.
#[derive(SimpleObject, Clone)]
pub struct DeskEvent {
    /// `conversation`, `tasks`, `offer`, `paused` when the viewer missed an offer and is away now, or `missed` when events were lost and everything should be read again.
    kind: String,
    /// The conversation that changed.
    conversation_id: Option<ConversationId>,
}

/// Something changed in a conversation.
#[derive(SimpleObject, Clone)]
pub struct ConversationEvent {
    /// `message`, `conversation`, or `missed` when events were lost and everything should be read again.
    kind: String,
    /// The new message.
    message: Option<Message>,
}

/// What changes.
pub struct Subscription;

/// What changes on open pages. Events may be missed; whoever reconnects reads again.
#[async_graphql::Subscription]
impl Subscription {
    /// Changes of conversations and tasks, and offers to the viewer.
    async fn desk_changed(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = DeskEvent> + use<>> {
        let (caller, services) = parts(ctx)?;
        // The firm must still be there, also for sockets that come back after long.
        services.tenants.tenant(caller).await.shown()?;
        caller.require(Permission::ReadConversations).shown()?;
        let all = events(services.live.subscribe(caller.tenant, "desk").await);
        let own = match caller.member() {
            Ok(me) => events(services.live.subscribe(caller.tenant, &format!("member:{me}")).await).boxed(),
            Err(_) => stream::pending().boxed(),
        };
        Ok(stream::select(all, own).map(|event| DeskEvent {
            kind: kind(event.as_ref()),
            conversation_id: event.and_then(|event| event["id"].as_str()?.parse().ok()),
        }))
    }

    /// New messages and changes of one conversation.
    async fn conversation_changed(
        &self,
        ctx: &Context<'_>,
        id: ConversationId,
    ) -> Result<impl Stream<Item = ConversationEvent> + use<>> {
        let (caller, services) = parts(ctx)?;
        let known = services.channels.conversations_by_id(caller, &[id]).await.shown()?;
        if known.is_empty() {
            return Err(crate::outcome::fault(lingxi_kernel::Error::not_found("conversation")));
        }
        let changes = events(services.live.subscribe(caller.tenant, &format!("conversation:{id}")).await);
        Ok(changes.map(|event| ConversationEvent {
            kind: kind(event.as_ref()),
            message: event.and_then(|event| serde_json::from_value(event["message"].clone()).ok()),
        }))
    }
}

fn kind(event: Option<&LiveEvent>) -> String {
    event.and_then(|event| event["type"].as_str()).unwrap_or("missed").to_owned()
}

/// The events of a topic; `None` where some were missed.
fn events(listener: Listener) -> impl Stream<Item = Option<LiveEvent>> {
    stream::unfold(listener, |mut listener| async move {
        match listener.recv().await {
            Heard::Event(event) => Some((Some(event), listener)),
            Heard::Missed => Some((None, listener)),
        }
    })
}

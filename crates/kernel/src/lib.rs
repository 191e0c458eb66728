//! The shared kernel: the words every room uses. No business rules, no IO.

mod clock;
mod ctx;
mod decimal;
mod error;
mod id;
mod money;
mod page;
pub mod text;
mod text_enum;

pub use clock::{Clock, Env, SystemClock, Timestamp};
pub use ctx::{Actor, Ctx, Permission, Role};
pub use decimal::Decimal;
pub use error::{Error, ErrorCode, FieldError, Result};
pub use id::ParseIdError;
pub use money::{Currency, Money};
pub use page::{MAX_PAGE, Page, PageArgs};

use id::define_id;

define_id!(
    /// A firm that uses Lingxi.
    TenantId, "ten";
    /// A sign-in identity (one e-mail address); it may be a member of several tenants.
    AccountId, "acc";
    /// A person who works in a tenant's portal.
    MemberId, "mem";
    /// A signed-in browser of a member.
    SessionId, "ses";
    /// An invitation to become a member.
    InvitationId, "inv";
    /// A credential for integrators.
    ApiKeyId, "key";
    /// One line of the audit log.
    AuditId, "aud";
    /// A mail that the product sends.
    MailId, "mai";
    /// An archive of a tenant's data.
    ExportId, "exp";
    /// A way in for end customers (a web chat, an API).
    ChannelId, "chn";
    /// An end customer.
    ContactId, "con";
    /// A conversation with a contact on one channel.
    ConversationId, "cnv";
    /// A message of a conversation.
    MessageId, "msg";
    /// A file sent in a conversation.
    AttachmentId, "att";
    /// A reply kept for reuse.
    CannedReplyId, "can";
    /// An integrator's address for events.
    WebhookId, "whk";
    /// One event on its way to a webhook.
    DeliveryId, "dlv";
    /// An article of the knowledge base.
    ArticleId, "art";
    /// A published version of the knowledge base.
    ReleaseId, "rel";
    /// What the bot has learned by one training.
    BotModelId, "mdl";
    /// A question that the bot has learned by itself.
    LearnedQuestionId, "lrn";
    /// A question with the answer that it must get.
    GoldQuestionId, "gol";
    /// A dialogue that the bot leads, step by step.
    FlowId, "flw";
    /// One walk of a customer through a flow.
    FlowRunId, "flr";
    /// One showing of bot suggestions to a contact.
    ImpressionId, "imp";
    /// A question that the bot could not answer.
    UnansweredId, "una";
    /// A knowledge import.
    ImportId, "imt";
    /// A queue of tasks.
    TaskQueueId, "tqu";
    /// A rule that chooses a queue.
    WorkflowId, "wfl";
    /// A piece of work for a worker: a conversation that waits for a person.
    TaskId, "tsk";
    /// An offer of a task to a worker.
    ReservationId, "rsv";
    /// A metered fact.
    UsageId, "usg";
    /// A firm's subscription to a plan.
    SubscriptionId, "sub";
    /// A stretch of a subscription on one version of a plan.
    PhaseId, "pha";
    /// A bill of a firm: a draft, then final.
    InvoiceId, "ivc";
    /// A note that takes back part of an invoice.
    CreditNoteId, "crn";
    /// A grant of prepaid or promised credit in a wallet.
    CreditGrantId, "crg";
    /// A movement between accounts of the ledger.
    LedgerId, "led";
    /// A payment, or an attempt at one.
    PaymentId, "pay";
    /// A firm's doubt about a unit that it is billed for.
    DisputeId, "dsp";
    /// Money of a payment that goes back.
    RefundId, "ref";
    /// A fapiao.
    FapiaoId, "fap";
    /// An alert or a cap on a meter or on the bill.
    QuotaId, "quo";
    /// A domain event.
    EventId, "evt";
);

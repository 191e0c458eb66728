//! Tenants: firms, members, credentials, hours, audit.

mod events;

use async_trait::async_trait;
use lingxi_kernel::{
    ApiKeyId, AuditId, Ctx, EventId, ExportId, InvitationId, MailId, MemberId, Page, PageArgs, Permission, Result,
    Role, SessionId, TenantId, Timestamp, text_enum,
};
use serde::{Deserialize, Serialize};

pub use self::events::{ChangeNoted, MemberChanged, TenantCreated, TenantEnded};
pub use crate::firms::{FirmSpec, Quota};
use crate::remote::remote;

text_enum! {
    /// Whether a tenant is in use.
    pub enum TenantStatus {
        /// In use.
        Active = "active",
        /// Asked to be deleted; the owner can still change their mind.
        PendingDeletion = "pending_deletion",
        /// Stopped by the platform's operator: nobody signs in, customers reach nobody, nothing is lost.
        Suspended = "suspended",
        /// Over; its data is deleted.
        Ended = "ended",
    }
}

text_enum! {
    /// Whether a member may sign in.
    pub enum MemberStatus {
        /// May sign in.
        Active = "active",
        /// May not sign in.
        Disabled = "disabled",
    }
}

/// A firm that uses Lingxi.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Tenant {
    /// Global id.
    pub id: TenantId,
    /// Name of the firm.
    pub name: String,
    /// Code of the industry pack it started from.
    pub industry: String,
    /// Default language, `zh-CN` or `en-US`.
    pub locale: String,
    /// IANA time zone of days, hours and bills.
    pub time_zone: String,
    /// Whether it is in use.
    pub status: TenantStatus,
    /// When it signed up.
    pub created_at: Timestamp,
    /// When its data will be deleted, if the owner asked for that.
    pub delete_after: Option<Timestamp>,
    /// What the operator set for it.
    pub quota: Quota,
    /// What it is allowed: its quota, and where that says nothing its plan's.
    pub allowance: Quota,
}

text_enum! {
    /// Where an export stands.
    pub enum ExportStatus {
        /// Waits or is being written.
        Running = "running",
        /// Can be downloaded.
        Ready = "ready",
        /// Could not be written; ask again.
        Failed = "failed",
    }
}

/// An archive of all data of a tenant: a ZIP with one file of JSON lines per table, and the files of conversations.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Export {
    /// Global id; it is downloaded at `/exports/{id}`.
    pub id: ExportId,
    /// Where it stands.
    pub status: ExportStatus,
    /// Per cent that is written.
    pub progress: i32,
    /// Bytes.
    pub size: i64,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was ready.
    pub finished_at: Option<Timestamp>,
    /// When it is removed.
    pub expires_at: Option<Timestamp>,
}

/// A tenant as the platform's operator sees it: never its conversations.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct TenantOverview {
    /// The firm.
    pub tenant: Tenant,
    /// Members who may sign in.
    pub members: i32,
    /// When a member last used the portal.
    pub last_seen_at: Option<Timestamp>,
}

/// How a process and its storage are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct PlatformHealth {
    /// Version of the binary.
    pub version: String,
    /// When the process started.
    pub started_at: Timestamp,
    /// Tenants in use.
    pub tenants: i64,
    /// Bytes of the database.
    pub database_bytes: i64,
    /// Facts that wait to be delivered.
    pub outbox_pending: i64,
    /// When the oldest of them was stored.
    pub outbox_oldest_at: Option<Timestamp>,
    /// Facts that a consumer gave up on.
    pub dead_letters: i64,
}

/// A fact that a consumer gave up on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct DeadLetter {
    /// Identity of the fact.
    pub event_id: EventId,
    /// Whose.
    pub tenant_id: TenantId,
    /// Which service gave up.
    pub consumer: String,
    /// Type name of the fact.
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// Why.
    pub cause: String,
    /// When it was put aside.
    pub created_at: Timestamp,
}

/// A person who works in a tenant's portal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Member {
    /// Global id.
    pub id: MemberId,
    /// Sign-in address.
    pub email: String,
    /// Name that colleagues and customers see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub status: MemberStatus,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// Whether the address is verified.
    pub email_verified: bool,
    /// When they joined.
    pub created_at: Timestamp,
}

/// A signed-in browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Session {
    /// Global id.
    pub id: SessionId,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to five minutes.
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The browser's description of itself.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An invitation to become a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Invitation {
    /// Global id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// When it was withdrawn: its link does not work any more.
    pub withdrawn_at: Option<Timestamp>,
}

/// A credential for integrators. The secret is shown once, at creation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct ApiKey {
    /// Global id; also the public first part of the key.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Its rights.
    pub scopes: Vec<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// One line of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct AuditEntry {
    /// Global id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// `member`, `api_key`, `contact` or `system`.
    pub actor_kind: String,
    /// Who.
    pub actor_id: String,
    /// What was done, `noun.verb`.
    pub action: String,
    /// To what.
    pub target: String,
    /// The values before and after, as JSON.
    pub detail: String,
}

/// A day of the week with its opening times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "OpeningHoursInput"))]
pub struct OpeningHours {
    /// 1 is Monday, 7 is Sunday (ISO 8601).
    pub weekday: u8,
    /// Local time `HH:MM`.
    pub opens: String,
    /// Local time `HH:MM`, later than `opens`; `24:00` is the day's end.
    pub closes: String,
}

/// A day on which nobody works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "HolidayInput"))]
pub struct Holiday {
    /// Local date `YYYY-MM-DD`.
    pub date: String,
    /// Its name.
    pub name: String,
}

/// When people answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "BusinessHoursInput"))]
pub struct BusinessHours {
    /// Opening times; a day without any is closed. No opening times at all means always open.
    pub weekly: Vec<OpeningHours>,
    /// Exceptions.
    pub holidays: Vec<Holiday>,
}

/// A mail that the product sent or would have sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Mail {
    /// Global id.
    pub id: MailId,
    /// Receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text, without the link that proves the receiver's address.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When a mail server took it; none while no SMTP server is set.
    pub sent_at: Option<Timestamp>,
}

/// A step of the way from sign-up to the first answered customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct OnboardingStep {
    /// Stable code: `verify_email`, `knowledge`, `publish`, `channel`, `first_answer`, `invite`.
    pub code: String,
    /// Whether it is done.
    pub done: bool,
}

/// What a new firm fills in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// Name of the firm.
    pub firm: String,
    /// Name of the person.
    pub name: String,
    /// Sign-in address.
    pub email: String,
    /// At least 10 characters.
    pub password: String,
    /// Code of an industry pack: `insurance` or `general`.
    pub industry: String,
    /// `zh-CN` or `en-US`.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// The client's address; set by the server, whatever the client sends.
    #[serde(default)]
    pub origin: String,
}

/// What a member fills in to sign in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Sign-in address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Six digits, when a second factor is on.
    #[serde(default)]
    pub totp: Option<String>,
    /// Which firm, for members of several.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// The browser's description of itself.
    #[serde(default)]
    pub user_agent: String,
    /// The client's address; set by the server, whatever the client sends.
    #[serde(default)]
    pub origin: String,
}

/// A fresh session.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// The firm.
    pub tenant: TenantId,
    /// The member.
    pub member: MemberId,
    /// Secret for the cookie; stored only as a hash.
    pub token: String,
}

/// What an invited person fills in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptInvitation {
    /// The secret of the mail.
    pub token: String,
    /// Name of the person.
    pub name: String,
    /// A new password, or the present one of an existing account.
    pub password: String,
    /// Six digits, when the existing account has a second factor.
    #[serde(default)]
    pub totp: Option<String>,
    /// The client's address; set by the server, whatever the client sends.
    #[serde(default)]
    pub origin: String,
}

/// What a firm may change of itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
pub struct TenantPatch {
    /// New name.
    pub name: Option<String>,
    /// New default language.
    pub locale: Option<String>,
    /// New time zone.
    pub time_zone: Option<String>,
}

/// A secret that is shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Issued<T> {
    /// The thing.
    pub item: T,
    /// Its secret.
    pub secret: String,
}

/// What an authenticator app needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct TotpSetup {
    /// Base 32 secret to type in.
    pub secret: String,
    /// `otpauth://` address for a QR code.
    pub url: String,
}

/// The tenants service, for the others.
#[remote("tenants")]
#[async_trait]
pub trait TenantsClient: Send + Sync {
    /// Makes a firm with its owner and signs them in.
    async fn sign_up(&self, input: SignUp) -> Result<SignedIn>;
    /// Checks password and second factor and opens a session. Throttled by address.
    async fn sign_in(&self, input: SignIn) -> Result<SignedIn>;
    /// The context of a session secret or an API key.
    #[idempotent]
    async fn authenticate(&self, token: &str) -> Result<Ctx>;
    /// Ends the session of a secret.
    async fn sign_out(&self, token: &str) -> Result<()>;
    /// Confirms the address of the caller's account by the secret of its mail.
    async fn verify_email(&self, ctx: &Ctx, token: &str) -> Result<()>;
    /// Sends the mail that confirms the caller's address again.
    async fn resend_verification(&self, ctx: &Ctx) -> Result<()>;
    /// Sends a link that sets a new password, if there is an account of the address; tells nobody whether there is one.
    async fn request_password_reset(&self, email: &str, origin: &str) -> Result<()>;
    /// Sets a new password by the secret of the mail, and ends every session of the account.
    async fn reset_password(&self, token: &str, password: &str) -> Result<()>;
    /// Makes a member of an invited person and signs them in.
    async fn accept_invitation(&self, input: AcceptInvitation) -> Result<SignedIn>;
    /// The firm.
    #[idempotent]
    async fn tenant(&self, ctx: &Ctx) -> Result<Tenant>;
    /// Changes the firm.
    async fn update_tenant(&self, ctx: &Ctx, patch: TenantPatch) -> Result<Tenant>;
    /// Asks for the firm's deletion after the grace period, or takes that back.
    async fn set_deletion(&self, ctx: &Ctx, wanted: bool) -> Result<Tenant>;
    /// All members.
    #[idempotent]
    async fn members(&self, ctx: &Ctx) -> Result<Vec<Member>>;
    /// Changes role or status.
    async fn update_member(
        &self,
        ctx: &Ctx,
        id: MemberId,
        role: Option<Role>,
        status: Option<MemberStatus>,
    ) -> Result<Member>;
    /// Invites a person by mail; an older invitation of the same address ends. Limited per hour.
    async fn invite(&self, ctx: &Ctx, email: &str, role: Role) -> Result<Invitation>;
    /// Open and accepted invitations, newest first.
    #[idempotent]
    async fn invitations(&self, ctx: &Ctx) -> Result<Vec<Invitation>>;
    /// Withdraws an invitation that nobody has accepted: its link does not work any more.
    async fn withdraw_invitation(&self, ctx: &Ctx, id: InvitationId) -> Result<Invitation>;
    /// The caller's sessions.
    #[idempotent]
    async fn sessions(&self, ctx: &Ctx, current_token: &str) -> Result<Vec<Session>>;
    /// Ends one of the caller's sessions.
    async fn revoke_session(&self, ctx: &Ctx, id: SessionId) -> Result<()>;
    /// Starts the set-up of a second factor.
    async fn begin_totp(&self, ctx: &Ctx) -> Result<TotpSetup>;
    /// Turns the second factor on (with a code of it) or off.
    async fn set_totp(&self, ctx: &Ctx, enabled: bool, code: &str) -> Result<Member>;
    /// All keys, newest first.
    #[idempotent]
    async fn api_keys(&self, ctx: &Ctx) -> Result<Vec<ApiKey>>;
    /// Makes a key.
    async fn create_api_key(&self, ctx: &Ctx, name: &str, scopes: Vec<Permission>) -> Result<Issued<ApiKey>>;
    /// Ends a key.
    async fn revoke_api_key(&self, ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey>;
    /// The audit log, newest first, with words to find in action, actor or target.
    #[idempotent]
    async fn audit(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<AuditEntry>>;
    /// When people answer.
    #[idempotent]
    async fn business_hours(&self, ctx: &Ctx) -> Result<BusinessHours>;
    /// Sets when people answer.
    async fn set_business_hours(&self, ctx: &Ctx, hours: BusinessHours) -> Result<BusinessHours>;
    /// Whether people answer now.
    #[idempotent]
    async fn is_open(&self, ctx: &Ctx) -> Result<bool>;
    /// Mails of the firm, newest first, without the links that prove an address. Those about accounts belong to no firm.
    #[idempotent]
    async fn mails(&self, ctx: &Ctx) -> Result<Vec<Mail>>;
    /// Whether mails leave. Without an SMTP server they are kept, and the operator reads them at the shell.
    #[idempotent]
    async fn sends_mail(&self) -> Result<bool>;
    /// Archives of the firm's data, newest first.
    #[idempotent]
    async fn exports(&self, ctx: &Ctx) -> Result<Vec<Export>>;
    /// Asks for an archive; one at a time.
    async fn request_export(&self, ctx: &Ctx) -> Result<Export>;
    /// Whether the caller operates the platform: a member whose confirmed address is in the settings, with a second factor.
    #[idempotent]
    async fn is_operator(&self, ctx: &Ctx) -> Result<bool>;
    /// For operators: all tenants, newest first, with words to find in name or id.
    #[idempotent]
    async fn all_tenants(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<TenantOverview>>;
    /// For operators: the names of the plans that the settings have.
    #[idempotent]
    async fn plans(&self, ctx: &Ctx) -> Result<Vec<String>>;
    /// For operators: what a tenant is allowed.
    async fn set_quota(&self, ctx: &Ctx, tenant: TenantId, quota: Quota) -> Result<Tenant>;
    /// For operators: stops a tenant, or lets it go on.
    async fn set_suspended(&self, ctx: &Ctx, tenant: TenantId, suspended: bool) -> Result<Tenant>;
    /// For the Kubernetes operator, whose context names the firm: makes it, or changes what differs. The same again changes nothing.
    #[idempotent]
    async fn provision(&self, ctx: &Ctx, spec: FirmSpec) -> Result<TenantOverview>;
    /// For the Kubernetes operator: asks for the firm's deletion after the grace period.
    #[idempotent]
    async fn deprovision(&self, ctx: &Ctx) -> Result<Tenant>;
    /// For operators: how the platform is.
    #[idempotent]
    async fn health(&self, ctx: &Ctx) -> Result<PlatformHealth>;
    /// For operators: facts that consumers gave up on, newest first, at most 200.
    #[idempotent]
    async fn dead_letters(&self, ctx: &Ctx) -> Result<Vec<DeadLetter>>;
    /// For operators: delivers a fact again.
    async fn replay_dead_letter(&self, ctx: &Ctx, event: EventId, consumer: &str) -> Result<()>;
}

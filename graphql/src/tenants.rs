//! Fields of the tenants service.

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result, SimpleObject};
use lingxi_contracts::tenants::{
    ApiKey, AuditEntry, BusinessHours, Export, Invitation, Issued, Mail, Member, MemberStatus, OnboardingStep, Session,
    Tenant, TenantPatch, TotpSetup,
};
use lingxi_kernel::{Actor, ApiKeyId, InvitationId, MemberId, PageArgs, Permission, Role, SessionId};

use crate::outcome::{Shown as _, connection, parts, payload, signed};

/// Who is signed in.
#[derive(SimpleObject)]
pub struct Viewer {
    /// The firm.
    tenant: Tenant,
    /// The member, unless an API key asks.
    member: Option<Member>,
    /// What the viewer may do.
    permissions: Vec<Permission>,
    /// Whether the viewer operates the platform.
    operator: bool,
    /// Whether mails leave this installation. Where they do not, its operator hands links out.
    sends_mail: bool,
}

payload!(
    /// What changing the firm came to.
    TenantPayload {
        /// The firm.
        tenant: Tenant
    }
);
payload!(
    /// What changing a member came to.
    MemberPayload {
        /// The member.
        member: Member
    }
);
payload!(
    /// What inviting came to.
    InvitationPayload {
        /// The invitation.
        invitation: Invitation
    }
);
payload!(
    /// What ending something came to.
    RemovalPayload {
        /// Whether it is gone.
        removed: bool
    }
);
payload!(
    /// What beginning the second factor came to.
    TotpSetupPayload {
        /// What the authenticator app needs.
        setup: TotpSetup
    }
);
payload!(
    /// What revoking a key came to.
    ApiKeyPayload {
        /// The key.
        api_key: ApiKey
    }
);
payload!(
    /// What making a key came to.
    NewApiKeyPayload {
        /// The key with its secret.
        created: NewApiKey
    }
);
payload!(
    /// What changing the hours came to.
    BusinessHoursPayload {
        /// The hours.
        hours: BusinessHours
    }
);

payload!(
    /// What asking for an archive came to.
    ExportPayload {
        /// The archive.
        export: Export
    }
);
payload!(
    /// What sending a mail came to.
    SentPayload {
        /// Whether it is on its way.
        sent: bool
    }
);

/// A fresh key. The secret is shown this once.
#[derive(SimpleObject)]
pub struct NewApiKey {
    /// The key.
    api_key: ApiKey,
    /// What to send as a bearer token.
    secret: String,
}

impl From<Issued<ApiKey>> for NewApiKey {
    fn from(issued: Issued<ApiKey>) -> Self {
        Self { api_key: issued.item, secret: issued.secret }
    }
}

impl RemovalPayload {
    pub(crate) fn gone(result: lingxi_kernel::Result<()>) -> Result<Self> {
        Self::of(result.map(|()| true))
    }
}

/// Reads of the tenants service.
#[derive(Default)]
pub struct TenantsQuery;

#[Object]
impl TenantsQuery {
    /// Who is signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        let (caller, services) = parts(ctx)?;
        let tenant = services.tenants.tenant(caller).await.shown()?;
        let member = match caller.actor {
            Actor::Member { id, .. } => {
                services.tenants.members(caller).await.shown()?.into_iter().find(|member| member.id == id)
            }
            _ => None,
        };
        let permissions = Permission::ALL.into_iter().filter(|permission| caller.may(*permission)).collect();
        let operator = services.tenants.is_operator(caller).await.shown()?;
        let sends_mail = services.tenants.sends_mail().await.shown()?;
        Ok(Viewer { tenant, member, permissions, operator, sends_mail })
    }

    /// All members.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.members(caller).await.shown()
    }

    /// Open and accepted invitations, newest first.
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<Invitation>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.invitations(caller).await.shown()
    }

    /// The viewer's own sessions.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.sessions(caller, &signed(ctx)?.token).await.shown()
    }

    /// All API keys, newest first.
    async fn api_keys(&self, ctx: &Context<'_>) -> Result<Vec<ApiKey>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.api_keys(caller).await.shown()
    }

    /// The audit log, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to find in action, target, actor or detail.")] search: Option<String>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, AuditEntry>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.tenants.audit(caller, search, page).await.shown()?))
    }

    /// When people answer.
    async fn business_hours(&self, ctx: &Context<'_>) -> Result<BusinessHours> {
        let (caller, services) = parts(ctx)?;
        services.tenants.business_hours(caller).await.shown()
    }

    /// Whether people answer now.
    async fn is_open(&self, ctx: &Context<'_>) -> Result<bool> {
        let (caller, services) = parts(ctx)?;
        caller.require(Permission::ReadTenant).shown()?;
        services.tenants.is_open(caller).await.shown()
    }

    /// Mails of the firm, newest first, without the links that prove an address: only the receiver sees those.
    async fn mails(&self, ctx: &Context<'_>) -> Result<Vec<Mail>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.mails(caller).await.shown()
    }

    /// Archives of the firm's data, newest first.
    async fn exports(&self, ctx: &Context<'_>) -> Result<Vec<Export>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.exports(caller).await.shown()
    }

    /// The way from sign-up to the first answered customer.
    async fn onboarding(&self, ctx: &Context<'_>) -> Result<Vec<OnboardingStep>> {
        let (caller, services) = parts(ctx)?;
        caller.require(Permission::ManageTenant).shown()?;
        let members = services.tenants.members(caller).await.shown()?;
        let me = caller.member().ok().and_then(|id| members.iter().find(|member| member.id == id));
        let changed = services.bot.articles(caller, None, None, PageArgs::largest()).await.shown()?;
        let own = changed
            .into_items()
            .iter()
            .any(|article| article.version > 1 || article.key.as_ref().is_none_or(|key| key.starts_with("import:")));
        let releases = services.bot.releases(caller).await.shown()?;
        let filter = lingxi_contracts::channels::ConversationFilter::default();
        let page = PageArgs::new(Some(1), None).shown()?;
        let talked = !services.channels.conversations(caller, filter, page).await.shown()?.rows.is_empty();
        let step = |code: &str, done| OnboardingStep { code: code.to_owned(), done };
        Ok(vec![
            step("verify_email", me.is_some_and(|member| member.email_verified)),
            step("knowledge", own),
            step("publish", releases.len() > 1),
            step("first_answer", talked),
            step("invite", members.len() > 1),
        ])
    }
}

/// Changes of the tenants service.
#[derive(Default)]
pub struct TenantsMutation;

#[Object]
impl TenantsMutation {
    /// Changes the firm.
    async fn update_tenant(&self, ctx: &Context<'_>, input: TenantPatch) -> Result<TenantPayload> {
        let (caller, services) = parts(ctx)?;
        TenantPayload::of(services.tenants.update_tenant(caller, input).await)
    }

    /// Asks for the firm's deletion after the grace period.
    async fn request_tenant_deletion(&self, ctx: &Context<'_>) -> Result<TenantPayload> {
        let (caller, services) = parts(ctx)?;
        TenantPayload::of(services.tenants.set_deletion(caller, true).await)
    }

    /// Takes the request for deletion back.
    async fn cancel_tenant_deletion(&self, ctx: &Context<'_>) -> Result<TenantPayload> {
        let (caller, services) = parts(ctx)?;
        TenantPayload::of(services.tenants.set_deletion(caller, false).await)
    }

    /// Asks for an archive of all data of the firm.
    async fn request_export(&self, ctx: &Context<'_>) -> Result<ExportPayload> {
        let (caller, services) = parts(ctx)?;
        ExportPayload::of(services.tenants.request_export(caller).await)
    }

    /// Sends the mail that confirms the viewer's address again.
    async fn resend_verification(&self, ctx: &Context<'_>) -> Result<SentPayload> {
        let (caller, services) = parts(ctx)?;
        SentPayload::of(services.tenants.resend_verification(caller).await.map(|()| true))
    }

    /// Changes a member's role or status.
    async fn update_member(
        &self,
        ctx: &Context<'_>,
        id: MemberId,
        role: Option<Role>,
        status: Option<MemberStatus>,
    ) -> Result<MemberPayload> {
        let (caller, services) = parts(ctx)?;
        MemberPayload::of(services.tenants.update_member(caller, id, role, status).await)
    }

    /// Invites a person by mail.
    async fn invite_member(&self, ctx: &Context<'_>, email: String, role: Role) -> Result<InvitationPayload> {
        let (caller, services) = parts(ctx)?;
        InvitationPayload::of(services.tenants.invite(caller, &email, role).await)
    }

    /// Withdraws an invitation that nobody has accepted: its link does not work any more.
    async fn withdraw_invitation(&self, ctx: &Context<'_>, id: InvitationId) -> Result<InvitationPayload> {
        let (caller, services) = parts(ctx)?;
        InvitationPayload::of(services.tenants.withdraw_invitation(caller, id).await)
    }

    /// Ends one of the viewer's sessions.
    async fn revoke_session(&self, ctx: &Context<'_>, id: SessionId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.tenants.revoke_session(caller, id).await)
    }

    /// Starts the set-up of the viewer's second factor.
    async fn begin_totp(&self, ctx: &Context<'_>) -> Result<TotpSetupPayload> {
        let (caller, services) = parts(ctx)?;
        TotpSetupPayload::of(services.tenants.begin_totp(caller).await)
    }

    /// Turns the viewer's second factor on or off, with a code of it.
    async fn set_totp(&self, ctx: &Context<'_>, enabled: bool, code: String) -> Result<MemberPayload> {
        let (caller, services) = parts(ctx)?;
        MemberPayload::of(services.tenants.set_totp(caller, enabled, &code).await)
    }

    /// Makes an API key.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        name: String,
        scopes: Vec<Permission>,
    ) -> Result<NewApiKeyPayload> {
        let (caller, services) = parts(ctx)?;
        NewApiKeyPayload::of(services.tenants.create_api_key(caller, &name, scopes).await.map(NewApiKey::from))
    }

    /// Ends an API key.
    async fn revoke_api_key(&self, ctx: &Context<'_>, id: ApiKeyId) -> Result<ApiKeyPayload> {
        let (caller, services) = parts(ctx)?;
        ApiKeyPayload::of(services.tenants.revoke_api_key(caller, id).await)
    }

    /// Sets when people answer.
    async fn set_business_hours(&self, ctx: &Context<'_>, input: BusinessHours) -> Result<BusinessHoursPayload> {
        let (caller, services) = parts(ctx)?;
        BusinessHoursPayload::of(services.tenants.set_business_hours(caller, input).await)
    }
}

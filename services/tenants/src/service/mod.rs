//! Use cases: authorise, load, decide, save.

mod access;
mod exports;
mod members;
mod operator;
mod passwords;
mod provision;
mod settings;
mod sign_in;

use async_trait::async_trait;
use lingxi_contracts::tenants::{
    AcceptInvitation, ApiKey, AuditEntry, BusinessHours, DeadLetter, Export, FirmSpec, Invitation, Issued, Mail,
    Member, MemberStatus, PlatformHealth, Quota, Session, SignIn, SignUp, SignedIn, Tenant, TenantOverview,
    TenantPatch, TenantsClient, TotpSetup,
};
use lingxi_kernel::{
    ApiKeyId, Ctx, EventId, InvitationId, MemberId, Page, PageArgs, Permission, Result, Role, SessionId, TenantId,
};

use lingxi_store::TenantCache;

use crate::Deps;
use crate::store::tenant;
use crate::throttle::{Hourly, Throttle};

/// The tenants service.
pub(crate) struct Tenants {
    deps: Deps,
    throttle: Throttle,
    /// Sign-ups and forgotten passwords, each of which sends a mail to an address that somebody names.
    mails_wanted: Hourly,
    firms: TenantCache<tenant::Model>,
}

impl Tenants {
    pub(crate) fn new(deps: Deps) -> Self {
        Self {
            firms: TenantCache::new(&deps.db, "tenants.firm"),
            throttle: Throttle::default(),
            mails_wanted: Hourly::new(deps.limits.sign_ups_per_hour),
            deps,
        }
    }

    /// Forgets what memory knows of a firm, after it has changed.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.firms.forget(tenant);
    }
}

#[async_trait]
impl TenantsClient for Tenants {
    async fn sign_up(&self, input: SignUp) -> Result<SignedIn> {
        self.do_sign_up(input).await
    }
    async fn sign_in(&self, input: SignIn) -> Result<SignedIn> {
        self.do_sign_in(input).await
    }
    async fn authenticate(&self, token: &str) -> Result<Ctx> {
        self.do_authenticate(token).await
    }
    async fn sign_out(&self, token: &str) -> Result<()> {
        self.do_sign_out(token).await
    }
    async fn verify_email(&self, ctx: &Ctx, token: &str) -> Result<()> {
        self.do_verify_email(ctx, token).await
    }
    async fn resend_verification(&self, ctx: &Ctx) -> Result<()> {
        self.do_resend_verification(ctx).await
    }
    async fn request_password_reset(&self, email: &str, origin: &str) -> Result<()> {
        self.do_request_password_reset(email, origin).await
    }
    async fn reset_password(&self, token: &str, password: &str) -> Result<()> {
        self.do_reset_password(token, password).await
    }
    async fn accept_invitation(&self, input: AcceptInvitation) -> Result<SignedIn> {
        self.do_accept_invitation(input).await
    }
    async fn tenant(&self, ctx: &Ctx) -> Result<Tenant> {
        self.do_tenant(ctx).await
    }
    async fn update_tenant(&self, ctx: &Ctx, patch: TenantPatch) -> Result<Tenant> {
        self.do_update_tenant(ctx, patch).await
    }
    async fn set_deletion(&self, ctx: &Ctx, wanted: bool) -> Result<Tenant> {
        self.do_set_deletion(ctx, wanted).await
    }
    async fn members(&self, ctx: &Ctx) -> Result<Vec<Member>> {
        self.do_members(ctx).await
    }
    async fn update_member(
        &self,
        ctx: &Ctx,
        id: MemberId,
        role: Option<Role>,
        status: Option<MemberStatus>,
    ) -> Result<Member> {
        self.do_update_member(ctx, id, role, status).await
    }
    async fn invite(&self, ctx: &Ctx, email: &str, role: Role) -> Result<Invitation> {
        self.do_invite(ctx, email, role).await
    }
    async fn invitations(&self, ctx: &Ctx) -> Result<Vec<Invitation>> {
        self.do_invitations(ctx).await
    }
    async fn withdraw_invitation(&self, ctx: &Ctx, id: InvitationId) -> Result<Invitation> {
        self.do_withdraw_invitation(ctx, id).await
    }
    async fn sessions(&self, ctx: &Ctx, current_token: &str) -> Result<Vec<Session>> {
        self.do_sessions(ctx, current_token).await
    }
    async fn revoke_session(&self, ctx: &Ctx, id: SessionId) -> Result<()> {
        self.do_revoke_session(ctx, id).await
    }
    async fn begin_totp(&self, ctx: &Ctx) -> Result<TotpSetup> {
        self.do_begin_totp(ctx).await
    }
    async fn set_totp(&self, ctx: &Ctx, enabled: bool, code: &str) -> Result<Member> {
        self.do_set_totp(ctx, enabled, code).await
    }
    async fn api_keys(&self, ctx: &Ctx) -> Result<Vec<ApiKey>> {
        self.do_api_keys(ctx).await
    }
    async fn create_api_key(&self, ctx: &Ctx, name: &str, scopes: Vec<Permission>) -> Result<Issued<ApiKey>> {
        self.do_create_api_key(ctx, name, scopes).await
    }
    async fn revoke_api_key(&self, ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey> {
        self.do_revoke_api_key(ctx, id).await
    }
    async fn audit(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<AuditEntry>> {
        ctx.require(Permission::ReadAudit)?;
        crate::store::audit::page(&self.deps.db.read(ctx), search.as_deref(), &page).await
    }
    async fn business_hours(&self, ctx: &Ctx) -> Result<BusinessHours> {
        self.do_business_hours(ctx).await
    }
    async fn set_business_hours(&self, ctx: &Ctx, hours: BusinessHours) -> Result<BusinessHours> {
        self.do_set_business_hours(ctx, hours).await
    }
    async fn is_open(&self, ctx: &Ctx) -> Result<bool> {
        self.do_is_open(ctx).await
    }
    async fn mails(&self, ctx: &Ctx) -> Result<Vec<Mail>> {
        self.do_mails(ctx).await
    }
    async fn sends_mail(&self) -> Result<bool> {
        Ok(self.deps.mail.smtp_url.is_some())
    }
    async fn exports(&self, ctx: &Ctx) -> Result<Vec<Export>> {
        self.do_exports(ctx).await
    }
    async fn request_export(&self, ctx: &Ctx) -> Result<Export> {
        self.do_request_export(ctx).await
    }
    async fn is_operator(&self, ctx: &Ctx) -> Result<bool> {
        self.do_is_operator(ctx).await
    }
    async fn all_tenants(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<TenantOverview>> {
        self.do_all_tenants(ctx, search, page).await
    }
    async fn provision(&self, ctx: &Ctx, spec: FirmSpec) -> Result<TenantOverview> {
        self.do_provision(ctx, spec).await
    }
    async fn deprovision(&self, ctx: &Ctx) -> Result<Tenant> {
        self.do_deprovision(ctx).await
    }
    async fn plans(&self, ctx: &Ctx) -> Result<Vec<String>> {
        self.do_plans(ctx).await
    }
    async fn set_quota(&self, ctx: &Ctx, tenant: TenantId, quota: Quota) -> Result<Tenant> {
        self.do_set_quota(ctx, tenant, quota).await
    }
    async fn set_suspended(&self, ctx: &Ctx, tenant: TenantId, suspended: bool) -> Result<Tenant> {
        self.do_set_suspended(ctx, tenant, suspended).await
    }
    async fn health(&self, ctx: &Ctx) -> Result<PlatformHealth> {
        self.do_health(ctx).await
    }
    async fn dead_letters(&self, ctx: &Ctx) -> Result<Vec<DeadLetter>> {
        self.do_dead_letters(ctx).await
    }
    async fn replay_dead_letter(&self, ctx: &Ctx, event: EventId, consumer: &str) -> Result<()> {
        self.do_replay_dead_letter(ctx, event, consumer).await
    }
}

//! Use cases: authorise, load, decide, save.

mod access;
mod members;
mod settings;
mod sign_in;

use async_trait::async_trait;
use lingxi_contracts::tenants::{
    AcceptInvitation, ApiKey, AuditEntry, BusinessHours, Invitation, Issued, Mail, Member, MemberStatus, Session,
    SignIn, SignUp, SignedIn, Tenant, TenantPatch, TenantsClient, TotpSetup,
};
use lingxi_kernel::{ApiKeyId, Ctx, MemberId, Page, PageArgs, Permission, Result, Role, SessionId};

use lingxi_store::TenantCache;

use crate::Deps;
use crate::store::tenant;
use crate::throttle::Throttle;

/// The tenants service.
pub(crate) struct Tenants {
    deps: Deps,
    throttle: Throttle,
    firms: TenantCache<tenant::Model>,
}

impl Tenants {
    pub(crate) fn new(deps: Deps) -> Self {
        Self { deps, throttle: Throttle::default(), firms: TenantCache::default() }
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
    async fn verify_email(&self, token: &str) -> Result<()> {
        self.do_verify_email(token).await
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
    async fn record_audit(&self, ctx: &Ctx, action: &str, target: &str, detail: serde_json::Value) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        crate::store::audit::record(&tx, action, target, detail).await?;
        tx.commit().await
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
}

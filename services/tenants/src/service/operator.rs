//! What the platform's operators do: tenants, quotas, health. They never see conversations.

use lingxi_contracts::tenants::{DeadLetter, PlatformHealth, Quota, Tenant, TenantOverview, TenantStatus};
use lingxi_kernel::{Ctx, Error, ErrorCode, EventId, Page, PageArgs, Result, TenantId};
use lingxi_store::{dead_letters, outbox, system};
use serde_json::json;

use super::Tenants;
use super::sign_in::own_account;
use crate::store::{audit, member, newest, session, tenant};

impl Tenants {
    pub(super) async fn do_is_operator(&self, ctx: &Ctx) -> Result<bool> {
        let Ok(id) = ctx.member() else { return Ok(false) };
        if self.deps.operator.emails.is_empty() {
            return Ok(false);
        }
        let account = own_account(&self.deps.db.read(ctx), id).await?;
        let named = |email: &String| email.trim().eq_ignore_ascii_case(&account.email);
        let proved = account.email_verified && account.address_proved_at.is_some();
        let second = account.totp_enabled || !self.deps.operator.second_factor;
        Ok(proved && second && self.deps.operator.emails.iter().any(named))
    }

    async fn require_operator(&self, ctx: &Ctx) -> Result<()> {
        if self.do_is_operator(ctx).await? {
            Ok(())
        } else {
            let message = "Only the platform's operators can do this (setting `operator.emails`, confirmed address, second factor).";
            Err(Error::new(ErrorCode::Forbidden, message))
        }
    }

    pub(super) async fn do_all_tenants(
        &self,
        ctx: &Ctx,
        search: Option<String>,
        page: PageArgs,
    ) -> Result<Page<TenantOverview>> {
        self.require_operator(ctx).await?;
        let found = tenant::page(&system::reader(&self.deps.db), search.as_deref(), &page).await?;
        let mut rows = Vec::new();
        for (cursor, row) in found.rows {
            let read = self.deps.db.read(&Ctx::system(TenantId::from_uuid(row.id), "tenants"));
            let members = newest::<member::Entity>(&read, member::Column::Id).await?;
            let sessions = newest::<session::Entity>(&read, session::Column::Id).await?;
            let overview = TenantOverview {
                tenant: self.allowed(row)?,
                members: i32::try_from(members.iter().filter(|member| member.status == "active").count())?,
                last_seen_at: sessions.iter().map(|session| session.last_used_at).max(),
            };
            rows.push((cursor, overview));
        }
        Ok(Page { rows, has_next: found.has_next })
    }

    pub(super) async fn do_plans(&self, ctx: &Ctx) -> Result<Vec<String>> {
        self.require_operator(ctx).await?;
        Ok(self.deps.limits.plans.keys().cloned().collect())
    }

    pub(super) async fn do_set_quota(&self, ctx: &Ctx, id: TenantId, quota: Quota) -> Result<Tenant> {
        self.require_operator(ctx).await?;
        self.check_quota(&quota)?;
        let change = |row: &mut tenant::Model| {
            row.quota = Some(serde_json::to_value(&quota)?);
            Ok(())
        };
        self.change_tenant(ctx, id, "tenant.quota_set", json!(quota.clone()), change).await
    }

    pub(super) async fn do_set_suspended(&self, ctx: &Ctx, id: TenantId, suspended: bool) -> Result<Tenant> {
        self.require_operator(ctx).await?;
        if id == ctx.tenant && suspended {
            return Err(Error::conflict("This is your own firm; you would lock yourself out."));
        }
        let change = |row: &mut tenant::Model| {
            row.status = status_of(suspended, row.delete_after.is_some()).as_str().to_owned();
            Ok(())
        };
        self.change_tenant(ctx, id, "tenant.suspended", json!({ "suspended": suspended }), change).await
    }

    /// Changes a tenant on behalf of an operator; it stands in that tenant's audit log.
    async fn change_tenant(
        &self,
        ctx: &Ctx,
        id: TenantId,
        action: &str,
        detail: serde_json::Value,
        change: impl FnOnce(&mut tenant::Model) -> Result<()>,
    ) -> Result<Tenant> {
        let theirs = Ctx { tenant: id, actor: ctx.actor.clone() };
        let tx = self.deps.db.begin(&theirs).await?;
        let mut row = tenant::own(&tx).await?;
        if row.status == TenantStatus::Ended.as_str() {
            return Err(Error::conflict("This firm is over; its data is deleted."));
        }
        change(&mut row)?;
        let row = tenant::update(&tx, row).await?;
        audit::record(&tx, action, id, detail).await?;
        tx.commit().await?;
        self.firms.forget(id);
        self.allowed(row)
    }

    pub(super) async fn do_health(&self, ctx: &Ctx) -> Result<PlatformHealth> {
        self.require_operator(ctx).await?;
        let db = &self.deps.db;
        let (pending, oldest) = outbox::backlog(db).await?;
        Ok(PlatformHealth {
            version: env!("CARGO_PKG_VERSION").into(),
            started_at: self.deps.started_at,
            tenants: tenant::count(&system::reader(db)).await?,
            database_bytes: system::size(db).await?,
            outbox_pending: pending,
            outbox_oldest_at: oldest,
            dead_letters: dead_letters::count(db).await?,
        })
    }

    pub(super) async fn do_dead_letters(&self, ctx: &Ctx) -> Result<Vec<DeadLetter>> {
        self.require_operator(ctx).await?;
        let letters = dead_letters::all(&self.deps.db).await?.into_iter().map(|(letter, event)| DeadLetter {
            event_id: event.id,
            tenant_id: event.tenantid,
            consumer: letter.consumer,
            event_type: event.kind,
            subject: event.subject,
            cause: letter.cause,
            created_at: letter.created_at,
        });
        Ok(letters.collect())
    }

    pub(super) async fn do_replay_dead_letter(&self, ctx: &Ctx, event: EventId, consumer: &str) -> Result<()> {
        self.require_operator(ctx).await?;
        if dead_letters::replay(&self.deps.db, event, consumer).await? {
            Ok(())
        } else {
            Err(Error::not_found("dead letter"))
        }
    }
}

/// A firm's status, from whether the operator has stopped it and whether it is to be deleted.
pub(super) fn status_of(suspended: bool, ending: bool) -> TenantStatus {
    match (suspended, ending) {
        (true, _) => TenantStatus::Suspended,
        (false, true) => TenantStatus::PendingDeletion,
        (false, false) => TenantStatus::Active,
    }
}

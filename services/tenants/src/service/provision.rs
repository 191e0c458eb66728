//! Firms that the Kubernetes operator keeps as its resources say.

use chrono::TimeDelta;
use lingxi_contracts::tenants::{FirmSpec, MemberStatus, Quota, Tenant, TenantCreated, TenantOverview, TenantStatus};
use lingxi_kernel::{Actor, Ctx, Error, ErrorCode, MemberId, Result, Role};
use lingxi_store::{Tx, system};
use serde_json::json;

use super::Tenants;
use super::sign_in::{UNKNOWN_ACCOUNT, new_account, new_member};
use crate::rules;
use crate::store::{account, audit, mails, member, newest, tenant, token};

impl Tenants {
    pub(super) async fn do_provision(&self, ctx: &Ctx, spec: FirmSpec) -> Result<TenantOverview> {
        require_operator(ctx)?;
        self.check_quota(&spec.quota)?;
        let email = rules::firm(&spec, &industries())?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = match tenant::find(&tx).await? {
            Some(row) if row.status == TenantStatus::Ended.as_str() => {
                return Err(Error::conflict("This firm is over; its data is deleted."));
            }
            Some(row) => row,
            None => self.found(&tx, &spec, &email).await?,
        };
        let wanted = wanted(&row, &spec)?;
        if wanted != row {
            let detail = json!({ "quota": spec.quota, "suspended": spec.suspended });
            tenant::update(&tx, wanted.clone()).await?;
            audit::record(&tx, "tenant.provisioned", ctx.tenant, detail).await?;
        }
        let members = newest::<member::Entity>(&tx, member::Column::Id).await?;
        let active = members.iter().filter(|member| member.status == MemberStatus::Active.as_str()).count();
        tx.commit().await?;
        self.firms.forget(ctx.tenant);
        self.welcome(&spec, &email, &members).await?;
        Ok(TenantOverview { tenant: self.allowed(wanted)?, members: i32::try_from(active)?, last_seen_at: None })
    }

    pub(super) async fn do_deprovision(&self, ctx: &Ctx) -> Result<Tenant> {
        require_operator(ctx)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = tenant::own(&tx).await?;
        if row.delete_after.is_none() && row.status != TenantStatus::Ended.as_str() {
            row.delete_after = Some(tx.now() + TimeDelta::days(i64::from(self.deps.limits.deletion_grace_days)));
            row.status = TenantStatus::PendingDeletion.as_str().to_owned();
            row = tenant::update(&tx, row).await?;
            let detail = json!({ "delete_after": row.delete_after });
            audit::record(&tx, "tenant.deletion_asked", ctx.tenant, detail).await?;
        }
        tx.commit().await?;
        self.firms.forget(ctx.tenant);
        self.allowed(row)
    }

    /// Refuses a quota of nothing, and a plan that the settings do not have.
    pub(super) fn check_quota(&self, quota: &Quota) -> Result<()> {
        let numbers = [
            quota.messages_per_second,
            quota.requests_per_second,
            quota.members,
            quota.query_depth,
            quota.query_complexity,
        ];
        if numbers.contains(&Some(0)) {
            return Err(Error::field("quota", "A quota is 1 or more; to stop a firm, suspend it."));
        }
        let plans = &self.deps.limits.plans;
        match quota.plan.as_ref().filter(|plan| !plans.contains_key(*plan)) {
            Some(plan) => {
                let known = plans.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                Err(Error::field("quota", format!("`{plan}` is no plan of the settings (limits.plans): {known}.")))
            }
            None => Ok(()),
        }
    }

    /// Makes the firm with its owner, who gets a mail to come in by.
    async fn found(&self, tx: &Tx, spec: &FirmSpec, email: &str) -> Result<tenant::Model> {
        let row = tenant::Model {
            id: tx.tenant(),
            name: spec.firm.trim().to_owned(),
            industry: spec.industry.clone(),
            locale: spec.locale.clone(),
            time_zone: spec.time_zone.clone(),
            status: TenantStatus::Active.as_str().to_owned(),
            hours: json!({ "weekly": [], "holidays": [] }),
            created_at: tx.now(),
            delete_after: None,
            quota: None,
        };
        tenant::insert(tx, row.clone()).await?;
        let owner_name = spec.owner_name.as_deref().map_or(email, str::trim);
        // One that nobody has confirmed may be anybody's.
        let account = match account::confirmed(&system::reader(&self.deps.db), email).await? {
            Some(known) => known.id,
            None => new_account(tx, email, UNKNOWN_ACCOUNT.to_owned(), false).await?,
        };
        let owner: MemberId = new_member(tx, account, owner_name, Role::Owner).await?;
        tx.emit(&TenantCreated {
            tenant: tx.ctx().tenant,
            industry: spec.industry.clone(),
            locale: spec.locale.clone(),
            owner,
            owner_name: owner_name.to_owned(),
        })?;
        audit::record(tx, "tenant.created", tx.ctx().tenant, json!({ "firm": spec.firm })).await?;
        Ok(row)
    }

    /// The mail with which an owner who was set up sets a password. Written when the firm is there, and again with the next look at a firm
    /// whose owner has not come, once the link of the last one is over.
    async fn welcome(&self, spec: &FirmSpec, email: &str, members: &[member::Model]) -> Result<()> {
        let owners = members.iter().filter(|member| member.role == Role::Owner.as_str());
        let accounts = owners.map(|member| member.account_id).collect();
        let accounts = account::by_ids(&system::reader(&self.deps.db), accounts).await?;
        let waits = |account: &&account::Model| account.email == email && account.password_hash == UNKNOWN_ACCOUNT;
        let Some(account) = accounts.iter().find(waits) else { return Ok(()) };
        let tx = self.deps.db.begin(&system::ctx("tenants")).await?;
        if token::issued_since(&tx, super::passwords::RESET, account.id, tx.now() - token::VALID).await? {
            return Ok(());
        }
        let secret = token::issue(&tx, super::passwords::RESET, account.id).await?;
        let link = format!("{}/reset-password?token={secret}", self.deps.public_url);
        mails::queue(&tx, email, crate::mail::welcome(&spec.locale, spec.firm.trim(), &link)).await?;
        tx.commit().await
    }

    /// The firm with what it is allowed: what its quota leaves open is its plan's.
    pub(super) fn allowed(&self, row: tenant::Model) -> Result<Tenant> {
        let mut tenant = row.into_contract()?;
        let quota = tenant.quota.clone();
        let plan = quota.plan.as_ref().and_then(|plan| self.deps.limits.plans.get(plan)).cloned().unwrap_or_default();
        tenant.allowance = Quota {
            messages_per_second: quota.messages_per_second.or(plan.messages_per_second),
            requests_per_second: quota.requests_per_second.or(plan.requests_per_second),
            members: quota.members.or(plan.members),
            query_depth: quota.query_depth.or(plan.query_depth),
            query_complexity: quota.query_complexity.or(plan.query_complexity),
            plan: quota.plan,
        };
        Ok(tenant)
    }
}

fn industries() -> Vec<&'static str> {
    lingxi_packs::all().iter().map(|pack| pack.code.as_str()).collect()
}

fn require_operator(ctx: &Ctx) -> Result<()> {
    match &ctx.actor {
        Actor::System { service } if service == "operator" => Ok(()),
        _ => Err(Error::new(ErrorCode::Forbidden, "Only the platform's Kubernetes operator can do this.")),
    }
}

/// The row as the specification wants it. That a firm is to be deleted stands: its owner may have asked for that.
fn wanted(row: &tenant::Model, spec: &FirmSpec) -> Result<tenant::Model> {
    let status = super::operator::status_of(spec.suspended, row.delete_after.is_some());
    Ok(tenant::Model {
        name: spec.firm.trim().to_owned(),
        status: status.as_str().to_owned(),
        quota: Some(serde_json::to_value(&spec.quota)?),
        ..row.clone()
    })
}

//! The firm itself: settings, hours, mails, its end.

use chrono::TimeDelta;
use lingxi_contracts::tenants::{BusinessHours, Mail, Tenant, TenantPatch, TenantStatus};
use lingxi_kernel::{Ctx, Error, ErrorCode, Permission, Result};
use lingxi_store::{Tx, system};
use serde_json::json;

use super::Tenants;
use crate::rules;
use crate::store::{audit, mails, member, newest, tenant};

impl Tenants {
    pub(super) async fn do_tenant(&self, ctx: &Ctx) -> Result<Tenant> {
        // Widgets show the firm's name, so visitors may read it too.
        if !matches!(ctx.actor, lingxi_kernel::Actor::Visitor { .. }) {
            ctx.require(Permission::ReadTenant)?;
        }
        self.allowed(self.firm(ctx).await?)
    }

    /// Demands that the firm is neither suspended nor over.
    pub(super) async fn require_in_use(&self, ctx: &Ctx) -> Result<()> {
        let row = self.firm(ctx).await?;
        match TenantStatus::parse(&row.status)? {
            TenantStatus::Suspended => Err(Error::new(
                ErrorCode::Forbidden,
                "This firm is suspended; please write to the operator of this service.",
            )),
            TenantStatus::Ended => Err(crate::secrets::unauthenticated()),
            TenantStatus::Active | TenantStatus::PendingDeletion => Ok(()),
        }
    }

    /// Demands that the firm's quota has room for one more member.
    pub(super) async fn require_seat(&self, tx: &Tx) -> Result<()> {
        let Some(most) = self.allowed(tenant::own(tx).await?)?.allowance.members else { return Ok(()) };
        let members = newest::<member::Entity>(tx, member::Column::Id).await?;
        let active = members.iter().filter(|row| row.status == "active").count();
        if active < usize::try_from(most)? {
            Ok(())
        } else {
            let message =
                format!("This firm may have {most} active members; disable one, or ask the operator for more.");
            Err(Error::new(ErrorCode::LimitExceeded, message))
        }
    }

    /// The firm's row, from memory where it is known.
    async fn firm(&self, ctx: &Ctx) -> Result<tenant::Model> {
        let read = self.deps.db.read(ctx);
        self.firms.get(ctx.tenant, read.now(), tenant::own(&read)).await
    }

    pub(super) async fn do_update_tenant(&self, ctx: &Ctx, patch: TenantPatch) -> Result<Tenant> {
        ctx.require(Permission::ManageTenant)?;
        let mut errors = Vec::new();
        if let Some(name) = &patch.name {
            rules::name(&mut errors, "name", name);
        }
        if let Some(locale) = &patch.locale {
            rules::locale(&mut errors, locale);
        }
        if let Some(time_zone) = &patch.time_zone {
            rules::time_zone(&mut errors, time_zone);
        }
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = tenant::own(&tx).await?;
        let before = json!({ "name": row.name, "locale": row.locale, "time_zone": row.time_zone });
        row.name = patch.name.map_or(row.name, |name| name.trim().to_owned());
        row.locale = patch.locale.unwrap_or(row.locale);
        row.time_zone = patch.time_zone.unwrap_or(row.time_zone);
        let row = tenant::update(&tx, row).await?;
        let after = json!({ "name": row.name, "locale": row.locale, "time_zone": row.time_zone });
        audit::record(&tx, "tenant.changed", ctx.tenant, json!({ "before": before, "after": after })).await?;
        tx.commit().await?;
        self.firms.forget(ctx.tenant);
        self.allowed(row)
    }

    pub(super) async fn do_set_deletion(&self, ctx: &Ctx, wanted: bool) -> Result<Tenant> {
        ctx.require(Permission::EndTenant)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = tenant::own(&tx).await?;
        let grace = TimeDelta::days(i64::from(self.deps.limits.deletion_grace_days));
        row.delete_after = wanted.then(|| tx.now() + grace);
        let status = if wanted { TenantStatus::PendingDeletion } else { TenantStatus::Active };
        row.status = status.as_str().to_owned();
        let row = tenant::update(&tx, row).await?;
        let action = if wanted { "tenant.deletion_asked" } else { "tenant.deletion_withdrawn" };
        audit::record(&tx, action, ctx.tenant, json!({ "delete_after": row.delete_after })).await?;
        tx.commit().await?;
        self.firms.forget(ctx.tenant);
        self.allowed(row)
    }

    pub(super) async fn do_business_hours(&self, ctx: &Ctx) -> Result<BusinessHours> {
        ctx.require(Permission::ReadTenant)?;
        Ok(serde_json::from_value(self.firm(ctx).await?.hours)?)
    }

    pub(super) async fn do_set_business_hours(&self, ctx: &Ctx, hours: BusinessHours) -> Result<BusinessHours> {
        ctx.require(Permission::ManageTenant)?;
        rules::check_hours(&hours)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = tenant::own(&tx).await?;
        let before = row.hours.clone();
        row.hours = serde_json::to_value(&hours)?;
        let row = tenant::update(&tx, row).await?;
        let detail = json!({ "before": before, "after": row.hours });
        audit::record(&tx, "tenant.hours_changed", ctx.tenant, detail).await?;
        tx.commit().await?;
        self.firms.forget(ctx.tenant);
        Ok(hours)
    }

    pub(super) async fn do_is_open(&self, ctx: &Ctx) -> Result<bool> {
        let row = self.firm(ctx).await?;
        let hours = serde_json::from_value(row.hours)?;
        Ok(rules::is_open(&hours, &row.time_zone, self.deps.db.env().now()))
    }

    pub(super) async fn do_mails(&self, ctx: &Ctx) -> Result<Vec<Mail>> {
        ctx.require(Permission::ManageMembers)?;
        let read = self.deps.db.read(ctx);
        let locale = self.firm(ctx).await?.locale;
        let shown = self.deps.mail.show_links;
        let mut rows = mails::newest(&read, None, 200).await?;
        if let (true, Ok(member)) = (shown, ctx.member()) {
            // In the demo the viewer's own verification is found here too. A new password is never set by what a page shows.
            let own = super::sign_in::own_account(&read, member).await?;
            let theirs = mails::newest(&self.deps.db.read(&system::ctx("tenants")), Some(&own.email), 20).await?;
            rows.extend(
                theirs.into_iter().filter(|row| row.link.as_ref().is_some_and(|it| it.contains("/verify-email?"))),
            );
            rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        }
        let operators = &self.deps.operator.emails;
        let mails = rows.into_iter().map(|row| {
            let plain = shown && !operators.iter().any(|one| one.trim().eq_ignore_ascii_case(&row.receiver));
            let body = match &row.link {
                Some(link) if plain => crate::mail::whole(&row.body, Some(link)),
                _ => crate::mail::without_link(&row.body, &locale),
            };
            mails::contract(row, body)
        });
        Ok(mails.collect())
    }
}

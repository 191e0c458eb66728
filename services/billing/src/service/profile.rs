//! To whom a firm's bills are written.

use lingxi_contracts::billing::BillingProfile;
use lingxi_kernel::{Ctx, Error, FieldError, Permission, Result, text};

use super::Billing;
use crate::store::settings;

impl Billing {
    pub(super) async fn do_profile(&self, ctx: &Ctx) -> Result<BillingProfile> {
        ctx.require(Permission::ReadBilling)?;
        Ok(settings::get(&self.deps.db.read(ctx)).await?.profile)
    }

    pub(super) async fn do_set_profile(&self, ctx: &Ctx, wanted: BillingProfile) -> Result<BillingProfile> {
        ctx.require(Permission::ManageBilling)?;
        let mut errors = Vec::new();
        let mut demand = |holds: bool, field: &str, message: &str| {
            if !holds {
                errors.push(FieldError { field: field.into(), message: message.into() });
            }
        };
        demand(
            (1..=200).contains(&text::length(&wanted.name)),
            "name",
            "Give the firm's legal name, up to 200 characters.",
        );
        let region = wanted.region.len() == 2 && wanted.region.bytes().all(|letter| letter.is_ascii_uppercase());
        demand(region, "region", "A region is the ISO 3166 code of a country, such as CN.");
        demand(wanted.address.chars().count() <= 500, "address", "An address has up to 500 characters.");
        demand(
            wanted.email.as_ref().is_none_or(|email| email.contains('@') && email.len() <= 254),
            "email",
            "This is no mail address.",
        );
        demand(
            wanted.tax_number.as_ref().is_none_or(|number| (1..=50).contains(&number.trim().len())),
            "taxNumber",
            "A tax number has up to 50 characters.",
        );
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut known = settings::get(&tx).await?;
        tx.note_change("billing_profile.changed", ctx.tenant, &known.profile, &wanted)?;
        known.profile = wanted.clone();
        settings::put(&tx, &known).await?;
        tx.commit().await?;
        self.forget(ctx);
        Ok(wanted)
    }
}

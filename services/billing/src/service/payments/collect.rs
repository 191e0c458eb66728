//! Collecting what is due: from the wallet, by the card on file, and by reminding.

use chrono::TimeDelta;
use lingxi_contracts::billing::{BillingMailWanted, BillingNews, BillingProfile, InvoiceStatus, PaymentMethod};
use lingxi_kernel::{Ctx, Result};
use lingxi_payments::{Charge, Found, GatewayError, PaymentGateway, chargeable};
use lingxi_store::{Tx, update};
use sea_orm::prelude::Uuid;

use super::{Billing, about, key, told};
use crate::store::payment::{self, row};
use crate::store::{invoice, settings};

/// While a charge is not answered, its invoice is not tried again for so long.
const CLAIMED: TimeDelta = TimeDelta::hours(1);
/// For so long a charge that got no answer is asked for again with its key; then the provider's list says what became of it.
const ASKED_AGAIN: TimeDelta = TimeDelta::hours(2);

/// Whoever asks later than this after a charge began repeats it.
const FIRST_ASKED: TimeDelta = TimeDelta::minutes(1);

impl Billing {
    /// An invoice whose next attempt has come.
    pub(crate) async fn collect(&self, ctx: &Ctx, id: Uuid) -> Result<()> {
        // The card is asked for anew: whoever changed it may have been told nowhere.
        if let Some(gateway) = self.deps.gateway.as_deref()
            && let Some(customer) = settings::get(&self.deps.db.read(ctx)).await?.customer
        {
            self.refresh_card(ctx, gateway, &customer).await?;
        }
        let tx = self.deps.db.begin(ctx).await?;
        let Some(mut row) = invoice::row::get(&tx, id).await? else { return Ok(()) };
        if row.next_attempt_at.is_none_or(|at| at > tx.now()) || row.due() <= 0 {
            return Ok(());
        }
        let settings = settings::get(&tx).await?;
        let (Some(_), Some(card)) = (&self.deps.gateway, settings.card) else {
            self.not_collected(&tx, row, String::new()).await?;
            return tx.commit().await;
        };
        let charge = if let Some(pending) = payment::pending_charge(&tx, row.id).await? {
            pending
        } else {
            let amount = chargeable(row.money(row.due())?);
            let begun = self.begin_payment(&tx, PaymentMethod::Provider, amount, Some(row.id()), None).await?;
            let begun = row::Model { card: Some(card.id), ..begun };
            update(&tx, begun.clone()).await?;
            begun
        };
        row.next_attempt_at = Some(tx.now() + CLAIMED);
        update(&tx, row).await?;
        tx.commit().await?;
        self.resolve(ctx, charge).await
    }

    /// An attempt did not bring the money: the firm is told, and the next attempt comes at the days of the settings, until none is left.
    pub(super) async fn not_collected(&self, tx: &Tx, mut row: invoice::row::Model, why: String) -> Result<()> {
        row.attempts += 1;
        let days = self.deps.settings.retry_days.get(usize::try_from(row.attempts - 1)?);
        row.next_attempt_at = days.map(|days| tx.now() + TimeDelta::days((*days).into()));
        let given_up = row.next_attempt_at.is_none();
        let status = if given_up { InvoiceStatus::Uncollectible } else { row.unpaid(tx.now()) };
        row.status = status.as_str().into();
        let profile: BillingProfile = serde_json::from_value(row.bill_to.clone())?;
        let (number, due) = (row.number.clone().unwrap_or_default(), row.money(row.due())?);
        let news = BillingNews::PaymentFailed { number, due, why, again_at: row.next_attempt_at };
        tx.emit(&BillingMailWanted { news, also: profile.email })?;
        update(tx, row).await?;
        Ok(())
    }

    /// Finds out what became of a payment through the provider, and applies it.
    pub(crate) async fn resolve(&self, ctx: &Ctx, row: row::Model) -> Result<()> {
        let gateway = self.gateway()?;
        let age = self.deps.db.env().now() - row.at;
        let answer = if row.is_known() {
            let found = gateway.look_up(&row.reference).await.map(|found| match found {
                Found::Payment(paid) => Some(paid),
                _ => None,
            });
            // That it cannot be looked up says nothing about the money.
            found.map_err(|error| GatewayError::Unknown(error.to_string()))
        } else if age >= ASKED_AGAIN {
            let since = gateway.payments_since(row.at - CLAIMED).await;
            let id = Some(row.id().to_string());
            match since.map(|all| all.into_iter().find(|paid| paid.about.payment == id)) {
                Ok(None) => Err(GatewayError::Refused("the payment provider did not answer".into())),
                found => found.map_err(|error| GatewayError::Unknown(error.to_string())),
            }
        } else if row.card.is_some() {
            match self.charge(ctx, gateway, &row).await? {
                // It says nothing about the first time, which may have been done.
                Err(GatewayError::Refused(why)) if age > FIRST_ASKED => Err(GatewayError::Unknown(why)),
                answer => answer.map(Some),
            }
        } else {
            // A page that was asked for a moment ago.
            return Ok(());
        };
        let tx = self.deps.db.begin(ctx).await?;
        let Some(row) = row::get(&tx, row.id).await? else { return Ok(()) };
        match answer {
            Ok(Some(paid)) => drop(self.apply(&tx, row, paid).await?),
            Ok(None) => return Ok(()),
            Err(GatewayError::Unknown(why)) => {
                tracing::warn!(why, payment = %row.id(), "Nobody knows yet what became of a payment");
                return Ok(());
            }
            Err(GatewayError::Declined(why) | GatewayError::Refused(why)) => drop(self.failed(&tx, row, why).await?),
        }
        tx.commit().await
    }

    async fn charge(
        &self,
        ctx: &Ctx,
        gateway: &dyn PaymentGateway,
        row: &row::Model,
    ) -> Result<lingxi_payments::Answer<lingxi_payments::Paid>> {
        let settings = settings::get(&self.deps.db.read(ctx)).await?;
        let (Some(customer), Some(card)) = (settings.customer, row.card.clone()) else {
            return Ok(Err(GatewayError::Refused("there is no card any more".into())));
        };
        let (id, amount, name) = (row.id(), row.money()?, self.purpose(ctx, row).await?);
        let charge = Charge { customer, card, amount, name, about: about(ctx.tenant, id) };
        Ok(gateway.charge(&key(ctx.tenant, id, "charge"), &charge).await)
    }

    /// Takes over which card the provider has. One that is new pays what others did not.
    pub(super) async fn refresh_card(&self, ctx: &Ctx, gateway: &dyn PaymentGateway, customer: &str) -> Result<()> {
        let card = match gateway.card(customer).await {
            Ok(card) => card,
            Err(GatewayError::Refused(why)) => {
                tracing::error!(why, customer, "The payment provider does not know a payer of ours");
                None
            }
            Err(error) => return Err(told(error)),
        };
        let tx = self.deps.db.begin(ctx).await?;
        let mut settings = settings::get(&tx).await?;
        if settings.card == card || settings.customer.as_deref() != Some(customer) {
            return Ok(());
        }
        let is_new = card.as_ref().map(|card| &card.id) != settings.card.as_ref().map(|card| &card.id);
        if is_new && card.is_some() {
            for mut row in invoice::unpaid(&tx).await?.into_iter().filter(|row| row.attempts > 0) {
                row.status = row.unpaid(tx.now()).as_str().into();
                row.next_attempt_at = Some(tx.now());
                update(&tx, row).await?;
            }
        }
        settings.card = card;
        settings::put(&tx, &settings).await?;
        tx.commit().await?;
        self.forget(ctx);
        Ok(())
    }
}

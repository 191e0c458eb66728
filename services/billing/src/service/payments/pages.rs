//! The provider's pages, at which a firm's people pay and leave cards.

use chrono::TimeDelta;
use lingxi_contracts::billing::{PaymentCard, PaymentMethod, PaymentOptions};
use lingxi_kernel::{Ctx, Error, InvoiceId, Money, Permission, Result};
use lingxi_payments::{Back, Order, chargeable};
use lingxi_store::update;
use sha2::{Digest as _, Sha256};

use super::{Billing, about, key, told};
use crate::service::invoice_currency;
use crate::store::payment::row;
use crate::store::{invoice, settings};

/// How long a page can be used.
const OPEN_FOR: TimeDelta = TimeDelta::hours(1);
/// The least that the wallet is filled with, in the major unit: providers take no smaller amounts.
const LEAST: i64 = 1;
/// The most at a time, in the major unit.
const MOST: i64 = 1_000_000;

impl Billing {
    pub(in crate::service) async fn do_payment_options(&self, ctx: &Ctx) -> Result<PaymentOptions> {
        ctx.require(Permission::ReadBilling)?;
        let card = settings::get(&self.deps.db.read(ctx)).await?.card.map(|card| PaymentCard {
            brand: card.brand,
            last4: card.last4,
            exp_month: card.exp_month,
            exp_year: card.exp_year,
        });
        Ok(PaymentOptions { online: self.deps.gateway.is_some(), bank: self.deps.settings.issuer_bank.clone(), card })
    }

    async fn back(&self, ctx: &Ctx, done: &str) -> Result<Back> {
        let url = self.deps.public_url.trim_end_matches('/');
        let at = |what: &str| format!("{url}/billing?tab=wallet&payment={what}");
        Ok(Back { done: at(done), left: at("left"), locale: self.deps.tenants.tenant(ctx).await?.locale })
    }

    /// The provider's id of the firm, which it is made known with when it has none.
    async fn customer(&self, ctx: &Ctx) -> Result<String> {
        let known = settings::get(&self.deps.db.read(ctx)).await?;
        if let Some(customer) = known.customer {
            return Ok(customer);
        }
        let firm =
            if known.profile.name.is_empty() { self.deps.tenants.tenant(ctx).await?.name } else { known.profile.name };
        // Asked again with another name, the provider would refuse the same key.
        let named: String = Sha256::digest(firm.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let tenant = ctx.tenant;
        let made = self.gateway()?.create_customer(&key(tenant, "customer", &named), &firm, &tenant.to_string()).await;
        let made = made.map_err(told)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut now = settings::get(&tx).await?;
        let customer = now.customer.get_or_insert(made).clone();
        settings::put(&tx, &now).await?;
        tx.commit().await?;
        self.forget(ctx);
        Ok(customer)
    }

    pub(in crate::service) async fn do_set_up_card(&self, ctx: &Ctx) -> Result<String> {
        ctx.require(Permission::ManageBilling)?;
        let gateway = self.gateway()?;
        let customer = self.customer(ctx).await?;
        let subscription = self.subscription_of(&self.deps.db.read(ctx)).await?;
        let back = self.back(ctx, "card").await?;
        // Whoever asks twice gets two pages, and leaves a card at one of them.
        let attempt = self.deps.db.env().id::<lingxi_kernel::EventId>();
        let key = key(ctx.tenant, attempt, "card");
        let page = gateway.set_up_card(&key, &customer, invoice_currency(&subscription)?, &back).await;
        Ok(page.map_err(told)?.url)
    }

    pub(in crate::service) async fn do_payment_portal(&self, ctx: &Ctx) -> Result<String> {
        ctx.require(Permission::ManageBilling)?;
        let gateway = self.gateway()?;
        let customer = self.customer(ctx).await?;
        gateway.portal(&customer, &self.back(ctx, "card").await?).await.map_err(told)
    }

    pub(in crate::service) async fn do_top_up(&self, ctx: &Ctx, minor: i64) -> Result<String> {
        ctx.require(Permission::ManageBilling)?;
        self.gateway()?;
        let tx = self.deps.db.begin(ctx).await?;
        let currency = invoice_currency(&self.stored_subscription(&tx).await?)?;
        let unit = 10_i64.pow(currency.exponent());
        let (least, most) = (Money::new(LEAST * unit, currency), Money::new(MOST * unit, currency));
        if minor < least.minor || minor > most.minor {
            return Err(Error::field("minor", format!("The wallet is filled with {least} to {most} at a time.")));
        }
        let amount = chargeable(Money::new(minor, currency));
        let row = self.begin_payment(&tx, PaymentMethod::Provider, amount, None, None).await?;
        tx.commit().await?;
        self.check_out(ctx, row).await
    }

    pub(in crate::service) async fn do_pay_invoice(&self, ctx: &Ctx, id: InvoiceId) -> Result<String> {
        ctx.require(Permission::ManageBilling)?;
        let tx = self.deps.db.begin(ctx).await?;
        let invoice = invoice::known(&tx, id).await?;
        self.gateway()?;
        if invoice.due() <= 0 {
            return Err(Error::conflict("Nothing is to be paid of this invoice."));
        }
        let amount = chargeable(invoice.money(invoice.due())?);
        let row = self.begin_payment(&tx, PaymentMethod::Provider, amount, Some(id), None).await?;
        tx.commit().await?;
        self.check_out(ctx, row).await
    }

    /// The page for a payment that was begun here.
    async fn check_out(&self, ctx: &Ctx, row: row::Model) -> Result<String> {
        let back = self.back(ctx, "done").await?;
        let customer = self.customer(ctx).await?;
        let id = row.id();
        let order = Order {
            customer,
            amount: row.money()?,
            name: self.purpose(ctx, &row).await?,
            methods: self.deps.settings.stripe.methods.clone(),
            expires_at: row.at + OPEN_FOR,
            about: about(ctx.tenant, id),
        };
        let page = self.gateway()?.check_out(&key(ctx.tenant, id, "page"), &order, &back).await;
        let tx = self.deps.db.begin(ctx).await?;
        let Some(row) = row::get(&tx, id).await? else { return Err(Error::not_found("payment")) };
        match page {
            Ok(page) => {
                // Unless its notice was faster.
                if !row.is_known() {
                    update(&tx, row::Model { reference: page.id, ..row }).await?;
                }
                tx.commit().await?;
                Ok(page.url)
            }
            Err(error) => {
                // Nobody was given the page, even where there may be one.
                self.failed(&tx, row, error.to_string()).await?;
                tx.commit().await?;
                Err(told(error))
            }
        }
    }

    /// What a payment is for, in the firm's language.
    pub(super) async fn purpose(&self, ctx: &Ctx, row: &row::Model) -> Result<String> {
        let chinese = self.deps.tenants.tenant(ctx).await?.locale == "zh-CN";
        let issuer = &self.deps.settings.issuer;
        let Some(id) = row.invoice_id else {
            return Ok(if chinese { format!("{issuer} 余额充值") } else { format!("{issuer} wallet top-up") });
        };
        let invoice = invoice::known(&self.deps.db.read(ctx), id.into()).await?;
        let number = invoice.number.unwrap_or_default();
        Ok(if chinese { format!("{issuer} 账单 {number}") } else { format!("{issuer} invoice {number}") })
    }
}

//! Stripe, by `async-stripe`. API: <https://docs.stripe.com/api>.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use lingxi_kernel::{Currency, Error, Money, Result, Timestamp};
use miniserde::json::Value;
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_billing::billing_portal_session::CreateBillingPortalSession;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAllowedPaymentMethodTypes, CreateCheckoutSessionLineItems,
    CreateCheckoutSessionLineItemsPriceData, CreateCheckoutSessionPaymentIntentData, ProductData,
    RetrieveCheckoutSession,
};
use stripe_client_core::RequestBuilder;
use stripe_core::customer::{
    CreateCustomer, ListPaymentMethodsCustomer, RetrieveCustomer, RetrieveCustomerReturned, UpdateCustomer,
    UpdateCustomerInvoiceSettings,
};
use stripe_core::dispute::RetrieveDispute;
use stripe_core::payment_intent::{
    CreatePaymentIntent, CreatePaymentIntentOffSession, ListPaymentIntent, RetrievePaymentIntent,
};
use stripe_core::refund::{CreateRefund, RetrieveRefund};
use stripe_core::setup_intent::RetrieveSetupIntent;
use stripe_shared::{
    ApiErrors, ApiErrorsType, CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus,
    CheckoutSessionStatus, Dispute, DisputeStatus, PaymentIntent, PaymentIntentStatus, PaymentMethod, Refund,
    SetupIntent,
};
use stripe_types::{List, RangeQueryTs};

use crate::{
    About, Answer, Back, Card, Charge, Chargeback, Checkout, Found, GatewayError, Order, Paid, PaymentGateway,
    Progress, Refunded,
};

/// Attempts at a request with one key.
const ATTEMPTS: u32 = 3;
/// Before the second attempt; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(300);

/// Stripe behind our own trait. Cheap to clone.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    /// After this long no further attempt is made.
    patience: Duration,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").finish_non_exhaustive()
    }
}

impl Stripe {
    /// The gateway of the settings; none without a key.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] when the key or the address cannot be used.
    pub fn open(settings: &lingxi_config::Stripe) -> Result<Option<Self>> {
        let Some(key) = &settings.secret_key else { return Ok(None) };
        let patience = Duration::from_millis(settings.timeout_ms);
        // The address is checked by the client's builder with a panic.
        let url = settings.url.trim_end_matches('/');
        if url.parse::<http::Uri>().is_err() {
            return Err(Error::invalid(format!("`billing.stripe.url` is `{url}`, which is no address.")));
        }
        let client = ClientBuilder::new(key.as_str()).url(format!("{url}/")).timeout(patience).build();
        let client = client.map_err(|_| Error::invalid("`billing.stripe.secret_key` cannot be used as a key."))?;
        Ok(Some(Self { client, patience }))
    }

    /// Asks, and asks again with the same key while it is not known whether it was done. What comes is an object of the library's, of which
    /// `read` takes what is of use: the objects are huge, and none of them is held while something is waited for.
    fn ask<'a, R, T>(&'a self, key: Option<&'a str>, request: R, read: fn(R::Output) -> Answer<T>) -> Asked<'a, T>
    where
        R: StripeRequest,
        R::Output: miniserde::Deserialize + 'a,
        T: Send + 'a,
    {
        let request = request.build();
        Box::pin(async move {
            let strategy = match key {
                Some(key) => {
                    let key = IdempotencyKey::new(key).map_err(|error| GatewayError::Refused(error.to_string()))?;
                    RequestStrategy::Idempotent(key)
                }
                None => RequestStrategy::Once,
            };
            let started = tokio::time::Instant::now();
            let mut attempt = 1;
            loop {
                let once = same(&request).customize::<Value>().request_strategy(strategy.clone());
                let error = match once.send(&self.client).await {
                    Ok(answer) => return read(object(&answer)?),
                    // That the repetition of a write is refused says nothing about its first try.
                    Err(error) => match told(error) {
                        GatewayError::Refused(why) if attempt > 1 && key.is_some() => GatewayError::Unknown(why),
                        error => error,
                    },
                };
                let again = matches!(error, GatewayError::Unknown(_)) && attempt < ATTEMPTS;
                if !again || started.elapsed() >= self.patience {
                    return Err(error);
                }
                tracing::warn!(%error, attempt, "The payment provider did not answer as it should; asking again");
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
        })
    }

    /// What an intent is, with what it is about.
    async fn intent(&self, id: &str) -> Answer<Paid> {
        self.ask(None, RetrievePaymentIntent::new(id), paid).await
    }

    async fn session(&self, id: &str) -> Answer<Found> {
        let session = self.ask(None, RetrieveCheckoutSession::new(id), |session| Ok(session_of(&session))).await?;
        if session.sets_up {
            let (Some(setup), Some(customer)) = (&session.setup, &session.customer) else {
                return Ok(Found::Other);
            };
            if session.complete {
                self.take_card(setup, customer).await?;
            }
            return self.customer_found(customer).await;
        }
        let Some(progress) = session.progress else { return Ok(Found::Other) };
        // The intent is there as soon as somebody begins to pay.
        if let Some(intent) = &session.intent {
            let mut paid = self.intent(intent).await?;
            paid.progress = match (progress, paid.progress) {
                (_, Progress::Succeeded) => Progress::Succeeded,
                (Progress::Failed(why), _) => Progress::Failed(why),
                // The page is done with: nobody can try again.
                (_, Progress::Waits(why)) if session.complete => Progress::Failed(why),
                (_, of_intent) => of_intent,
            };
            return Ok(Found::Payment(paid));
        }
        let Some(amount) = session.amount else { return Ok(Found::Other) };
        Ok(Found::Payment(Paid { id: session.id, about: session.about, progress, amount }))
    }

    /// The card that was left is charged from now on.
    async fn take_card(&self, setup: &str, customer: &str) -> Answer<()> {
        let method = |setup: SetupIntent| Ok(setup.payment_method.map(|method| method.id().to_string()));
        let Some(method) = self.ask(None, RetrieveSetupIntent::new(setup), method).await? else { return Ok(()) };
        let settings = UpdateCustomerInvoiceSettings { default_payment_method: Some(method), ..Default::default() };
        let update = UpdateCustomer::new(customer).invoice_settings(settings);
        self.ask(Some(&format!("{customer}/card/{setup}")), update, |_| Ok(())).await
    }

    async fn refund_found(&self, id: &str) -> Answer<Found> {
        let read = |refund: Refund| Ok((refunded(&refund)?, refund.payment_intent.map(|it| it.id().to_string())));
        let (mut refunded, intent) = self.ask(None, RetrieveRefund::new(id), read).await?;
        if refunded.about.refund.is_none() {
            // One that was made at the provider: its payment says whose it is.
            let Some(intent) = intent else { return Ok(Found::Other) };
            refunded.about = self.intent(&intent).await?.about;
        }
        Ok(Found::Refund(refunded))
    }

    async fn dispute(&self, id: &str) -> Answer<Found> {
        let Some((mut chargeback, intent)) =
            self.ask(None, RetrieveDispute::new(id), |dispute| Ok(chargeback(&dispute))).await?
        else {
            return Ok(Found::Other);
        };
        chargeback.about = self.intent(&intent).await?.about;
        Ok(Found::Chargeback(chargeback))
    }

    async fn customer_found(&self, id: &str) -> Answer<Found> {
        let tenant = self.customer(id).await?.and_then(|customer| customer.tenant);
        Ok(Found::Customer { id: id.to_owned(), tenant })
    }

    async fn customer(&self, id: &str) -> Answer<Option<Payer>> {
        let read = |customer| match customer {
            RetrieveCustomerReturned::Customer(customer) => {
                let chosen = customer.invoice_settings.and_then(|settings| settings.default_payment_method);
                let chosen = chosen.map(|method| method.id().to_string());
                Ok(Some(Payer { tenant: about(customer.metadata.as_ref()).tenant, chosen }))
            }
            RetrieveCustomerReturned::DeletedCustomer(_) => Ok(None),
        };
        self.ask(None, RetrieveCustomer::new(id), read).await
    }
}

/// An answer that is waited for.
type Asked<'a, T> = BoxFuture<'a, Answer<T>>;

/// The same request once more.
fn same(request: &RequestBuilder) -> RequestBuilder {
    let (query, body, path) = (request.query.clone(), request.body.clone(), request.path.clone());
    RequestBuilder { query, body, path, method: request.method }
}

/// The object that an answer is.
fn object<T: miniserde::Deserialize>(answer: &Value) -> Answer<T> {
    let unread = |_| GatewayError::Unknown("the provider's answer is not what it says it is".into());
    miniserde::json::from_str(&miniserde::json::to_string(answer)).map_err(unread)
}

/// What is of use of somebody who pays.
struct Payer {
    tenant: Option<String>,
    /// The card that they chose to be charged.
    chosen: Option<String>,
}

/// What is of use of a page.
struct Session {
    id: String,
    sets_up: bool,
    complete: bool,
    progress: Option<Progress>,
    setup: Option<String>,
    customer: Option<String>,
    intent: Option<String>,
    amount: Option<Money>,
    about: About,
}

fn session_of(session: &CheckoutSession) -> Session {
    let amount = session.amount_total.zip(session.currency.as_ref().and_then(currency));
    Session {
        id: session.id.to_string(),
        sets_up: session.mode == CheckoutSessionMode::Setup,
        complete: session.status == Some(CheckoutSessionStatus::Complete),
        progress: session_progress(session),
        setup: session.setup_intent.as_ref().map(|setup| setup.id().to_string()),
        customer: session.customer.as_ref().map(|customer| customer.id().to_string()),
        intent: session.payment_intent.as_ref().map(|intent| intent.id().to_string()),
        amount: amount.map(|(total, currency)| Money::new(total, currency)),
        about: about(session.metadata.as_ref()),
    }
}

/// A chargeback, about which its intent says more; none for a warning, which is only asked about, and takes nothing back.
fn chargeback(dispute: &Dispute) -> Option<(Chargeback, String)> {
    let (Some(intent), Some(currency)) = (&dispute.payment_intent, currency(&dispute.currency)) else {
        return None;
    };
    let warning =
        [DisputeStatus::WarningClosed, DisputeStatus::WarningNeedsResponse, DisputeStatus::WarningUnderReview];
    if warning.contains(&dispute.status) || dispute.status == DisputeStatus::Prevented {
        return None;
    }
    let chargeback = Chargeback {
        id: dispute.id.to_string(),
        about: About::default(),
        won: dispute.status == DisputeStatus::Won,
        amount: Money::new(dispute.amount, currency),
    };
    Some((chargeback, intent.id().to_string()))
}

#[async_trait]
impl PaymentGateway for Stripe {
    async fn create_customer(&self, key: &str, name: &str, tenant: &str) -> Answer<String> {
        let about = About { tenant: Some(tenant.into()), ..About::default() };
        let create = CreateCustomer::new().name(name).metadata(metadata(&about));
        self.ask(Some(key), create, |customer| Ok(customer.id.to_string())).await
    }

    async fn card(&self, customer: &str) -> Answer<Option<Card>> {
        let Some(found) = self.customer(customer).await? else { return Ok(None) };
        let list = ListPaymentMethodsCustomer::new(customer).limit(100);
        let cards = self.ask(None, list, |list| Ok(list.data.into_iter().filter_map(card).collect::<Vec<_>>())).await?;
        let wanted = cards.iter().find(|card| Some(&card.id) == found.chosen.as_ref());
        // The chosen one is gone: the newest of the others.
        Ok(wanted.or(cards.first()).cloned())
    }

    async fn set_up_card(&self, key: &str, customer: &str, currency: Currency, back: &Back) -> Answer<Checkout> {
        let session = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Setup)
            .currency(provider_currency(currency))
            .customer(customer)
            .allowed_payment_method_types(vec![CreateCheckoutSessionAllowedPaymentMethodTypes::Card])
            .locale(locale(&back.locale))
            .success_url(back.done.as_str())
            .cancel_url(back.left.as_str());
        self.ask(Some(key), session, checkout).await
    }

    async fn portal(&self, customer: &str, back: &Back) -> Answer<String> {
        let session = CreateBillingPortalSession::new().customer(customer).return_url(back.done.as_str());
        self.ask(None, session, |session| Ok(session.url)).await
    }

    async fn check_out(&self, key: &str, order: &Order, back: &Back) -> Answer<Checkout> {
        let methods = order.methods.iter().filter_map(|method| method.parse().ok());
        let item = CreateCheckoutSessionLineItems {
            price_data: Some(CreateCheckoutSessionLineItemsPriceData {
                unit_amount: Some(order.amount.minor),
                product_data: Some(ProductData::new(order.name.as_str())),
                ..CreateCheckoutSessionLineItemsPriceData::new(provider_currency(order.amount.currency))
            }),
            quantity: Some(1),
            ..Default::default()
        };
        let about = metadata(&order.about);
        let intent = CreateCheckoutSessionPaymentIntentData { metadata: Some(about.clone()), ..Default::default() };
        let session = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .customer(order.customer.as_str())
            .line_items(vec![item])
            .allowed_payment_method_types(methods.collect::<Vec<CreateCheckoutSessionAllowedPaymentMethodTypes>>())
            .payment_intent_data(intent)
            .metadata(about)
            .expires_at(order.expires_at.timestamp())
            .locale(locale(&back.locale))
            .success_url(back.done.as_str())
            .cancel_url(back.left.as_str());
        self.ask(Some(key), session, checkout).await
    }

    async fn charge(&self, key: &str, charge: &Charge) -> Answer<Paid> {
        let intent = CreatePaymentIntent::new(charge.amount.minor, provider_currency(charge.amount.currency))
            .customer(charge.customer.as_str())
            .payment_method(charge.card.as_str())
            .description(charge.name.as_str())
            .metadata(metadata(&charge.about))
            .off_session(CreatePaymentIntentOffSession::Bool(true))
            .confirm(true);
        self.ask(Some(key), intent, paid).await
    }

    async fn refund(&self, key: &str, payment: &str, amount: Money, about: &About) -> Answer<Refunded> {
        let refund = CreateRefund::new().payment_intent(payment).amount(amount.minor).metadata(metadata(about));
        self.ask(Some(key), refund, |refund| refunded(&refund)).await
    }

    async fn look_up(&self, id: &str) -> Answer<Found> {
        Ok(match id.split('_').next().unwrap_or_default() {
            "cs" => self.session(id).await?,
            "pi" => Found::Payment(self.intent(id).await?),
            "re" | "pyr" => self.refund_found(id).await?,
            "dp" | "du" => self.dispute(id).await?,
            "cus" => self.customer_found(id).await?,
            _ => Found::Other,
        })
    }

    async fn payments_since(&self, from: Timestamp) -> Answer<Vec<Paid>> {
        let mut all = Vec::new();
        let mut begin: Option<String> = None;
        loop {
            let mut list = ListPaymentIntent::new().created(RangeQueryTs::gte(from.timestamp())).limit(100);
            if let Some(begin) = &begin {
                list = list.starting_after(begin.as_str());
            }
            let read = |list: List<PaymentIntent>| {
                let next = list.data.last().filter(|_| list.has_more).map(|intent| intent.id.to_string());
                // What is in other currencies is not ours.
                Ok((list.data.into_iter().filter_map(|intent| paid(intent).ok()).collect::<Vec<_>>(), next))
            };
            let (page, next) = self.ask(None, list, read).await?;
            all.extend(page);
            begin = next;
            if begin.is_none() {
                return Ok(all);
            }
        }
    }
}

/// What an error of the provider means for what was asked.
fn told(error: StripeError) -> GatewayError {
    match error {
        StripeError::Stripe(error, status) => match (&error.type_, status) {
            (ApiErrorsType::CardError, _) => GatewayError::Declined(reason(&error)),
            // Something was asked with this key before, and may have been done. Or the key is wrong, until somebody mends the settings; somebody
            // asks with the same key at this moment; or too much is asked at once.
            (ApiErrorsType::IdempotencyError, _) | (_, 401 | 403 | 409 | 429 | 500..) => {
                GatewayError::Unknown(reason(&error))
            }
            _ => GatewayError::Refused(reason(&error)),
        },
        StripeError::ConfigError(message) => GatewayError::Refused(message),
        // A write may have been done before its answer was lost.
        other => GatewayError::Unknown(other.to_string()),
    }
}

fn reason(error: &ApiErrors) -> String {
    let code = error.decline_code.clone().or_else(|| error.code.as_ref().map(|code| code.as_str().to_owned()));
    match (&error.message, code) {
        (Some(message), Some(code)) => format!("{message} ({code})"),
        (Some(message), None) => message.clone(),
        (None, code) => code.unwrap_or_else(|| "the provider gave no reason".into()),
    }
}

fn about(metadata: Option<&HashMap<String, String>>) -> About {
    let field = |name: &str| metadata.and_then(|all| all.get(name)).cloned();
    About { tenant: field("tenant"), payment: field("payment"), refund: field("refund") }
}

fn metadata(about: &About) -> HashMap<String, String> {
    let all = [("tenant", &about.tenant), ("payment", &about.payment), ("refund", &about.refund)];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
}

fn provider_currency(currency: Currency) -> stripe_types::Currency {
    match currency {
        Currency::Cny => stripe_types::Currency::CNY,
        Currency::Usd => stripe_types::Currency::USD,
        Currency::Eur => stripe_types::Currency::EUR,
        Currency::Jpy => stripe_types::Currency::JPY,
        // The library's list lacks it.
        Currency::Kwd => stripe_types::Currency::Unknown("kwd".into()),
    }
}

/// Of those that bills can be in.
fn currency(currency: &stripe_types::Currency) -> Option<Currency> {
    [Currency::Cny, Currency::Usd, Currency::Eur, Currency::Jpy, Currency::Kwd]
        .into_iter()
        .find(|own| provider_currency(*own) == *currency)
}

fn locale(locale: &str) -> stripe_shared::CheckoutSessionLocale {
    if locale.starts_with("zh") {
        stripe_shared::CheckoutSessionLocale::Zh
    } else {
        stripe_shared::CheckoutSessionLocale::En
    }
}

fn checkout(session: CheckoutSession) -> Answer<Checkout> {
    let missing = || GatewayError::Refused("the provider's page has no address".into());
    Ok(Checkout { id: session.id.to_string(), url: session.url.ok_or_else(missing)? })
}

fn card(method: PaymentMethod) -> Option<Card> {
    let card = method.card?;
    let (id, exp_month, exp_year) = (method.id.to_string(), card.exp_month, card.exp_year);
    Some(Card { id, brand: card.brand, last4: card.last4, exp_month, exp_year })
}

fn session_progress(session: &CheckoutSession) -> Option<Progress> {
    Some(match (session.status.as_ref()?, &session.payment_status) {
        (CheckoutSessionStatus::Expired, _) => Progress::Failed("the page was not used in time".into()),
        (CheckoutSessionStatus::Complete, CheckoutSessionPaymentStatus::Paid) => Progress::Succeeded,
        _ => Progress::Pending,
    })
}

fn paid(intent: PaymentIntent) -> Answer<Paid> {
    let why = intent.last_payment_error.as_ref().map(|error| reason(error));
    let progress = match &intent.status {
        PaymentIntentStatus::Succeeded => Progress::Succeeded,
        PaymentIntentStatus::Canceled => Progress::Failed(why.unwrap_or_else(|| "it was cancelled".into())),
        PaymentIntentStatus::Processing => Progress::Pending,
        _ => Progress::Waits(why.unwrap_or_else(|| "the payer has to confirm it".into())),
    };
    let unknown = || GatewayError::Refused(format!("bills are not in {}", intent.currency));
    let amount = Money::new(intent.amount, currency(&intent.currency).ok_or_else(unknown)?);
    Ok(Paid { id: intent.id.to_string(), about: about(Some(&intent.metadata)), progress, amount })
}

fn refunded(refund: &stripe_shared::Refund) -> Answer<Refunded> {
    let unknown = || GatewayError::Refused(format!("bills are not in {}", refund.currency));
    Ok(Refunded {
        id: refund.id.to_string(),
        about: about(refund.metadata.as_ref()),
        progress: match refund.status.as_deref() {
            Some("succeeded") => Progress::Succeeded,
            Some("failed" | "canceled") => {
                Progress::Failed(refund.failure_reason.clone().unwrap_or_else(|| "the provider gave no reason".into()))
            }
            _ => Progress::Pending,
        },
        amount: Money::new(refund.amount, currency(&refund.currency).ok_or_else(unknown)?),
    })
}

//! The payment provider, behind a trait of our own: it moves money and keeps cards, and nothing else. What is metered, rated, invoiced and
//! booked is ours.
//!
//! Every write carries a key: whoever asks again with the same key gets the first answer and nothing happens twice. Objects of the provider
//! that are about a payment or a refund of ours name it and its tenant in their metadata.

mod fapiao;
mod stripe;
mod webhook;

use async_trait::async_trait;
use lingxi_kernel::{Currency, Money, Timestamp};

pub use fapiao::{FapiaoAdapter, FapiaoOrder, FapiaoProvider, IssuedFapiao};
pub use stripe::Stripe;
pub use webhook::{Notice, sign, verify};

/// Why the provider did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayError {
    /// The payer's bank or the provider said no; asking again with the same key says the same.
    Declined(String),
    /// The request or the settings are wrong.
    Refused(String),
    /// Nobody knows whether it was done: no answer came, or one of a fault. Ask again with the same key, or look the object up.
    Unknown(String),
}

impl std::fmt::Display for GatewayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Declined(why) | Self::Refused(why) | Self::Unknown(why)) = self;
        f.write_str(why)
    }
}

/// What the provider answers.
pub type Answer<T> = Result<T, GatewayError>;

/// Which payment or refund of ours an object of the provider is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Id of the tenant, `ten_…`.
    pub tenant: Option<String>,
    /// Id of the payment, `pay_…`.
    pub payment: Option<String>,
    /// Id of the refund, `ref_…`.
    pub refund: Option<String>,
}

/// A page of the provider's at which somebody pays or leaves a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The provider's id of it.
    pub id: String,
    /// Where it is.
    pub url: String,
}

/// Where the provider's page sends people back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// When it was done.
    pub done: String,
    /// When they left it.
    pub left: String,
    /// The page's language, such as `zh-CN`.
    pub locale: String,
}

/// What is paid at a page of the provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The provider's id of the payer.
    pub customer: String,
    /// How much; see [`chargeable`].
    pub amount: Money,
    /// What for.
    pub name: String,
    /// Ways to pay, by the provider's names, such as `card`, `alipay`; those that do not take the currency are left out.
    pub methods: Vec<String>,
    /// Until when it can be paid: half an hour to a day ahead.
    pub expires_at: Timestamp,
    /// What it is about.
    pub about: About,
}

/// A payment by a card on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The provider's id of the payer.
    pub customer: String,
    /// The provider's id of the card.
    pub card: String,
    /// How much; see [`chargeable`].
    pub amount: Money,
    /// What for.
    pub name: String,
    /// What it is about.
    pub about: About,
}

/// A card on file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Card {
    /// The provider's id of it.
    pub id: String,
    /// Such as `visa`.
    pub brand: String,
    /// Its last four digits.
    pub last4: String,
    /// The last month in which it can be used, 1 to 12.
    pub exp_month: i64,
    /// And that month's year.
    pub exp_year: i64,
}

/// Where money stands at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It is on its way.
    Pending,
    /// It waits for the payer, and why: nobody has paid yet, or the last attempt failed.
    Waits(String),
    /// It is there.
    Succeeded,
    /// It did not come, and will not.
    Failed(String),
}

/// A payment as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The provider's id of the payment; of a page at which nobody has begun to pay, that of the page.
    pub id: String,
    /// What it is about.
    pub about: About,
    /// Where it stands.
    pub progress: Progress,
    /// How much.
    pub amount: Money,
}

/// Money that goes back, as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refunded {
    /// The provider's id of the refund.
    pub id: String,
    /// What it is about. One that was made at the provider names only its payment, and no refund.
    pub about: About,
    /// Where it stands.
    pub progress: Progress,
    /// How much.
    pub amount: Money,
}

/// A payment that the payer's bank takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chargeback {
    /// The provider's id of it.
    pub id: String,
    /// Of which payment.
    pub about: About,
    /// Whether the money is ours again.
    pub won: bool,
    /// How much.
    pub amount: Money,
}

/// What an object of the provider is, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A payment.
    Payment(Paid),
    /// Money that goes back.
    Refund(Refunded),
    /// A payment that the payer's bank takes back.
    Chargeback(Chargeback),
    /// A payer, whose cards may have changed.
    Customer {
        /// The provider's id.
        id: String,
        /// Whose it is, `ten_…`.
        tenant: Option<String>,
    },
    /// Nothing that we act on.
    Other,
}

/// What we ask of a payment provider.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Makes a payer known, and gives the provider's id.
    async fn create_customer(&self, key: &str, name: &str, tenant: &str) -> Answer<String>;
    /// The card that a payer is charged on; none when they left none.
    async fn card(&self, customer: &str) -> Answer<Option<Card>>;
    /// A page at which a payer leaves a card for later.
    async fn set_up_card(&self, key: &str, customer: &str, currency: Currency, back: &Back) -> Answer<Checkout>;
    /// A page at which a payer sees and changes their cards.
    async fn portal(&self, customer: &str, back: &Back) -> Answer<String>;
    /// A page at which something is paid.
    async fn check_out(&self, key: &str, order: &Order, back: &Back) -> Answer<Checkout>;
    /// Pays with a card on file, without the payer being there.
    async fn charge(&self, key: &str, charge: &Charge) -> Answer<Paid>;
    /// Gives back part of a payment, by the provider's id of the payment.
    async fn refund(&self, key: &str, payment: &str, amount: Money, about: &About) -> Answer<Refunded>;
    /// What an object is now, by the provider's id. A card that was left becomes the one that is charged.
    async fn look_up(&self, id: &str) -> Answer<Found>;
    /// All payments that were begun since a moment.
    async fn payments_since(&self, from: Timestamp) -> Answer<Vec<Paid>>;
}

/// The least amount that can be charged and is not less than the given one: of three decimals the provider takes only two.
pub fn chargeable(amount: Money) -> Money {
    if amount.currency.exponent() < 3 {
        return amount;
    }
    let rest = amount.minor.rem_euclid(10);
    Money::new(if rest == 0 { amount.minor } else { amount.minor + 10 - rest }, amount.currency)
}

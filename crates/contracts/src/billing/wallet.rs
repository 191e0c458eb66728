//! Prepaid credit and the ledger.

use lingxi_kernel::{CreditGrantId, LedgerId, Money, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where credit comes from.
    pub enum CreditKind {
        /// The firm paid for it.
        Paid = "paid",
        /// It was given.
        Promotional = "promotional",
        /// It was taken back from an invoice.
        CreditNote = "credit_note",
    }
}

/// Credit of a wallet; the oldest that has not expired is used first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct CreditGrant {
    /// Global id.
    pub id: CreditGrantId,
    /// Where it comes from.
    pub kind: CreditKind,
    /// How much it was.
    pub amount: Money,
    /// How much is left.
    pub remaining: Money,
    /// Why.
    pub note: String,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// From when on it cannot be used.
    pub expires_at: Option<Timestamp>,
}

/// A firm's prepaid credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Wallet {
    /// What can be used now.
    pub balance: Money,
    /// The grants, oldest first.
    pub grants: Vec<CreditGrant>,
}

text_enum! {
    /// Accounts of the ledger, one set for each firm.
    pub enum LedgerAccount {
        /// What the firm owes us.
        Receivable = "receivable",
        /// What we earned.
        Revenue = "revenue",
        /// Tax that we owe the state.
        TaxPayable = "tax_payable",
        /// Prepaid credit that we owe the firm.
        Wallet = "wallet",
        /// Credit that we gave away.
        Promotions = "promotions",
        /// Paid credit that expired.
        Breakage = "breakage",
        /// What the payment provider holds for us.
        Provider = "provider",
        /// What came by transfer.
        Bank = "bank",
        /// What was given up.
        BadDebt = "bad_debt",
    }
}

/// One movement of the ledger: debits are positive, credits negative, and those of one transaction add up to zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct LedgerEntry {
    /// Global id.
    pub id: LedgerId,
    /// The unique key of its transaction, such as `invoice/ivc_…`.
    pub transaction: String,
    /// Which account.
    pub account: LedgerAccount,
    /// How much.
    pub amount: Money,
    /// When it was written.
    pub at: Timestamp,
}

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Difference {
    /// The firm; none when it is about all of them.
    pub tenant: Option<String>,
    /// What was compared.
    pub check: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

/// A comparison of what came, what was counted, what was billed, and the ledger, over all firms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Reconciliation {
    /// When.
    pub at: Timestamp,
    /// How many firms were compared.
    pub firms: i64,
    /// What does not add up.
    pub differences: Vec<Difference>,
}

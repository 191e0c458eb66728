//! Mails that lead back: confirm an address, set a new password.

use chrono::TimeDelta;
use lingxi_kernel::{Ctx, Error, Result, TenantId};
use lingxi_store::system;
use serde_json::json;

use super::Tenants;
use super::sign_in::{own_account, split_token};
use crate::rules;
use crate::secrets::hash_password;
use crate::store::{account, audit, end_sessions, tenant, token};

pub(super) const RESET: &str = "reset_password";
/// One mail in this time.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

impl Tenants {
    pub(super) async fn do_resend_verification(&self, ctx: &Ctx) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        let row = own_account(&tx, ctx.member()?).await?;
        if row.email_verified {
            return Err(Error::conflict("Your address is confirmed already."));
        }
        if token::issued_since(&tx, "verify_email", row.id, tx.now() - PAUSE).await? {
            return Err(Error::conflict("A mail was sent a moment ago; look for it, or try again in a minute."));
        }
        let locale = tenant::own(&tx).await?.locale;
        let secret = token::issue(&tx, "verify_email", row.id).await?;
        let link = format!("{}/verify-email?token={secret}", self.deps.public_url);
        crate::mail::queue(&tx, &row.email, crate::mail::verification(&locale, &link)).await?;
        tx.commit().await
    }

    /// Answers the same whether there is such an account or not.
    pub(super) async fn do_request_password_reset(&self, email: &str) -> Result<()> {
        let wrong = || Error::field("email", "This is no mail address; it looks like name@example.com.");
        let email = rules::email(email).ok_or_else(wrong)?;
        let conn = &system::reader(&self.deps.db);
        let Some(account) = account::by_email(conn, &email).await? else { return Ok(()) };
        let Some(member) = account::memberships(conn, account.id).await?.into_iter().next() else { return Ok(()) };
        let tx = self.deps.db.begin(&Ctx::system(TenantId::from_uuid(member.tenant_id), "tenants")).await?;
        if token::issued_since(&tx, RESET, account.id, tx.now() - PAUSE).await? {
            return Ok(());
        }
        let locale = tenant::own(&tx).await?.locale;
        let secret = token::issue(&tx, RESET, account.id).await?;
        let link = format!("{}/reset-password?token={secret}", self.deps.public_url);
        crate::mail::queue(&tx, &email, crate::mail::password_reset(&locale, &link)).await?;
        tx.commit().await
    }

    pub(super) async fn do_reset_password(&self, text: &str, password: &str) -> Result<()> {
        let gone = || Error::field("token", "This link is unknown, used or expired; ask for a new one.");
        let (tenant, secret) = split_token(text).ok_or_else(gone)?;
        let mut errors = Vec::new();
        rules::password(&mut errors, password);
        Error::check(errors)?;
        let hash = hash_password(&self.deps.db.env().clone(), password).await?;
        let tx = self.deps.db.begin(&Ctx::system(tenant, "tenants")).await?;
        let id = token::redeem(&tx, RESET, &secret).await?.ok_or_else(gone)?;
        let mut row = account::by_ids(tx.conn(), vec![id]).await?.pop().ok_or_else(gone)?;
        row.password_hash = hash;
        // Who can read the mail has the address.
        row.email_verified = true;
        account::update(tx.conn(), row).await?;
        tx.commit().await?;
        // Whoever knew the old password is signed out, in every firm.
        for member in account::memberships(&system::reader(&self.deps.db), id).await? {
            let tx = self.deps.db.begin(&Ctx::system(TenantId::from_uuid(member.tenant_id), "tenants")).await?;
            end_sessions(&tx, member.id, None).await?;
            let target = lingxi_kernel::MemberId::from_uuid(member.id);
            audit::record(&tx, "member.password_reset", target, json!({})).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

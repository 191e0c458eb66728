//! Mails that lead back: confirm an address, set a new password.

use chrono::TimeDelta;
use lingxi_kernel::{AccountId, Ctx, Error, Result, TenantId};
use lingxi_store::system;
use sea_orm::sea_query::Expr;
use serde_json::json;
use uuid::Uuid;

use super::Tenants;
use super::sign_in::{own_account, prove, split_token};
use crate::rules;
use crate::secrets::hash_password;
use crate::store::{account, audit, end_sessions, mails, tenant, token};

pub(super) const RESET: &str = "reset_password";
const VERIFY: &str = "verify_email";
/// One mail in this time.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

impl Tenants {
    pub(super) async fn do_resend_verification(&self, ctx: &Ctx) -> Result<()> {
        let read = self.deps.db.read(ctx);
        let row = own_account(&read, ctx.member()?).await?;
        if row.address_proved_at.is_some() && row.email_verified {
            return Err(Error::conflict("Your address is confirmed already."));
        }
        let locale = tenant::own(&read).await?.locale;
        if self.send_verification(row.id, &row.email, &locale).await? {
            Ok(())
        } else {
            Err(Error::conflict("A mail was sent a moment ago; look for it, or try again in a minute."))
        }
    }

    /// Writes the mail that confirms an address, unless one was written a moment ago. It belongs to no firm.
    pub(super) async fn send_verification(&self, account: Uuid, email: &str, locale: &str) -> Result<bool> {
        let tx = self.deps.db.begin(&system::ctx("tenants")).await?;
        if token::issued_since(&tx, VERIFY, account, tx.now() - PAUSE).await? {
            return Ok(false);
        }
        let secret = token::issue(&tx, VERIFY, account).await?;
        let link = format!("{}/verify-email?token={secret}", self.deps.public_url);
        mails::queue(&tx, email, crate::mail::verification(locale, &link)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Answers the same, after the same work, whether there is such an account or not.
    pub(super) async fn do_request_password_reset(&self, email: &str, origin: &str) -> Result<()> {
        let wrong = || Error::field("email", "This is no mail address; it looks like name@example.com.");
        let email = rules::email(email).ok_or_else(wrong)?;
        let env = self.deps.db.env();
        self.mails_wanted.take(origin, env.now())?;
        let conn = &system::reader(&self.deps.db);
        let account = account::of_address(conn, &email, 1).await?.pop();
        let nobody = env.id::<AccountId>().uuid();
        let id = account.as_ref().map_or(nobody, |account| account.id);
        let firm = account::memberships(conn, id).await?.into_iter().next();
        let locale = match &firm {
            Some(member) => {
                tenant::own(&self.deps.db.read(&Ctx::system(TenantId::from_uuid(member.tenant_id), "tenants")))
                    .await?
                    .locale
            }
            None => String::new(),
        };
        let tx = self.deps.db.begin(&system::ctx("tenants")).await?;
        if token::issued_since(&tx, RESET, id, tx.now() - PAUSE).await? {
            return Ok(());
        }
        // For an unknown address the secret is drawn too, and nobody gets it.
        let secret = token::issue(&tx, RESET, id).await?;
        if firm.is_some() {
            let link = format!("{}/reset-password?token={secret}", self.deps.public_url);
            mails::queue(&tx, &email, crate::mail::password_reset(&locale, &link)).await?;
        } else {
            token::redeem(&tx, RESET, secret.split_once('.').map_or("", |(_, secret)| secret)).await?;
        }
        tx.commit().await
    }

    pub(super) async fn do_reset_password(&self, text: &str, password: &str) -> Result<()> {
        let gone = || Error::field("token", "This link is unknown, used or expired; ask for a new one.");
        let (tenant, secret) = split_token(text).ok_or_else(gone)?;
        let mut errors = Vec::new();
        rules::password(&mut errors, password);
        Error::check(errors)?;
        // Nothing is hashed for a stranger.
        let links = self.deps.db.read(&Ctx::system(tenant, "tenants"));
        token::holder(&links, RESET, &secret).await?.ok_or_else(gone)?;
        let hash = hash_password(&self.deps.db.env().clone(), password).await?;
        let tx = self.deps.db.begin(&Ctx::system(tenant, "tenants")).await?;
        let id = token::redeem(&tx, RESET, &secret).await?.ok_or_else(gone)?;
        let row = account::by_ids(tx.conn(), vec![id]).await?.pop().ok_or_else(gone)?;
        if account::confirmed(tx.conn(), &row.email).await?.is_some_and(|confirmed| confirmed.id != id) {
            return Err(gone());
        }
        let email = row.email;
        let mut change = account::change(id).col_expr(account::Column::PasswordHash, Expr::value(hash));
        if row.address_proved_at.is_none() {
            // Whoever made the account may not have been who reads its mail; their second factor goes with their password.
            change = change.col_expr(account::Column::TotpEnabled, Expr::value(false));
            change = change.col_expr(account::Column::TotpSecret, Expr::value(None::<String>));
        }
        change.exec(tx.conn()).await?;
        // Who can read the mail has the address.
        prove(&tx, id, true).await?;
        tx.commit().await?;
        self.throttle.proved(&email);
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

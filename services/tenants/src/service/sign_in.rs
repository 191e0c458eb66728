//! Sign-up, sign-in, second factor, invitations accepted.

use chrono::TimeDelta;
use lingxi_contracts::tenants::{
    AcceptInvitation, Member, MemberChanged, MemberStatus, SignIn, SignUp, SignedIn, TenantCreated, TenantStatus,
    TotpSetup,
};
use lingxi_kernel::{AccountId, Ctx, Error, ErrorCode, MemberId, Result, Role, SessionId, TenantId, Timestamp};
use lingxi_store::{Place, Tx, insert, is_duplicate, system, update};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, QueryFilter as _};
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use super::Tenants;
use crate::rules;
use crate::secrets::{Credential, hash_password, hash_secret, verify_password};
use crate::store::{account, audit, invitation, invitation_by_hash, member, member_of, session, tenant, token};

impl Tenants {
    pub(super) async fn do_sign_up(&self, input: SignUp) -> Result<SignedIn> {
        let industries: Vec<&str> = lingxi_packs::all().iter().map(|pack| pack.code.as_str()).collect();
        let email = rules::sign_up(&input, &industries)?;
        let env = self.deps.db.env().clone();
        self.mails_wanted.take(&input.origin, env.now())?;
        let known = self.account_for_sign_up(&email, &input).await?;
        let password_hash = hash_password(&env, &input.password).await?;
        let id: TenantId = env.id();
        let tx = self.deps.db.begin(&Ctx::system(id, "tenants")).await?;
        let row = tenant::Model {
            id: id.uuid(),
            name: input.firm.trim().to_owned(),
            industry: input.industry.clone(),
            locale: input.locale.clone(),
            time_zone: input.time_zone,
            status: TenantStatus::Active.as_str().to_owned(),
            hours: json!({ "weekly": [], "holidays": [] }),
            created_at: env.now(),
            delete_after: None,
            quota: None,
        };
        tenant::insert(&tx, row).await?;
        let account = match known {
            Some(account) => account,
            None => new_account(&tx, &email, password_hash, false).await?,
        };
        let member = new_member(&tx, account, input.name.trim(), Role::Owner).await?;
        let created = TenantCreated {
            tenant: id,
            industry: input.industry,
            locale: input.locale.clone(),
            owner: member,
            owner_name: input.name.trim().to_owned(),
        };
        tx.emit(&created)?;
        audit::record_by(&tx, member, "tenant.created", json!({ "firm": input.firm })).await?;
        let signed_in = open_session(&tx, member, "").await?;
        tx.commit().await?;
        // If this fails, the mail can be asked for again.
        if known.is_none() {
            self.send_verification(account, &email, &input.locale).await?;
        }
        Ok(signed_in)
    }

    /// The account that a further firm belongs to, when the password is its password and it has no second factor. Any other
    /// sign-up makes an account of its own, so that it looks the same whether the address has one already.
    async fn account_for_sign_up(&self, email: &str, input: &SignUp) -> Result<Option<Uuid>> {
        let now = self.deps.db.env().now();
        let known = !account::of_address(&system::reader(&self.deps.db), email, 1).await?.is_empty();
        let tried = self.throttle.attempt(email, &input.origin, now).is_ok();
        // As much work as for an attempt that counts, and as little to learn from it.
        let email_tried = if tried { email } else { "" };
        let fits = self.account_of(email_tried, &input.password, &input.origin).await?;
        if tried && (fits.is_some() || !known) {
            self.throttle.take_back(email, &input.origin);
        }
        Ok(fits.filter(|account| !account.totp_enabled).map(|account| account.id))
    }

    pub(super) async fn do_sign_in(&self, input: SignIn) -> Result<SignedIn> {
        let wrong = || Error::new(ErrorCode::Unauthenticated, "Address, password or code is wrong.");
        let now = self.deps.db.env().now();
        let email = rules::email(&input.email).ok_or_else(wrong)?;
        self.throttle.attempt(&email, &input.origin, now)?;
        let conn = &system::reader(&self.deps.db);
        let Some(account) = self.account_of(&email, &input.password, &input.origin).await? else { return Err(wrong()) };
        let members = account::memberships(conn, account.id).await?;
        let member = members
            .into_iter()
            .filter(|member| member.status == MemberStatus::Active.as_str())
            .find(|member| input.tenant.is_none_or(|tenant| tenant.uuid() == member.tenant_id))
            .ok_or_else(wrong)?;
        let ctx = Ctx::system(TenantId::from_uuid(member.tenant_id), "tenants");
        self.require_in_use(&ctx).await?;
        let tx = self.deps.db.begin(&ctx).await?;
        let confirmed = account.email_verified;
        if !account::holds(tx.conn(), &account).await? {
            return Err(wrong());
        }
        if account.totp_enabled {
            let code = input.totp.as_deref().unwrap_or_default();
            if code.is_empty() {
                self.throttle.take_back(&email, &input.origin);
                return Err(Error::field("totp", "Enter the six digits of your authenticator app."));
            }
            if !self.use_totp(&tx, &account, code).await? {
                return Err(wrong());
            }
        }
        let member = MemberId::from_uuid(member.id);
        let signed_in = open_session(&tx, member, &input.user_agent).await?;
        audit::record_by(&tx, member, "member.signed_in", json!({ "user_agent": input.user_agent })).await?;
        tx.commit().await?;
        // Anybody can make an unconfirmed account of an address, so its password says nothing about guesses at the confirmed one.
        if confirmed {
            self.throttle.succeeded(&email, &input.origin);
        } else {
            self.throttle.take_back(&email, &input.origin);
        }
        Ok(signed_in)
    }

    /// The account of an address that a password fits. Whatever there is of the address, it costs the same time. Where nothing could be
    /// checked, the attempt does not count.
    async fn account_of(&self, email: &str, password: &str, origin: &str) -> Result<Option<account::Model>> {
        let accounts = account::of_address(&system::reader(&self.deps.db), email, ACCOUNTS_OF_ADDRESS).await?;
        let mut accounts = accounts.into_iter();
        let mut found = None;
        for _ in 0..ACCOUNTS_OF_ADDRESS {
            let account = accounts.next();
            let hash = account.as_ref().map_or(UNKNOWN_ACCOUNT, |account| account.password_hash.as_str());
            let fits = verify_password(password, hash).await;
            let busy = fits.as_ref().is_err_and(|error| error.code == ErrorCode::Unavailable);
            if busy && !email.is_empty() {
                self.throttle.take_back(email, origin);
            }
            found = found.or(account.filter(|_| fits.as_ref().is_ok_and(|fits| *fits)));
            fits?;
        }
        Ok(found)
    }

    pub(super) async fn do_accept_invitation(&self, input: AcceptInvitation) -> Result<SignedIn> {
        let gone = || Error::field("token", "This invitation is unknown, used or expired; ask for a new one.");
        let (tenant, secret) = split_token(&input.token).ok_or_else(gone)?;
        let mut errors = Vec::new();
        rules::name(&mut errors, "name", &input.name);
        rules::password(&mut errors, &input.password);
        Error::check(errors)?;
        let env = self.deps.db.env().clone();
        let ctx = Ctx::system(tenant, "tenants");
        let invitation = invitation_by_hash(&self.deps.db.read(&ctx), &hash_secret(&secret)).await?;
        let invitation = invitation.filter(|row| is_open(row, env.now())).ok_or_else(gone)?;
        let email = invitation.email.clone();
        self.throttle.attempt(&email, &input.origin, env.now())?;
        let existing = self.account_of(&email, &input.password, &input.origin).await?;
        let confirmed = account::confirmed(&system::reader(&self.deps.db), &email).await?;
        if existing.is_none() && confirmed.is_some() {
            return Err(Error::field("password", "You already have an account; enter its password."));
        }
        let password_hash = match existing {
            Some(_) => String::new(),
            None => hash_password(&env, &input.password).await?,
        };
        let tx = self.deps.db.begin(&ctx).await?;
        let mut invitation = invitation_by_hash(&tx, &hash_secret(&secret)).await?.ok_or_else(gone)?;
        if !is_open(&invitation, tx.now()) {
            return Err(gone());
        }
        let role = parse_role(&invitation.role)?;
        let account = match existing {
            Some(account) => {
                if !account::holds(tx.conn(), &account).await? {
                    return Err(Error::field("password", "You already have an account; enter its password."));
                }
                self.require_totp(&tx, &account, input.totp.as_deref(), &input.origin).await?;
                let id = account.id;
                // The secret came by mail, so the address is proved.
                prove(&tx, id, confirmed.is_none_or(|confirmed| confirmed.id == id)).await?;
                id
            }
            None => new_account(&tx, &email, password_hash, true).await?,
        };
        if member_of(&tx, account).await?.is_some() {
            return Err(Error::conflict("You are a member of this firm already; please sign in."));
        }
        self.require_seat(&tx).await?;
        let member = new_member(&tx, account, input.name.trim(), role).await?;
        tx.emit(&MemberChanged { member, name: input.name.trim().to_owned(), role, active: true })?;
        invitation.accepted_at = Some(tx.now());
        update(&tx, invitation).await?;
        audit::record_by(&tx, member, "member.joined", json!({ "role": role })).await?;
        let signed_in = open_session(&tx, member, "").await?;
        tx.commit().await?;
        self.throttle.succeeded(&email, &input.origin);
        Ok(signed_in)
    }

    /// Whether a code fits; each fits once.
    async fn use_totp(&self, tx: &Tx, row: &account::Model, code: &str) -> Result<bool> {
        let Some(stored) = &row.totp_secret else { return Ok(false) };
        let secret = self.deps.db.unseal(&system::ctx("tenants"), totp_place(row.id), stored).await?;
        let time = u64::try_from(tx.now().timestamp())?;
        let Some(step) = totp(&secret, &row.email)?.check(code.trim(), time) else { return Ok(false) };
        let step = i64::try_from(step)?;
        let unused = account::change(row.id).filter(account::Column::TotpLastStep.lt(step));
        let unused = unused.filter(account::Column::TotpSecret.eq(stored));
        let used = unused.col_expr(account::Column::TotpLastStep, Expr::value(step)).exec(tx.conn()).await?;
        Ok(used.rows_affected == 1)
    }

    /// Demands the code of an account with a second factor.
    async fn require_totp(&self, tx: &Tx, account: &account::Model, code: Option<&str>, origin: &str) -> Result<()> {
        if !account.totp_enabled {
            return Ok(());
        }
        let Some(code) = code.filter(|code| !code.is_empty()) else {
            self.throttle.take_back(&account.email, origin);
            return Err(Error::field("totp", "Enter the six digits of your authenticator app."));
        };
        if self.use_totp(tx, account, code).await? {
            return Ok(());
        }
        Err(Error::field("totp", "The code is wrong or was used; wait for the next one."))
    }

    /// A link confirms the account of whoever is signed in. Its receiver may be somebody else than who made the account, and would confirm
    /// a stranger's otherwise.
    pub(super) async fn do_verify_email(&self, ctx: &Ctx, text: &str) -> Result<()> {
        let gone = || Error::field("token", "This link is unknown, used or expired.");
        let (tenant, secret) = split_token(text).ok_or_else(gone)?;
        let links = Ctx::system(tenant, "tenants");
        let wanted = token::holder(&self.deps.db.read(&links), "verify_email", &secret).await?.ok_or_else(gone)?;
        let own = own_account(&self.deps.db.read(ctx), ctx.member()?).await?;
        if own.id != wanted {
            let message = "This link is for another account of the address. Sign in to the one that the mail is about, and open the link again.";
            return Err(Error::new(ErrorCode::Forbidden, message));
        }
        let tx = self.deps.db.begin(&links).await?;
        let id = token::redeem(&tx, "verify_email", &secret).await?.ok_or_else(gone)?;
        let row = account::by_ids(tx.conn(), vec![id]).await?.pop().ok_or_else(gone)?;
        if account::confirmed(tx.conn(), &row.email).await?.is_some_and(|confirmed| confirmed.id != id) {
            return Err(Error::conflict(
                "Another account with this address is confirmed already; sign in to that one.",
            ));
        }
        prove(&tx, id, true).await?;
        tx.commit().await
    }

    pub(super) async fn do_begin_totp(&self, ctx: &Ctx) -> Result<TotpSetup> {
        let db = &self.deps.db;
        let known = own_account(&db.read(ctx), ctx.member()?).await?;
        let secret = Secret::from(db.env().bytes::<20>().to_vec()).to_base32();
        let sealed = db.seal(&system::ctx("tenants"), totp_place(known.id), &secret).await?;
        let tx = db.begin(ctx).await?;
        let row = own_account(&tx, ctx.member()?).await?;
        let off = account::change(row.id).filter(account::Column::TotpEnabled.eq(false));
        let drawn = off.col_expr(account::Column::TotpSecret, Expr::value(sealed)).exec(tx.conn()).await?;
        if drawn.rows_affected == 0 {
            return Err(Error::conflict("The second factor is on; turn it off first."));
        }
        let url = totp(&secret, &row.email)?.to_url().map_err(|error| Error::internal(format!("{error:?}")))?;
        tx.commit().await?;
        Ok(TotpSetup { secret, url })
    }

    /// Seals the secret of an account that was stored before there was a key.
    pub(crate) async fn seal_totp(&self, id: Uuid) -> Result<()> {
        let (db, ctx) = (&self.deps.db, system::ctx("tenants"));
        let known = account::by_ids(&system::reader(db), vec![id]).await?.pop();
        let Some(plain) = known.and_then(|row| row.totp_secret) else { return Ok(()) };
        let sealed = db.seal(&ctx, totp_place(id), &plain).await?;
        let tx = db.begin(&ctx).await?;
        // Somebody may have drawn a new one meanwhile.
        let same = account::change(id).filter(account::Column::TotpSecret.eq(plain));
        same.col_expr(account::Column::TotpSecret, Expr::value(sealed)).exec(tx.conn()).await?;
        tx.commit().await
    }

    pub(super) async fn do_set_totp(&self, ctx: &Ctx, enabled: bool, code: &str) -> Result<Member> {
        let id = ctx.member()?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = own_account(&tx, id).await?;
        if row.totp_secret.is_none() {
            return Err(Error::conflict("Begin the set-up of the second factor first."));
        }
        let attempts = format!("totp {}", row.id);
        self.throttle.attempt(&attempts, "", tx.now())?;
        if !self.use_totp(&tx, &row, code).await? {
            return Err(Error::field("code", "The code is wrong or was used; wait for the next one."));
        }
        account::change(row.id).col_expr(account::Column::TotpEnabled, Expr::value(enabled)).exec(tx.conn()).await?;
        audit::record(&tx, "member.totp_changed", id, json!({ "enabled": enabled })).await?;
        tx.commit().await?;
        self.throttle.succeeded(&attempts, "");
        self.member(ctx, id).await
    }
}

/// A hash that no password fits.
pub(super) const UNKNOWN_ACCOUNT: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Accounts of one address whose passwords are tried: the confirmed one, and the oldest that is not.
const ACCOUNTS_OF_ADDRESS: u64 = 2;

fn is_open(invitation: &invitation::Model, now: Timestamp) -> bool {
    invitation.accepted_at.is_none() && invitation.withdrawn_at.is_none() && invitation.expires_at > now
}

/// Notes that the address of an account was proved by a link of its mailbox.
pub(super) async fn prove(tx: &Tx, id: Uuid, confirms: bool) -> Result<()> {
    let mut change = account::change(id).col_expr(account::Column::AddressProvedAt, Expr::value(tx.now()));
    if confirms {
        change = change.col_expr(account::Column::EmailVerified, Expr::value(true));
    }
    change.exec(tx.conn()).await?;
    Ok(())
}

/// An account of an address. `proved`: the mail's link has come back; there is no other confirmed one then.
pub(super) async fn new_account(tx: &Tx, email: &str, password_hash: String, proved: bool) -> Result<Uuid> {
    let id = tx.id::<AccountId>().uuid();
    let row = account::Model {
        id,
        email: email.to_owned(),
        password_hash,
        totp_secret: None,
        totp_enabled: false,
        email_verified: proved,
        totp_last_step: 0,
        created_at: tx.now(),
        address_proved_at: proved.then(|| tx.now()),
    };
    match account::insert(tx.conn(), row).await {
        Ok(()) => Ok(id),
        Err(error) if is_duplicate(&error) => {
            Err(Error::conflict("This address has just been confirmed elsewhere; please try again."))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn new_member(tx: &Tx, account: Uuid, name: &str, role: Role) -> Result<MemberId> {
    let id: MemberId = tx.id();
    let row = member::Model {
        tenant_id: tx.tenant(),
        id: id.uuid(),
        account_id: account,
        name: name.to_owned(),
        role: role.as_str().to_owned(),
        status: MemberStatus::Active.as_str().to_owned(),
        created_at: tx.now(),
    };
    insert(tx, row).await?;
    Ok(id)
}

async fn open_session(tx: &Tx, member: MemberId, user_agent: &str) -> Result<SignedIn> {
    let (secret, now) = (tx.env().secret(), tx.now());
    let row = session::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<SessionId>().uuid(),
        member_id: member.uuid(),
        secret_hash: hash_secret(&secret),
        user_agent: user_agent.chars().take(200).collect(),
        created_at: now,
        last_used_at: now,
        expires_at: now + TimeDelta::days(rules::SESSION_DAYS),
    };
    insert(tx, row).await?;
    let tenant = tx.ctx().tenant;
    Ok(SignedIn { tenant, member, token: Credential::Session { tenant, secret }.text() })
}

pub(super) async fn own_account(tx: &Tx, id: MemberId) -> Result<account::Model> {
    let member = member::get(tx, id).await?.ok_or_else(|| Error::not_found("member"))?;
    let mut accounts = account::by_ids(tx.conn(), vec![member.account_id]).await?;
    accounts.pop().ok_or_else(|| Error::not_found("account"))
}

fn totp(secret: &str, email: &str) -> Result<Totp> {
    let broken = |error| Error::internal(format!("{error:?}"));
    let secret = Secret::try_from_base32(secret).map_err(|error| Error::internal(format!("{error:?}")))?;
    Builder::new().with_secret(secret).with_account_name(email).with_issuer(Some("Lingxi")).build().map_err(broken)
}

/// Where the secret of an account's second factor is kept. Accounts belong to no tenant.
fn totp_place(account: Uuid) -> Place<'static> {
    Place { table: "tenants_account", row: account, column: "totp_secret" }
}

pub(super) fn split_token(text: &str) -> Option<(TenantId, String)> {
    let (tenant, secret) = text.split_once('.')?;
    Some((tenant.parse().ok()?, secret.to_owned()))
}

pub(super) fn parse_role(text: &str) -> Result<Role> {
    Role::parse(text).ok_or_else(|| Error::internal(format!("`{text}` is no role")))
}

//! Sessions and API keys.

use chrono::TimeDelta;
use lingxi_contracts::tenants::{ApiKey, Issued, MemberStatus, Session};
use lingxi_kernel::{
    Actor, ApiKeyId, Ctx, Error, ErrorCode, FieldError, MemberId, Permission, Result, Role, SessionId, TenantId,
};
use lingxi_store::{Tx, insert, update};
use serde_json::json;
use uuid::Uuid;

use super::Tenants;
use super::sign_in::parse_role;
use crate::rules;
use crate::secrets::{Credential, hash_secret, unauthenticated};
use crate::store::{api_key, audit, end_sessions, member, newest, session_by_hash, sessions_of};

/// How old a note of the last use may be.
const LAST_USE: TimeDelta = TimeDelta::minutes(5);
/// Keys of a firm that are in use.
const MOST_KEYS: usize = 100;

impl Tenants {
    pub(super) async fn do_authenticate(&self, token: &str) -> Result<Ctx> {
        let ctx = match Credential::parse(token)? {
            Credential::Session { tenant, secret } => self.session_ctx(tenant, &secret).await?,
            Credential::ApiKey { tenant, key, secret } => self.key_ctx(tenant, key, &secret).await?,
        };
        self.require_in_use(&ctx).await?;
        Ok(ctx)
    }

    async fn session_ctx(&self, tenant: TenantId, secret: &str) -> Result<Ctx> {
        let system = Ctx::system(tenant, "tenants");
        let read = self.deps.db.read(&system);
        let mut session = session_by_hash(&read, &hash_secret(secret)).await?.ok_or_else(unauthenticated)?;
        if session.expires_at <= read.now() {
            return Err(unauthenticated());
        }
        let member = member::get(&read, session.member_id).await?;
        let member =
            member.filter(|member| member.status == MemberStatus::Active.as_str()).ok_or_else(unauthenticated)?;
        if read.now() - session.last_used_at > LAST_USE {
            let tx = self.deps.db.begin(&system).await?;
            session.last_used_at = tx.now();
            session.expires_at = tx.now() + TimeDelta::days(rules::SESSION_DAYS);
            update(&tx, session).await?;
            tx.commit().await?;
        }
        Ok(Ctx { tenant, actor: Actor::Member { id: member.id.into(), role: parse_role(&member.role)? } })
    }

    async fn key_ctx(&self, tenant: TenantId, key: ApiKeyId, secret: &str) -> Result<Ctx> {
        let system = Ctx::system(tenant, "tenants");
        let read = self.deps.db.read(&system);
        let mut row = api_key::get(&read, key).await?.ok_or_else(unauthenticated)?;
        let fits = subtle::ConstantTimeEq::ct_eq(row.secret_hash.as_bytes(), hash_secret(secret).as_bytes());
        if !bool::from(fits) || row.revoked_at.is_some() {
            return Err(unauthenticated());
        }
        let scopes = serde_json::from_value(row.scopes.clone())?;
        if row.last_used_at.is_none_or(|used| read.now() - used > LAST_USE) {
            let tx = self.deps.db.begin(&system).await?;
            row.last_used_at = Some(tx.now());
            update(&tx, row).await?;
            tx.commit().await?;
        }
        Ok(Ctx { tenant, actor: Actor::ApiKey { id: key, scopes } })
    }

    pub(super) async fn do_sign_out(&self, token: &str) -> Result<()> {
        let Credential::Session { tenant, secret } = Credential::parse(token)? else {
            return Err(unauthenticated());
        };
        let tx = self.deps.db.begin(&Ctx::system(tenant, "tenants")).await?;
        if let Some(session) = session_by_hash(&tx, &hash_secret(&secret)).await? {
            end_sessions(&tx, session.member_id, Some(session.id)).await?;
        }
        tx.commit().await
    }

    pub(super) async fn do_sessions(&self, ctx: &Ctx, current_token: &str) -> Result<Vec<Session>> {
        let current = match Credential::parse(current_token) {
            Ok(Credential::Session { secret, .. }) => hash_secret(&secret),
            _ => String::new(),
        };
        let read = self.deps.db.read(ctx);
        let rows = sessions_of(&read, ctx.member()?.uuid()).await?;
        let open = rows.into_iter().filter(|row| row.expires_at > read.now()).map(|row| Session {
            id: row.id.into(),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            user_agent: row.user_agent,
            current: row.secret_hash == current,
        });
        Ok(open.collect())
    }

    pub(super) async fn do_revoke_session(&self, ctx: &Ctx, id: SessionId) -> Result<()> {
        let member: MemberId = ctx.member()?;
        let tx = self.deps.db.begin(ctx).await?;
        if end_sessions(&tx, member.uuid(), Some(id.uuid())).await? == 0 {
            return Err(Error::not_found("session"));
        }
        audit::record(&tx, "session.revoked", id, json!({})).await?;
        tx.commit().await
    }

    pub(super) async fn do_api_keys(&self, ctx: &Ctx) -> Result<Vec<ApiKey>> {
        ctx.require(Permission::ManageApiKeys)?;
        let rows = newest::<api_key::Entity>(&self.deps.db.read(ctx), api_key::Column::Id).await?;
        rows.into_iter().map(key_contract).collect()
    }

    pub(super) async fn do_create_api_key(
        &self,
        ctx: &Ctx,
        name: &str,
        scopes: Vec<Permission>,
    ) -> Result<Issued<ApiKey>> {
        ctx.require(Permission::ManageApiKeys)?;
        let mut errors = Vec::new();
        rules::name(&mut errors, "name", name);
        if scopes.is_empty() {
            errors.push(FieldError { field: "scopes".into(), message: "Choose at least one right.".into() });
        }
        if let Some(scope) = scopes.iter().find(|scope| !ctx.may(**scope)) {
            let message = format!("You do not have {scope:?} yourself.");
            errors.push(FieldError { field: "scopes".into(), message });
        }
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let keys = newest::<api_key::Entity>(&tx, api_key::Column::Id).await?;
        if keys.iter().filter(|key| key.revoked_at.is_none()).count() >= MOST_KEYS {
            let message = format!("A firm has at most {MOST_KEYS} API keys; revoke those that are not used.");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        let (key, secret): (ApiKeyId, String) = (tx.id(), tx.env().secret());
        let row = api_key::Model {
            tenant_id: tx.tenant(),
            id: key.uuid(),
            made_by: self.maker(&tx, ctx).await?,
            name: name.trim().to_owned(),
            scopes: serde_json::to_value(&scopes)?,
            secret_hash: hash_secret(&secret),
            created_at: tx.now(),
            last_used_at: None,
            revoked_at: None,
        };
        insert(&tx, row.clone()).await?;
        audit::record(&tx, "api_key.created", key, json!({ "name": row.name, "scopes": scopes })).await?;
        tx.commit().await?;
        let secret = Credential::ApiKey { tenant: ctx.tenant, key, secret }.text();
        Ok(Issued { item: key_contract(row)?, secret })
    }

    /// The member who stands behind what is made: whoever asks, or who made their key.
    async fn maker(&self, tx: &Tx, ctx: &Ctx) -> Result<Option<Uuid>> {
        Ok(match ctx.actor {
            Actor::Member { id, .. } => Some(id.uuid()),
            Actor::ApiKey { id, .. } => api_key::get(tx, id).await?.and_then(|key| key.made_by),
            Actor::System { .. } | Actor::Visitor { .. } => None,
        })
    }

    pub(super) async fn do_revoke_api_key(&self, ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey> {
        ctx.require(Permission::ManageApiKeys)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = api_key::get(&tx, id).await?.ok_or_else(|| Error::not_found("API key"))?;
        row.revoked_at = row.revoked_at.or(Some(tx.now()));
        let row = update(&tx, row).await?;
        audit::record(&tx, "api_key.revoked", id, json!({ "name": row.name })).await?;
        tx.commit().await?;
        key_contract(row)
    }
}

/// Revokes the keys that a member made and that can do more than the member may now: all of them when there is no role any more.
pub(super) async fn end_keys_of(tx: &Tx, member: MemberId, role: Option<Role>) -> Result<()> {
    for mut key in newest::<api_key::Entity>(tx, api_key::Column::Id).await? {
        let scopes: Vec<Permission> = serde_json::from_value(key.scopes.clone())?;
        let fits = role.is_some_and(|role| scopes.iter().all(|scope| role.may(*scope)));
        if key.made_by == Some(member.uuid()) && key.revoked_at.is_none() && !fits {
            key.revoked_at = Some(tx.now());
            let id = ApiKeyId::from_uuid(key.id);
            audit::record(tx, "api_key.revoked", id, json!({ "name": key.name, "made_by": member })).await?;
            update(tx, key).await?;
        }
    }
    Ok(())
}

fn key_contract(row: api_key::Model) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id.into(),
        name: row.name,
        scopes: serde_json::from_value(row.scopes)?,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
    })
}

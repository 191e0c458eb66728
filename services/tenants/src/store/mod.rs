//! Tables of the service. Accounts and the list of tenants belong to no tenant; everything else does.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod mails;
pub(crate) mod tenant;
pub(crate) mod token;

use lingxi_contracts::tenants::{Export, ExportStatus};
use lingxi_kernel::Result;
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};

tenant_entity!(member, "tenants_member", {
    account_id: Uuid,
    name: String,
    role: String,
    status: String,
    created_at: DateTimeUtc,
});

tenant_entity!(session, "tenants_session", {
    member_id: Uuid,
    secret_hash: String,
    user_agent: String,
    created_at: DateTimeUtc,
    last_used_at: DateTimeUtc,
    expires_at: DateTimeUtc,
});

tenant_entity!(invitation, "tenants_invitation", {
    email: String,
    role: String,
    secret_hash: String,
    created_at: DateTimeUtc,
    expires_at: DateTimeUtc,
    accepted_at: Option<DateTimeUtc>,
    withdrawn_at: Option<DateTimeUtc>,
});

tenant_entity!(api_key, "tenants_api_key", {
    made_by: Option<Uuid>,
    name: String,
    scopes: Json,
    secret_hash: String,
    created_at: DateTimeUtc,
    last_used_at: Option<DateTimeUtc>,
    revoked_at: Option<DateTimeUtc>,
});

tenant_entity!(export, "tenants_export", {
    status: String,
    progress: i32,
    size: i64,
    failure: Option<String>,
    requested_by: Uuid,
    created_at: DateTimeUtc,
    finished_at: Option<DateTimeUtc>,
    expires_at: Option<DateTimeUtc>,
});

tenant_entity!(mail, "tenants_mail", {
    receiver: String,
    subject: String,
    body: String,
    created_at: DateTimeUtc,
    sent_at: Option<DateTimeUtc>,
    link: Option<String>,
});

impl export::Model {
    pub(crate) fn into_contract(self) -> Result<Export> {
        Ok(Export {
            id: self.id.into(),
            status: ExportStatus::parse(&self.status)?,
            progress: self.progress,
            size: self.size,
            failure: self.failure,
            created_at: self.created_at,
            finished_at: self.finished_at,
            expires_at: self.expires_at,
        })
    }
}

/// The session of a secret's hash.
pub(crate) async fn session_by_hash(tx: &Tx, hash: &str) -> Result<Option<session::Model>> {
    Ok(find::<session::Entity>(tx).filter(session::Column::SecretHash.eq(hash)).one(tx.conn()).await?)
}

/// The sessions of a member, newest first.
pub(crate) async fn sessions_of(tx: &Tx, member: uuid::Uuid) -> Result<Vec<session::Model>> {
    let sessions = find::<session::Entity>(tx).filter(session::Column::MemberId.eq(member));
    Ok(sessions.order_by_desc(session::Column::Id).all(tx.conn()).await?)
}

/// Ends sessions of a member: one, or all.
pub(crate) async fn end_sessions(tx: &Tx, member: uuid::Uuid, only: Option<uuid::Uuid>) -> Result<u64> {
    let mut delete = lingxi_store::delete_many::<session::Entity>(tx).filter(session::Column::MemberId.eq(member));
    if let Some(id) = only {
        delete = delete.filter(session::Column::Id.eq(id));
    }
    Ok(delete.exec(tx.conn()).await?.rows_affected)
}

/// The invitation of a secret's hash.
pub(crate) async fn invitation_by_hash(tx: &Tx, hash: &str) -> Result<Option<invitation::Model>> {
    Ok(find::<invitation::Entity>(tx).filter(invitation::Column::SecretHash.eq(hash)).one(tx.conn()).await?)
}

/// All rows of an entity, newest first.
pub(crate) async fn newest<E: lingxi_store::TenantEntity>(tx: &Tx, id: E::Column) -> Result<Vec<E::Model>> {
    Ok(find::<E>(tx).order_by_desc(id).all(tx.conn()).await?)
}

/// The member of an account.
pub(crate) async fn member_of(tx: &Tx, account: uuid::Uuid) -> Result<Option<member::Model>> {
    Ok(find::<member::Entity>(tx).filter(member::Column::AccountId.eq(account)).one(tx.conn()).await?)
}

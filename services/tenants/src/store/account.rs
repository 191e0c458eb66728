//! Accounts: who can sign in. They belong to no tenant.

use lingxi_kernel::Result;
use lingxi_store::Conn;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, UpdateMany};

use super::member;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants_account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub password_hash: String,
    pub totp_secret: Option<String>,
    pub totp_enabled: bool,
    pub email_verified: bool,
    pub totp_last_step: i64,
    pub created_at: DateTimeUtc,
    /// When a link of a mail that its receiver alone could read came back.
    pub address_proved_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The confirmed account of an address: there is at most one.
pub(crate) async fn confirmed(conn: &Conn, email: &str) -> Result<Option<Model>> {
    let found = Entity::find().filter(Column::Email.eq(email)).filter(Column::EmailVerified.eq(true));
    Ok(found.one(conn).await?)
}

/// The accounts of an address: the confirmed one first, then the oldest of those that nobody has confirmed. Whoever comes later and
/// proves nothing takes nobody's place.
pub(crate) async fn of_address(conn: &Conn, email: &str, most: u64) -> Result<Vec<Model>> {
    let found = Entity::find().filter(Column::Email.eq(email));
    let found = found.order_by_desc(Column::EmailVerified).order_by_asc(Column::Id);
    Ok(found.limit(most).all(conn).await?)
}

/// The accounts of ids.
pub(crate) async fn by_ids(conn: &Conn, ids: Vec<Uuid>) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::Id.is_in(ids)).all(conn).await?)
}

/// The memberships of an account over all tenants, oldest first.
pub(crate) async fn memberships(conn: &Conn, account: Uuid) -> Result<Vec<member::Model>> {
    let members = member::Entity::find().filter(member::Column::AccountId.eq(account));
    Ok(members.order_by_asc(member::Column::Id).all(conn).await?)
}

pub(crate) async fn insert(conn: &Conn, account: Model) -> Result<(), DbErr> {
    Entity::insert(account.into_active_model()).exec_without_returning(conn).await.map(|_| ())
}

/// A change of some columns of an account. Nothing else is written, so that changes at the same time do not undo each other.
pub(crate) fn change(id: Uuid) -> UpdateMany<Entity> {
    Entity::update_many().filter(Column::Id.eq(id))
}

/// Whether the password that was checked is still the account's. From now on until the transaction ends nobody sets another one.
pub(crate) async fn holds(conn: &Conn, account: &Model) -> Result<bool> {
    let same = change(account.id).filter(Column::PasswordHash.eq(&account.password_hash));
    let same = same.filter(Column::TotpEnabled.eq(account.totp_enabled));
    let held = same.col_expr(Column::TotpEnabled, Expr::value(account.totp_enabled)).exec(conn).await?;
    Ok(held.rows_affected == 1)
}

pub(crate) async fn delete(conn: &Conn, id: Uuid) -> Result<()> {
    Entity::delete_by_id(id).exec(conn).await?;
    Ok(())
}

/// Accounts whose second factor has a secret that is not sealed, some at a time.
pub(crate) async fn with_plain_secret(conn: &Conn) -> Result<Vec<Uuid>> {
    let found = Entity::find().filter(Column::TotpSecret.not_like("sealed.%")).limit(500).all(conn).await?;
    let plain =
        found.into_iter().filter(|row| row.totp_secret.as_deref().is_some_and(|it| !lingxi_store::is_sealed(it)));
    Ok(plain.map(|row| row.id).collect())
}

//! The audit log.

use lingxi_contracts::tenants::{AuditEntry, ChangeNoted};
use lingxi_kernel::{AuditId, MemberId, Page, PageArgs, Result, Timestamp};
use lingxi_store::{Tx, find, insert, tenant_entity};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::json;

tenant_entity!(row, "tenants_audit", {
    at: DateTimeUtc,
    actor_kind: String,
    actor_id: String,
    action: String,
    target: String,
    detail: String,
});

/// Adds a line, in the transaction of the change.
pub(crate) async fn record(tx: &Tx, action: &str, target: impl ToString, detail: serde_json::Value) -> Result<()> {
    let (kind, actor) = tx.ctx().actor_name();
    store(tx, tx.now(), (kind.to_owned(), actor), action.to_owned(), target.to_string(), detail).await
}

/// Adds a line about what a member did before they had a session.
pub(crate) async fn record_by(tx: &Tx, member: MemberId, action: &str, detail: serde_json::Value) -> Result<()> {
    let actor = ("member".to_owned(), member.to_string());
    store(tx, tx.now(), actor, action.to_owned(), member.to_string(), detail).await
}

/// Adds a line about a change in another service.
pub(crate) async fn record_noted(tx: &Tx, at: Timestamp, noted: ChangeNoted) -> Result<()> {
    let ChangeNoted { actor_kind, actor_id, action, target, before, after } = noted;
    store(tx, at, (actor_kind, actor_id), action, target, json!({ "before": before, "after": after })).await
}

async fn store(
    tx: &Tx,
    at: Timestamp,
    (actor_kind, actor_id): (String, String),
    action: String,
    target: String,
    detail: serde_json::Value,
) -> Result<()> {
    let (tenant_id, id) = (tx.tenant(), tx.id::<AuditId>().uuid());
    Ok(insert(tx, row::Model { tenant_id, id, at, actor_kind, actor_id, action, target, detail: detail.to_string() })
        .await?)
}

/// A page of lines, newest first.
pub(crate) async fn page(tx: &Tx, search: Option<&str>, args: &PageArgs) -> Result<Page<AuditEntry>> {
    let mut lines = find::<row::Entity>(tx).order_by_desc(row::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(words) = search.map(str::trim).filter(|words| !words.is_empty()) {
        lines = lines.filter(
            Condition::any()
                .add(tx.conn().contains(row::Column::Action, words))
                .add(tx.conn().contains(row::Column::Target, words))
                .add(tx.conn().contains(row::Column::ActorId, words))
                .add(tx.conn().contains(row::Column::Detail, words)),
        );
    }
    if let Some(after) = &args.after {
        lines = lines.filter(row::Column::Id.lt(after.parse::<AuditId>()?.uuid()));
    }
    let lines = lines.all(tx.conn()).await?.into_iter().map(|line| AuditEntry {
        id: line.id.into(),
        at: line.at,
        actor_kind: line.actor_kind,
        actor_id: line.actor_id,
        action: line.action,
        target: line.target,
        detail: line.detail,
    });
    Ok(Page::from_overfetch(lines.collect(), args, |line| line.id.to_string()))
}

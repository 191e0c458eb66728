//! What outside models said, and how much of their language was used.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lingxi_kernel::{ArticleId, Result};
use lingxi_nlu::Meaning;
use lingxi_store::{TenantEntity, Tx, find, insert_all, tenant_entity, update_many};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{IntoActiveModel as _, QuerySelect as _};

use crate::knowledge::Meanings;

tenant_entity!(meaning, "bot_meaning", {
    model: String,
    text: String,
    vector: String,
});

/// Texts that are looked up at once.
const AT_ONCE: usize = 500;

/// The meanings of texts that are known.
pub(crate) async fn known(tx: &Tx, model: &str, texts: &[String]) -> Result<Meanings> {
    let mut found = HashMap::new();
    for some in texts.chunks(AT_ONCE) {
        let rows = find::<meaning::Entity>(tx)
            .filter(meaning::Column::Model.eq(model))
            .filter(meaning::Column::Text.is_in(some.iter().map(String::as_str)));
        for row in rows.all(tx.conn()).await? {
            found.extend(unpacked(&row.vector).map(|meaning| (row.text, meaning)));
        }
    }
    Ok(found)
}

/// Keeps meanings; those that another process has kept meanwhile stay.
pub(crate) async fn keep(tx: &Tx, model: &str, meanings: &[(String, Meaning)]) -> Result<()> {
    let texts: Vec<String> = meanings.iter().map(|(text, _)| text.clone()).collect();
    let there = known(tx, model, &texts).await?;
    let row = |(text, meaning): &(String, Meaning)| meaning::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ArticleId>().uuid(),
        model: model.to_owned(),
        text: text.clone(),
        vector: packed(meaning),
    };
    let new = meanings.iter().filter(|(text, _)| !there.contains_key(text));
    insert_all(tx, new.map(row).collect()).await
}

/// A vector as its largest value and a byte for each value: a quarter of its size.
fn packed(meaning: &[f32]) -> String {
    let largest = meaning.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    let mut bytes = largest.to_le_bytes().to_vec();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 254")]
    bytes.extend(meaning.iter().map(|value| (value / largest * 127.0 + 127.0).round() as u8));
    STANDARD.encode(bytes)
}

fn unpacked(vector: &str) -> Option<Meaning> {
    let bytes = STANDARD.decode(vector).ok()?;
    let (largest, values) = bytes.split_first_chunk::<4>()?;
    let largest = f32::from_le_bytes(*largest);
    Some(values.iter().map(|byte| (f32::from(*byte) - 127.0) / 127.0 * largest).collect())
}

pub(crate) mod usage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "bot_chat_usage")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        pub tokens: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TenantEntity for usage::Entity {
    const TENANT: usage::Column = usage::Column::TenantId;
}

/// Tokens that were used in a month (`2026-11`).
pub(crate) async fn tokens(tx: &Tx, month: &str) -> Result<i64> {
    let used = find::<usage::Entity>(tx).filter(usage::Column::Month.eq(month));
    Ok(used.select_only().column(usage::Column::Tokens).into_tuple().one(tx.conn()).await?.unwrap_or(0))
}

/// Counts tokens.
pub(crate) async fn count_tokens(tx: &Tx, month: &str, tokens: i64) -> Result<()> {
    let row = usage::Model { tenant_id: tx.tenant(), month: month.to_owned(), tokens: 0 };
    usage::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([usage::Column::TenantId, usage::Column::Month]).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    update_many::<usage::Entity>(tx)
        .col_expr(usage::Column::Tokens, Expr::col(usage::Column::Tokens).add(tokens))
        .filter(usage::Column::Month.eq(month))
        .exec(tx.conn())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_keeps_its_direction() {
        let meaning: Vec<f32> = (0_u16..384).map(|n| (f32::from(n) * 0.7).sin() / 14.0).collect();
        let back = unpacked(&packed(&meaning)).unwrap();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let cosine = dot(&meaning, &back) / (dot(&meaning, &meaning) * dot(&back, &back)).sqrt();
        assert!(cosine > 0.9995, "{cosine}");
        assert!(unpacked("no").is_none());
    }
}

//! A short way to declare entities.

/// Declares the entity of a tenant table that is keyed by (`tenant_id`, id): a module with `Entity`, `Model`, `Column`.
#[macro_export]
macro_rules! tenant_entity {
    ($(#[$doc:meta])* $module:ident, $table:tt, { $($field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub tenant_id: Uuid,
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: Uuid,
                $(pub $field: $kind,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            impl $crate::TenantEntity for Entity {
                const TENANT: Column = Column::TenantId;
            }

            /// The tenant's row of an id.
            #[allow(dead_code, reason = "not every table is read by id")]
            pub async fn get(tx: &$crate::Tx, id: impl Into<Uuid>) -> lingxi_kernel::Result<Option<Model>> {
                Ok($crate::find::<Entity>(tx).filter(Column::Id.eq(id.into())).one(tx.conn()).await?)
            }

            /// The tenant's rows of some ids.
            #[allow(dead_code, reason = "not every table is read by ids")]
            pub async fn get_many(tx: &$crate::Tx, ids: Vec<Uuid>) -> lingxi_kernel::Result<Vec<Model>> {
                Ok($crate::find::<Entity>(tx).filter(Column::Id.is_in(ids)).all(tx.conn()).await?)
            }
        }
    };
}

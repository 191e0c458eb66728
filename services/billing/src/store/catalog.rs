//! What operators sell. It belongs to no tenant.

use lingxi_contracts::billing::{Catalog, Meter, Plan, Reconciliation, Tax};
use lingxi_kernel::Result;
use lingxi_store::{Db, Tx, system};
use sea_orm::prelude::Uuid;
use sea_orm::{EntityTrait as _, IntoActiveModel as _, QueryOrder as _, QuerySelect as _, sea_query::OnConflict};

/// Declares a table of definitions in JSON.
macro_rules! definitions {
    ($module:ident, $table:literal, $key:ident $(, $extra:ident: $kind:ty)*) => {
        pub(crate) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub(crate) struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub $key: String,
                $(pub $extra: $kind,)*
                pub definition: Json,
                pub created_at: DateTimeUtc,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub(crate) enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

definitions!(meter, "billing_meter", key);
definitions!(plan, "billing_plan", key, code: String, version: i32);
definitions!(tax, "billing_tax", region);

/// The last number of each series.
pub(crate) mod number {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_number")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub series: String,
        pub last: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Reports of comparisons.
pub(crate) mod report {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_reconciliation")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub report: Json,
        pub differences: i64,
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps a report.
pub(crate) async fn keep_report(tx: &Tx, id: Uuid, it: &Reconciliation) -> Result<()> {
    let differences = i64::try_from(it.differences.len())?;
    let row = report::Model { id, report: serde_json::to_value(it)?, differences, at: it.at };
    report::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The latest reports, newest first.
pub(crate) async fn reports(db: &Db) -> Result<Vec<Reconciliation>> {
    let rows = report::Entity::find().order_by_desc(report::Column::At).limit(30).all(&system::reader(db)).await?;
    rows.into_iter().map(|row| Ok(serde_json::from_value(row.report)?)).collect()
}

/// All of it.
pub(crate) async fn load(db: &Db) -> Result<Catalog> {
    let conn = &system::reader(db);
    let meters = meter::Entity::find().order_by_asc(meter::Column::Key).all(conn).await?;
    let plans =
        plan::Entity::find().order_by_asc(plan::Column::Code).order_by_asc(plan::Column::Version).all(conn).await?;
    let taxes = tax::Entity::find().order_by_asc(tax::Column::Region).all(conn).await?;
    Ok(Catalog {
        meters: meters.into_iter().map(|row| serde_json::from_value(row.definition)).collect::<Result<_, _>>()?,
        plans: plans.into_iter().map(|row| serde_json::from_value(row.definition)).collect::<Result<_, _>>()?,
        taxes: taxes.into_iter().map(|row| serde_json::from_value(row.definition)).collect::<Result<_, _>>()?,
    })
}

pub(crate) async fn put_meters(tx: &Tx, meters: &[Meter]) -> Result<()> {
    for it in meters {
        let row = meter::Model { key: it.key.clone(), definition: serde_json::to_value(it)?, created_at: tx.now() };
        meter::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(meter::Column::Key).update_column(meter::Column::Definition).to_owned())
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

pub(crate) async fn put_taxes(tx: &Tx, taxes: &[Tax]) -> Result<()> {
    for it in taxes {
        let row = tax::Model { region: it.region.clone(), definition: serde_json::to_value(it)?, created_at: tx.now() };
        tax::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(tax::Column::Region).update_column(tax::Column::Definition).to_owned())
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// Adds versions of plans; those that are known stay as they are.
pub(crate) async fn add_plans(tx: &Tx, plans: &[Plan]) -> Result<()> {
    for it in plans {
        let row = plan::Model {
            key: format!("{}/{}", it.code, it.version),
            code: it.code.clone(),
            version: it.version,
            definition: serde_json::to_value(it)?,
            created_at: tx.now(),
        };
        plan::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

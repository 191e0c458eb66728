//! A short way to describe tables, so that every tenant table gets its tenant column and composite key.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

/// A table in the making.
pub(crate) struct Def {
    name: &'static str,
    create: TableCreateStatement,
    /// What the application's role may do over all tenants, besides reading; `None` for tables that span tenants.
    system: Option<&'static [&'static str]>,
    indexes: Vec<IndexCreateStatement>,
}

fn alias(name: &str) -> Alias {
    Alias::new(name)
}

/// A table whose rows belong to tenants, keyed by (`tenant_id`, id).
pub(crate) fn tenant_table(name: &'static str) -> Def {
    keyed(name, &["id"]).uuid("id")
}

/// A table whose rows belong to tenants, keyed by the tenant and the given columns.
pub(crate) fn keyed(name: &'static str, key: &[&str]) -> Def {
    let mut def = Def { system: Some(&[]), ..plain_table(name) };
    def.create.col(ColumnDef::new(alias("tenant_id")).uuid().not_null());
    let mut primary = Index::create();
    primary.col(alias("tenant_id"));
    for column in key {
        primary.col(alias(column));
    }
    def.create.primary_key(&mut primary);
    def
}

/// A table that spans tenants.
pub(crate) fn plain_table(name: &'static str) -> Def {
    let mut create = Table::create();
    create.table(alias(name));
    Def { name, create, system: None, indexes: Vec::new() }
}

impl Def {
    fn column(mut self, column: &mut ColumnDef) -> Self {
        self.create.col(column);
        self
    }
    /// Old rows are removed over all tenants.
    pub(crate) fn pruned(self) -> Self {
        Self { system: Some(&["DELETE"]), ..self }
    }
    pub(crate) fn serial(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).big_integer().not_null().auto_increment().primary_key())
    }
    pub(crate) fn primary_uuid(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).uuid().not_null().primary_key())
    }
    pub(crate) fn primary_text(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).text().not_null().primary_key())
    }
    pub(crate) fn uuid(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).uuid().not_null())
    }
    pub(crate) fn uuid_null(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).uuid().null())
    }
    pub(crate) fn text(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).text().not_null())
    }
    pub(crate) fn text_null(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).text().null())
    }
    pub(crate) fn json(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).json_binary().not_null())
    }
    pub(crate) fn json_null(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).json_binary().null())
    }
    pub(crate) fn int(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).integer().not_null())
    }
    pub(crate) fn int_null(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).integer().null())
    }
    pub(crate) fn big(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).big_integer().not_null())
    }
    pub(crate) fn big_null(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).big_integer().null())
    }
    pub(crate) fn blob(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).blob().not_null())
    }
    pub(crate) fn flag(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).boolean().not_null())
    }
    pub(crate) fn time(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).timestamp_with_time_zone().not_null())
    }
    pub(crate) fn time_null(self, name: &str) -> Self {
        self.column(ColumnDef::new(alias(name)).timestamp_with_time_zone().null())
    }
    pub(crate) fn unique(self, columns: &[&str]) -> Self {
        self.indexed(columns, true)
    }
    pub(crate) fn index(self, columns: &[&str]) -> Self {
        self.indexed(columns, false)
    }

    fn indexed(mut self, columns: &[&str], unique: bool) -> Self {
        let mut index = Index::create();
        index.name(format!("{}_{}", self.name, columns.join("_"))).table(alias(self.name));
        for column in columns {
            index.col(alias(column));
        }
        if unique {
            index.unique();
        }
        self.indexes.push(index);
        self
    }
}

/// Makes the tables.
pub(crate) async fn create(manager: &SchemaManager<'_>, tables: Vec<Def>) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    for mut table in tables {
        if postgres {
            let schema = crate::schema_of(manager.get_connection(), table.name).await?;
            table.create.table((alias(&schema), alias(table.name)));
        }
        manager.create_table(table.create).await?;
        if let (true, Some(system)) = (postgres, table.system) {
            secure(manager, table.name, system).await?;
        }
        for index in table.indexes {
            manager.create_index(index).await?;
        }
    }
    Ok(())
}

/// Row-level security, forced on the owner too: a transaction sees the rows of the tenant that it names, and none when it names
/// none. One of the system, which looks for due work, reads those of all.
async fn secure(manager: &SchemaManager<'_>, table: &str, system: &[&str]) -> Result<(), DbErr> {
    let own = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid";
    let all = "current_setting('app.scope', true) = 'system'";
    let mut statements = vec![
        format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY"),
        format!("CREATE POLICY tenant ON {table} USING ({own}) WITH CHECK ({own})"),
        format!("CREATE POLICY system_select ON {table} FOR SELECT USING ({all})"),
    ];
    for what in system {
        let policy = format!("system_{}", what.to_lowercase());
        statements.push(format!("CREATE POLICY {policy} ON {table} FOR {what} USING ({all})"));
    }
    manager.get_connection().execute_unprepared(&statements.join("; ")).await.map(|_| ())
}

/// Columns that a table gets afterwards; they may be null, so that older binaries go on writing.
pub(crate) fn added(name: &'static str) -> Def {
    plain_table(name)
}

/// Adds columns to tables.
pub(crate) async fn extend(manager: &SchemaManager<'_>, tables: Vec<Def>) -> Result<(), DbErr> {
    for table in tables {
        for column in table.create.get_columns() {
            let mut change = Table::alter();
            manager.alter_table(change.table(alias(table.name)).add_column(column.clone()).take()).await?;
        }
    }
    Ok(())
}

/// Removes added columns.
pub(crate) async fn shrink(manager: &SchemaManager<'_>, tables: Vec<Def>) -> Result<(), DbErr> {
    for table in tables.into_iter().rev() {
        for column in table.create.get_columns() {
            let mut change = Table::alter();
            let name = alias(&column.get_column_name());
            manager.alter_table(change.table(alias(table.name)).drop_column(name).take()).await?;
        }
    }
    Ok(())
}

/// Removes the tables, last first.
pub(crate) async fn drop_all(manager: &SchemaManager<'_>, tables: Vec<Def>) -> Result<(), DbErr> {
    for table in tables.into_iter().rev() {
        manager.drop_table(Table::drop().table(alias(table.name)).to_owned()).await?;
    }
    Ok(())
}

/// Declares a migration that makes tables and undoes that.
macro_rules! tables {
    ($name:ident, $id:literal, $tables:expr) => {
        crate::table::tables!($name, $id, $tables, Vec::new());
    };
    ($name:ident, $id:literal, $tables:expr, $added:expr) => {
        pub(crate) struct $name;

        impl sea_orm_migration::MigrationName for $name {
            fn name(&self) -> &str {
                $id
            }
        }

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for $name {
            async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm_migration::DbErr> {
                crate::table::create(manager, $tables).await?;
                crate::table::extend(manager, $added).await
            }

            async fn down(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm_migration::DbErr> {
                crate::table::shrink(manager, $added).await?;
                crate::table::drop_all(manager, $tables).await
            }
        }
    };
}
pub(crate) use tables;

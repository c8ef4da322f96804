//! The two schemas agree, as far as both catalogues tell the same things: types and conditions are each database's own.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Connection as _;

use crate::world::World;

/// Table, column, whether it is required, and its default.
type ColumnRow = (String, String, i32, Option<String>);
/// Table, name of the index, its kind, the place of a column in it, and the column.
type IndexRow = (String, String, String, i32, String);
/// Table, column, and what it refers to.
type ReferenceRow = (String, String, String, String);

/// Tables that are SQLite's own or sqlx's.
const IN_SQLITE: &str = "pragma_table_list t where t.schema = 'main' and t.type = 'table' \
     and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations'";

mod sqlite {
    pub(super) const COLUMNS: &str = "select t.name, c.name, c.\"notnull\", c.dflt_value \
         from tables t join pragma_table_info(t.name) c";
    pub(super) const INDEXES: &str = "select t.name, '', 'primary', c.pk, c.name \
         from tables t join pragma_table_info(t.name) c where c.pk > 0 union all \
         select t.name, i.name, case i.\"unique\" when 1 then 'unique' else 'plain' end \
             || case i.partial when 1 then ', partial' else '' end, x.seqno + 1, x.name \
         from tables t join pragma_index_list(t.name) i join pragma_index_info(i.name) x where i.origin <> 'pk'";
    pub(super) const REFERENCES: &str = "select t.name, f.\"from\", f.\"table\", f.\"to\" \
         from tables t join pragma_foreign_key_list(t.name) f";
}

mod postgres {
    pub(super) const COLUMNS: &str = "select table_name::text, column_name::text, \
         case is_nullable when 'NO' then 1 else 0 end, split_part(column_default, '::', 1) \
         from information_schema.columns where table_schema = current_schema() and table_name <> '_sqlx_migrations'";
    pub(super) const INDEXES: &str = "select t.relname::text, i.relname::text, \
         case when x.indisprimary then 'primary' when x.indisunique then 'unique' else 'plain' end \
             || case when x.indpred is null then '' else ', partial' end, k.place::integer, a.attname::text \
         from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid \
         cross join lateral unnest(x.indkey::smallint[]) with ordinality k (number, place) \
         join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number \
         where t.relnamespace = current_schema()::regnamespace and t.relname <> '_sqlx_migrations'";
    pub(super) const REFERENCES: &str = "select t.relname::text, a.attname::text, o.relname::text, b.attname::text \
         from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class o on o.oid = c.confrelid \
         cross join lateral unnest(c.conkey, c.confkey) k (own, other) \
         join pg_attribute a on a.attrelid = t.oid and a.attnum = k.own \
         join pg_attribute b on b.attrelid = o.oid and b.attnum = k.other \
         where c.contype = 'f' and t.relnamespace = current_schema()::regnamespace";
}

/// Indexes by table, kind and columns. What they are called is each database's own affair: SQLite names those of
/// constraints itself.
fn indexes(rows: Vec<IndexRow>) -> BTreeSet<(String, String, Vec<String>)> {
    let mut columns = BTreeMap::<_, BTreeMap<i32, String>>::new();
    for (table, index, kind, place, column) in rows {
        let index = columns.entry((table, kind, index)).or_default();
        index.insert(place, column);
    }
    let of_index = |((table, kind, _), columns): (_, BTreeMap<i32, String>)| {
        (table, kind, columns.into_values().collect())
    };
    columns.into_iter().map(of_index).collect()
}

fn set<T: Ord>(rows: Vec<T>) -> BTreeSet<T> {
    rows.into_iter().collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let Some(postgres) = World::postgres().await else {
        return;
    };
    let sqlite = World::sqlite().await;
    let mut here = sqlx::SqliteConnection::connect(&sqlite.url).await.unwrap();
    let mut there = sqlx::PgConnection::connect(&postgres.url).await.unwrap();
    let strict = sqlx::AssertSqlSafe(format!("select count(*) from {IN_SQLITE} and strict = 0"));
    let loose: i64 = sqlx::query_scalar(strict).fetch_one(&mut here).await.unwrap();
    assert_eq!(loose, 0, "every table is strict");
    macro_rules! both {
        ($row:ty, $sqlite:expr, $postgres:expr) => {{
            let text = format!("with tables as (select t.name from {IN_SQLITE}) {}", $sqlite);
            let read = sqlx::query_as(sqlx::AssertSqlSafe(text));
            let in_sqlite: Vec<$row> = read.fetch_all(&mut here).await.unwrap();
            let read = sqlx::query_as($postgres);
            let in_postgres: Vec<$row> = read.fetch_all(&mut there).await.unwrap();
            assert!(in_sqlite.len() > 10, "the catalogue is read");
            (in_sqlite, in_postgres)
        }};
    }
    let (one, other) = both!(ColumnRow, sqlite::COLUMNS, postgres::COLUMNS);
    assert_eq!(set(one), set(other), "columns, nulls and defaults");
    let (one, other) = both!(IndexRow, sqlite::INDEXES, postgres::INDEXES);
    assert_eq!(indexes(one), indexes(other), "keys and indexes");
    let (one, other) = both!(ReferenceRow, sqlite::REFERENCES, postgres::REFERENCES);
    assert_eq!(set(one), set(other), "foreign keys");
    postgres.drop_schema().await;
}

//! The two schemas agree.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Connection as _;

use crate::world::World;

type Tables = BTreeMap<String, BTreeSet<(String, bool)>>;

fn tables(rows: Vec<(String, String, i32)>) -> Tables {
    let mut tables = Tables::new();
    for (table, column, required) in rows.into_iter().filter(|(table, ..)| table != "_sqlx_migrations") {
        tables.entry(table).or_default().insert((column, required != 0));
    }
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let Some(postgres) = World::postgres().await else {
        return;
    };
    let sqlite = World::sqlite().await;
    let mut connection = sqlx::SqliteConnection::connect(&sqlite.url).await.unwrap();
    let in_sqlite = sqlx::query_as(
        "select t.name, c.name, c.\"notnull\" from pragma_table_list t join pragma_table_info(t.name) c \
         where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let strict: i64 = sqlx::query_scalar(
        "select count(*) from pragma_table_list where schema = 'main' and type = 'table' and strict = 0 \
         and name not like 'sqlite_%' and name <> '_sqlx_migrations'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(strict, 0, "every table is strict");
    let mut connection = sqlx::PgConnection::connect(&postgres.url).await.unwrap();
    let in_postgres = sqlx::query_as(
        "select table_name::text, column_name::text, case is_nullable when 'NO' then 1 else 0 end \
         from information_schema.columns where table_schema = current_schema()",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(tables(in_sqlite), tables(in_postgres));
    postgres.drop_schema().await;
}

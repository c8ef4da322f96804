//! What statements may do with growing tables, so that they can be spread over machines.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::Connection as _;

use crate::world::World;

const GROWING: [&str; 10] = [
    "code_issued",
    "code_open",
    "receipt",
    "receipt_waiting",
    "release_cell",
    "remark",
    "response",
    "tally_cross",
    "tally_day",
    "tally_period",
];

/// Retention empties a whole day, wherever its responses lie.
const WHOLE_DAYS: [&str; 1] = ["DROP_ANSWERS"];

#[tokio::test]
async fn keys_of_growing_tables_start_with_the_bucket() {
    let Some(world) = World::postgres().await else {
        return;
    };
    let mut connection = sqlx::PgConnection::connect(&world.url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.columns \
         where table_schema = current_schema() and column_name = 'bucket' order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(tables, GROWING);
    let unique: Vec<(String, String, String)> = sqlx::query_as(
        "select t.relname::text, i.relname::text, a.attname::text from pg_index x \
         join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid \
         join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] \
         where x.indisunique and t.relnamespace = current_schema()::regnamespace",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for table in GROWING {
        let mut keys = unique.iter().filter(|(name, ..)| name == table).peekable();
        assert!(keys.peek().is_some(), "{table} has no key");
        for (_, index, column) in keys {
            assert_eq!(column, "bucket", "{index}");
        }
    }
    let foreign: Vec<(String, String)> = sqlx::query_as(
        "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint \
         where contype = 'f' and connamespace = current_schema()::regnamespace",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(!foreign.is_empty(), "reference tables do refer to each other");
    for (from, to) in foreign {
        assert!(!GROWING.contains(&to.as_str()), "{from} refers to {to}");
    }
    let (triggers, sequences): (i64, i64) = sqlx::query_as(
        "select (select count(*) from pg_trigger where not tgisinternal), \
         (select count(*) from pg_class where relkind = 'S' and relnamespace = current_schema()::regnamespace)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!((triggers, sequences), (0, 0));
    world.drop_schema().await;
}

#[test]
fn statements_on_growing_tables_name_the_bucket() {
    let statements = statements(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    assert!(statements.len() > 50, "{} statements found", statements.len());
    let mut seen = 0;
    for (name, text) in &statements {
        let words: Vec<&str> = text
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        let Some(table) = GROWING.iter().find(|table| words.contains(*table)) else {
            continue;
        };
        seen += 1;
        for forbidden in ["for update", "recursive", "nextval", "current_timestamp"] {
            assert!(!text.contains(forbidden), "{name} uses `{forbidden}` on {table}");
        }
        let writes = ["insert", "update", "delete"]
            .iter()
            .any(|verb| words.contains(verb));
        let by_key = ["unit =", "unit)", "id =", "response =", "hash ="]
            .iter()
            .any(|key| text.contains(key));
        let whole_days = WHOLE_DAYS.contains(&name.as_str());
        if (writes || by_key) && !whole_days {
            assert!(
                words.contains(&"bucket"),
                "{name} finds rows of {table} without their bucket: {text}"
            );
        }
        if let Some(columns) = text.split_once("insert into ").map(|(_, rest)| rest) {
            assert!(
                columns.contains("(bucket,"),
                "{name} inserts without a bucket first"
            );
        }
    }
    assert!(seen > 25, "{seen} statements on growing tables found");
}

/// Every constant that holds SQL, by name: the string literals of its definition, those of macros it uses first.
fn statements(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(statements(&path));
        } else {
            let source = std::fs::read_to_string(&path).unwrap();
            found.extend(constants(&source));
        }
    }
    found
}

fn constants(source: &str) -> Vec<(String, String)> {
    let macros: BTreeMap<&str, String> = source
        .split("macro_rules! ")
        .skip(1)
        .filter_map(|rest| {
            let (name, body) = rest.split_once(" {")?;
            Some((name, literals(body.split_once("\n}")?.0)))
        })
        .collect();
    let items = source.split("const ").chain(source.split("static "));
    items
        .skip(1)
        .filter_map(|item| {
            let (name, rest) = item.split_once(": ")?;
            let is_sql = rest.starts_with("&str =") || rest.starts_with("Rows =");
            let name_like = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if !is_sql || !name_like {
                return None;
            }
            let body = rest.split_once(";\n").map_or(rest, |(body, _)| body);
            let prefix: String = macros
                .iter()
                .filter(|(name, _)| body.contains(&format!("{name}!(")))
                .map(|(_, text)| text.as_str())
                .collect();
            Some((name.to_owned(), prefix + &literals(body)))
        })
        .collect()
}

/// The contents of the string literals of some source, one after the other.
fn literals(source: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut escaped) = (false, false);
    for character in source.chars() {
        match character {
            '"' if !escaped => inside = !inside,
            '\\' if inside && !escaped => {
                escaped = true;
                continue;
            }
            other if inside => out.push(other),
            _ => {}
        }
        escaped = false;
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

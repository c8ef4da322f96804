//! What statements may do with growing tables, so that they can be spread over machines.

use std::path::Path;

use sqlx::{Connection as _, Row as _};

use crate::world::World;

/// Tables that do not grow with the answers, so that each machine may hold all of them. Every other table grows.
///
/// Those that do grow, slowly: `review` and `handout` by one row a decision of a person, `response_settled` by one row a
/// response that was refused and decided about by hand, `device_abandoned` by a device, day and question at most.
const REFERENCE: [&str; 23] = [
    "_sqlx_migrations",
    "campaign",
    "campaign_unit",
    "campaign_version",
    "device",
    "device_abandoned",
    "device_contact",
    "device_enrolment",
    "handout",
    "issuer",
    "job_lease",
    "key_pair",
    "point",
    "questionnaire_version",
    "release",
    "response_settled",
    "review",
    "revision",
    "server_fact",
    "slip_campaign",
    "succession",
    "unit",
    "unit_fact",
];

const GROWING: [&str; 11] = [
    "code_issued",
    "code_open",
    "receipt",
    "receipt_waiting",
    "release_cell",
    "release_draft",
    "remark",
    "response",
    "tally_cross",
    "tally_day",
    "tally_period",
];

/// Retention empties a whole day, as publication does of its times, a published draft goes at once, and slips expire by
/// their day, wherever their rows lie.
const WHOLE: [&str; 4] = ["DROP_ANSWERS", "DROP_DRAFT", "DROP_EXPIRED", "ERASE_TIMES"];

#[tokio::test]
async fn keys_of_growing_tables_start_with_the_bucket() {
    let Some(world) = World::postgres().await else {
        return;
    };
    let mut connection = sqlx::PgConnection::connect(&world.url).await.unwrap();
    let mut tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables where table_schema = current_schema()",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    tables.sort();
    tables.retain(|table| !REFERENCE.contains(&table.as_str()));
    assert_eq!(
        tables, GROWING,
        "a new table grows with the answers, or is named as one that does not"
    );
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
        let whole = WHOLE.contains(&name.as_str());
        if (writes || by_key) && !whole {
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

/// Reads of everything there is, made on purpose.
const READS_ALL: [&str; 4] = ["DIRTY", "SETTLE", "DROP_SETTLED", "DROP_EXPIRED"];

/// SQLite goes to the rows it needs and passes over no others. A list of values, for example, would find rows
/// of a growing table by the bucket alone, which on SQLite is every row.
#[tokio::test]
async fn no_statement_passes_over_a_growing_table() {
    let world = World::sqlite().await;
    let mut connection = sqlx::SqliteConnection::connect(&world.url).await.unwrap();
    let mut explained = 0;
    for (name, text) in statements(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let verbs = ["select", "with", "delete", "update"];
        if !verbs.iter().any(|verb| text.starts_with(verb)) || READS_ALL.contains(&name.as_str()) {
            continue;
        }
        // PostgreSQL's own: settings, and locks on a campaign.
        if text.contains("current_setting") || text.ends_with("for share") {
            continue;
        }
        let explain = sqlx::AssertSqlSafe(format!("explain query plan {text}"));
        let plan: Vec<String> = sqlx::query(explain)
            .fetch_all(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
            .iter()
            .map(|row| row.get("detail"))
            .collect();
        explained += 1;
        for step in &plan {
            let by_bucket_alone = step.ends_with("(bucket=?)");
            let scans = GROWING
                .iter()
                .any(|table| step.starts_with(&format!("SCAN {table}")));
            assert!(!by_bucket_alone && !scans, "{name}: {step}: {text}");
        }
    }
    assert!(explained > 40, "{explained} statements explained");
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
    // What a macro makes of its argument, which stands as a question mark in brackets.
    let macros: Vec<(&str, String)> = source
        .split("macro_rules! ")
        .skip(1)
        .filter_map(|rest| {
            let (name, body) = rest.split_once(" {")?;
            let body = body.split_once("concat!(")?.1.split_once("\n}")?.0;
            let body = body.replace("$condition", "\"[?]\"").replace("$rest", "\"[?]\"");
            Some((name, literals(&body)))
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
            let text = if rest.starts_with("Rows =") {
                with_rows(body)
            } else {
                literals(&expand(body, &macros))
            };
            Some((name.to_owned(), text))
        })
        .collect()
}

/// Puts what they make in the place of macros.
fn expand(body: &str, macros: &[(&str, String)]) -> String {
    let mut body = body.to_owned();
    for (name, text) in macros {
        let call = format!("{name}!(");
        while let Some(start) = body.find(&call) {
            let argument_at = start + body[start..].find('"').unwrap();
            let end = argument_at + 1 + body[argument_at + 1..].find('"').unwrap();
            let argument = body[argument_at + 1..end].to_owned();
            let close = end + body[end..].find(')').unwrap();
            let expanded = format!("\"{}\"", text.replace("[?]", &argument));
            body.replace_range(start..=close, &expanded);
        }
    }
    body
}

/// The text of a statement over rows, for two of them.
fn with_rows(body: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = body;
    while let Some(start) = rest.find('"') {
        let end = start + 1 + rest[start + 1..].find('"').unwrap();
        parts.push(literals(&rest[start..=end]));
        rest = &rest[end + 1..];
    }
    let (head, tail) = (&parts[0], &parts[parts.len() - 1]);
    let row = |number: usize| {
        if body.contains("any_of") {
            let columns = parts[1..parts.len() - 1].iter();
            return columns
                .map(|column| format!("{column} = ?"))
                .collect::<Vec<_>>()
                .join(" and ");
        }
        let columns: usize = body
            .split([',', '\n'])
            .find_map(|part| part.trim().parse().ok())
            .unwrap();
        let number = body.contains("numbered").then(|| number.to_string());
        let cells = (0..columns).map(|_| "?".to_owned());
        number.into_iter().chain(cells).collect::<Vec<_>>().join(", ")
    };
    let or = if body.contains("any_of") { "or" } else { "," };
    format!("{head} ({}) {or} ({}) {tail}", row(0), row(1))
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

//! Whoever holds the whole database tries to find the response of each code and each receipt.

use std::collections::BTreeSet;

use domain::canonical::sha256;
use domain::status::Status;
use sqlx::{Connection as _, Row as _};
use store::intake::{NewResponse, Recorded};

use crate::world::{World, campaign_id, past_the_store};

const PEOPLE: u128 = 120;
/// One pair is expected by chance; more than eight come up less than once in a hundred thousand times.
const CHANCE: usize = 8;

/// What may be kept of codes and receipts: nothing that orders them, dates them or names a response.
const COLUMNS: [(&str, &[&str]); 4] = [
    ("code_issued", &["bucket", "campaign", "hash"]),
    (
        "code_open",
        &["bucket", "campaign", "expires_on", "field", "handled_by", "hash"],
    ),
    ("receipt", &["bucket", "hash"]),
    ("receipt_waiting", &["bucket", "hash"]),
];

fn code(n: u128) -> [u8; 32] {
    sha256(format!("code {n}").as_bytes())
}

fn receipt(n: u128) -> [u8; 32] {
    sha256(format!("receipt {n}").as_bytes())
}

pub(crate) async fn codes_and_receipts_do_not_line_up_with_responses(world: &World) {
    let codes: Vec<_> = (0..PEOPLE).map(code).collect();
    world.store.issue_codes(campaign_id(), &codes).await.unwrap();
    // One response a transaction: the worst case, as on a quiet day.
    for n in 0..PEOPLE {
        let response = NewResponse {
            code: Some(code(n)),
            receipt: Some(receipt(n)),
            ..world.response(n)
        };
        let counted = Recorded::New {
            status: Status::Counted,
            reason: None,
        };
        assert_eq!(world.store.record(&[response]).await.unwrap(), [counted]);
    }
    assert_eq!(
        world.store.settle_receipts().await.unwrap(),
        u64::try_from(PEOPLE).unwrap()
    );
    assert_eq!(world.store.settle_receipts().await.unwrap(), 0);
    leave_a_trace(world).await;
    let dump = Dump::read(world).await;
    assert_eq!((dump.open, dump.waiting), (0, 0));
    for (table, columns) in COLUMNS {
        assert_eq!(dump.columns(table), columns, "{table}");
        assert!(!dump.keeps_order.contains(table), "{table} has row ids");
    }
    assert!(!dump.codes.links(&dump, &code), "codes line up");
    assert!(!dump.receipts.links(&dump, &receipt), "receipts line up");
    // The nightly job moved all receipts at once.
    let moves = usize::from(world.is_postgres());
    assert_eq!(dump.receipts.marks.len(), moves, "{:?}", dump.receipts.marks);
    // What the trace left is found by the same means, so they would find a link.
    assert!(dump.trace.links(&dump, &code), "the search finds no link at all");
    assert!(dump.keeps_order.contains("trace"));
}

/// What a careless program would do: it notes a code when it is used.
async fn leave_a_trace(world: &World) {
    let make = if world.is_postgres() {
        "create table trace (number bigint generated always as identity, bucket integer, hash bytea)"
    } else {
        "create table trace (bucket integer, hash blob)"
    };
    past_the_store!(world, |connection| {
        sqlx::query(make).execute(&mut *connection).await.unwrap();
        for n in 0..PEOPLE {
            let insert = sqlx::query("insert into trace (bucket, hash) values (0, $1)");
            let insert = insert.bind(code(n).to_vec());
            insert.execute(&mut *connection).await.unwrap();
        }
    });
}

/// A table of hashes as a reader sees it: in the order in which it lies, with the marks of its transactions.
struct Hashes {
    order: Vec<Vec<u8>>,
    marks: BTreeSet<String>,
}

impl Hashes {
    /// Whether people are found by order or by a shared mark of a transaction.
    fn links(&self, dump: &Dump, of: &dyn Fn(u128) -> [u8; 32]) -> bool {
        let people: Vec<usize> = self
            .order
            .iter()
            .map(|hash| {
                (0..PEOPLE)
                    .position(|n| of(n).as_slice() == hash.as_slice())
                    .unwrap()
            })
            .collect();
        let by_order = dump.responses.iter().any(|responses| {
            let forward = people.iter().zip(responses).filter(|(a, b)| a == b).count();
            let backward = people.iter().rev().zip(responses).filter(|(a, b)| a == b).count();
            forward.max(backward) > CHANCE
        });
        by_order || !self.marks.is_disjoint(&dump.response_marks)
    }
}

/// What a reader of the whole database sees.
struct Dump {
    codes: Hashes,
    receipts: Hashes,
    trace: Hashes,
    /// The people in several orders of the response table.
    responses: Vec<Vec<usize>>,
    response_marks: BTreeSet<String>,
    open: i64,
    waiting: i64,
    /// Table and column.
    columns: BTreeSet<(String, String)>,
    /// Tables whose rows have a number of their own that tells in which order they came. On PostgreSQL all rows have a
    /// place besides, by which the hashes are read.
    keeps_order: BTreeSet<String>,
}

macro_rules! hashes {
    ($connection:expr, $table:literal, $mark:literal, $place:literal) => {{
        let text = concat!("select hash, ", $mark, " from ", $table, " order by ", $place);
        let rows = sqlx::query(text).fetch_all(&mut *$connection).await.unwrap();
        Hashes {
            order: rows.iter().map(|row| row.get(0)).collect(),
            marks: rows
                .iter()
                .filter_map(|row| row.get::<Option<String>, _>(1))
                .collect(),
        }
    }};
}

macro_rules! dump {
    ($connection:expr, $mark:literal, $place:literal, $row:literal, $columns:literal, $ordered:literal) => {{
        let connection = $connection;
        let person = |digest: Vec<u8>| {
            (0..PEOPLE)
                .position(|n| sha256(&n.to_be_bytes()).as_slice() == digest.as_slice())
                .unwrap()
        };
        let mut responses = Vec::new();
        let mut response_marks = BTreeSet::new();
        for order in [$row, "bucket, id", "arrived_at, digest"] {
            let text = format!("select digest, {} from response order by {order}", $mark);
            let rows = sqlx::query(sqlx::AssertSqlSafe(text))
                .fetch_all(&mut *connection)
                .await
                .unwrap();
            response_marks.extend(rows.iter().filter_map(|row| row.get::<Option<String>, _>(1)));
            responses.push(rows.iter().map(|row| person(row.get(0))).collect());
        }
        let open = sqlx::query_scalar("select count(*) from code_open");
        let waiting = sqlx::query_scalar("select count(*) from receipt_waiting");
        let columns: Vec<(String, String)> = sqlx::query_as($columns)
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        let ordered: Vec<String> = sqlx::query_scalar($ordered)
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        Dump {
            codes: hashes!(connection, "code_issued", $mark, $place),
            receipts: hashes!(connection, "receipt", $mark, $place),
            trace: hashes!(connection, "trace", $mark, $row),
            responses,
            response_marks,
            open: open.fetch_one(&mut *connection).await.unwrap(),
            waiting: waiting.fetch_one(&mut *connection).await.unwrap(),
            columns: columns.into_iter().collect(),
            keeps_order: ordered.into_iter().collect(),
        }
    }};
}

impl Dump {
    fn columns(&self, table: &str) -> Vec<&str> {
        let of_table = self.columns.iter().filter(|(known, _)| known == table);
        of_table.map(|(_, column)| column.as_str()).collect()
    }

    async fn read(world: &World) -> Self {
        if world.is_postgres() {
            let mut connection = sqlx::PgConnection::connect(&world.url).await.unwrap();
            dump!(
                &mut connection,
                "xmin::text",
                "ctid",
                "ctid",
                "select table_name::text, column_name::text from information_schema.columns \
                 where table_schema = current_schema()",
                // A row's number is a column that counts by itself.
                "select distinct table_name::text from information_schema.columns \
                 where table_schema = current_schema() \
                 and (is_identity = 'YES' or column_default like 'nextval(%')"
            )
        } else {
            // A table without row ids has no mark of a row and no order but its key's: it is read in that.
            let mut connection = sqlx::SqliteConnection::connect(&world.url).await.unwrap();
            dump!(
                &mut connection,
                "cast(null as text)",
                "bucket, hash",
                "rowid",
                "select t.name, c.name from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table'",
                "select t.name from sqlite_master m join pragma_table_list t on t.name = m.name \
                 where m.type = 'table' and t.wr = 0"
            )
        }
    }
}

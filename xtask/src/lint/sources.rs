//! Rules about what may be written where, checked on the text of the sources.
//!
//! Only the code that ships is read: tests may name a table or the environment.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::site::collect;

/// Crates that ship; this tool does not.
const CRATES: [&str; 7] = [
    "app", "domain", "frontend", "report", "server", "service", "store",
];

/// A rule: no line outside `allowed` may match.
struct Rule {
    says: &'static str,
    /// Paths that start or end with one of these are exempt.
    allowed: &'static [&'static str],
    /// When not empty, only paths that start with one of these are looked at.
    only: &'static [&'static str],
    matches: fn(&str) -> bool,
}

const RULES: [Rule; 9] = [
    Rule {
        says: "SQL belongs to store",
        allowed: &["store/src/"],
        only: &[],
        matches: holds_sql,
    },
    Rule {
        says: "only store knows sqlx",
        allowed: &["store/src/"],
        only: &[],
        matches: |line| line.contains("sqlx::"),
    },
    Rule {
        says: "pages and handlers hold a Service; only cli/open.rs opens the store",
        allowed: &["/cli/open.rs"],
        only: &["app/src/", "server/src/"],
        matches: |line| {
            holds_any(
                line,
                &["SharedStore", "dyn Store", "store::Store;", "store::connect"],
            )
        },
    },
    Rule {
        says: "domain is pure: no input, no output, no waiting",
        allowed: &[],
        only: &["domain/src/"],
        matches: |line| {
            let world = [
                "std::fs",
                "std::io",
                "std::net",
                "std::process",
                "std::thread",
                "std::env",
                "Instant::now",
                "async fn",
                "async move",
                ".await",
                "print!(",
                "println!(",
            ];
            holds_any(line, &world)
        },
    },
    Rule {
        says: "the server holds no HTML: pages are made by app",
        allowed: &[],
        only: &["server/src/"],
        matches: |line| line.contains("view! {") || line.contains("<html") || line.contains("</"),
    },
    Rule {
        says: "only config.rs reads the environment",
        allowed: &["/config.rs"],
        only: &[],
        matches: |line| line.contains("env::var") || line.contains("env::args"),
    },
    Rule {
        // `Instant` measures how long something takes, which tells nobody the time.
        says: "only clock.rs asks for the time",
        allowed: &["/clock.rs"],
        only: &[],
        matches: |line| {
            let calls = ["now_utc()", "now_local()", "SystemTime::now", "UtcDateTime::now"];
            holds_any(line, &calls)
        },
    },
    Rule {
        // A generator that is given its seed is not randomness; a browser has its own source.
        says: "only clock.rs asks for randomness",
        allowed: &["/clock.rs"],
        only: &[],
        matches: |line| {
            let calls = [
                "getrandom::",
                "OsRng",
                "SysRng",
                "thread_rng",
                "ThreadRng",
                "rand::rng()",
                "rand::random",
                "from_os_rng",
                "from_entropy",
                "make_rng",
                "new_v4()",
                "now_v7()",
            ];
            holds_any(line, &calls)
        },
    },
    Rule {
        // Writers that met wait differently long. Nothing that is stored or sent comes of it.
        says: "RandomState spreads retries in store/src/backend.rs and draws nothing else",
        allowed: &["store/src/backend.rs"],
        only: &[],
        matches: |line| line.contains("RandomState"),
    },
];

/// Reads the sources of every crate and names each line that breaks a rule.
pub(crate) fn check_all() -> Result<()> {
    let mut files = Vec::new();
    for name in CRATES {
        collect(&Path::new(name).join("src"), &mut files)?;
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    let mut broken = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file)?;
        broken.extend(breaches(path_text(file)?, &text));
    }
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    println!("    {} files keep {} rules", files.len(), RULES.len());
    Ok(())
}

fn path_text(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

fn breaches(path: &str, text: &str) -> Vec<String> {
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return Vec::new();
    }
    let rules = RULES.iter().filter(|rule| {
        !rule
            .allowed
            .iter()
            .any(|part| path.starts_with(part) || path.ends_with(part))
            && (rule.only.is_empty() || rule.only.iter().any(|part| path.starts_with(part)))
    });
    let rules: Vec<&Rule> = rules.collect();
    text.lines()
        .enumerate()
        .take(shipped_lines(text))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .flat_map(|(number, line)| {
            rules
                .iter()
                .filter(move |rule| (rule.matches)(line))
                .map(move |rule| format!("{path}:{}: {}: {}", number + 1, rule.says, line.trim()))
        })
        .collect()
}

/// How many lines stand before the tests of a file. A test module with a body ends its file; one that lies in a file of its
/// own is named among the other modules, and what follows ships.
fn shipped_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let opens_tests = |at: &usize| {
        let mut below = lines[at + 1..].iter();
        lines[*at].starts_with("#[cfg(test)]")
            && below
                .find(|line| !line.starts_with("#["))
                .is_some_and(|line| line.contains("mod ") && line.contains('{'))
    };
    (0..lines.len()).find(opens_tests).unwrap_or(lines.len())
}

fn holds_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

/// Does a statement start on this line? Words of prose such as "select a unit" do not count.
fn holds_sql(line: &str) -> bool {
    let lower = line.to_lowercase();
    let opened = lower.trim_start();
    let statement = |text: &str| {
        let text = text.trim_start();
        text.starts_with("insert into ")
            || text.starts_with("delete from ")
            || text.starts_with("create table ")
            || (text.starts_with("select ") && (text.contains(" from ") || text.ends_with(',')))
            || (text.starts_with("update ") && text.contains(" set "))
    };
    statement(opened) || opened.split('"').skip(1).step_by(2).any(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_found_where_it_does_not_belong() {
        let line = r#"    let rows = query("select id from unit where bucket = $1");"#;
        assert_eq!(breaches("server/src/intake.rs", line).len(), 1);
        assert_eq!(breaches("store/src/units.rs", line).len(), 0);
        assert!(holds_sql("         update tally set rev = rev + 1"));
        assert!(!holds_sql(r#"    hint: "Update your browser","#));
    }

    #[test]
    fn comments_and_tests_may_say_anything() {
        let text =
            "// insert into t\nfn f() {}\n#[cfg(test)]\nmod tests { const Q: &str = \"delete from t\"; }\n";
        assert_eq!(breaches("app/src/lib.rs", text), Vec::<String>::new());
    }

    #[test]
    fn only_a_test_module_with_a_body_ends_what_is_read() {
        let named = "#[cfg(test)]\nmod tests;\nmod view;\nlet now = OffsetDateTime::now_utc();\n";
        assert_eq!(breaches("app/src/pages/survey.rs", named).len(), 1);
        let one = "#[cfg(test)]\nuse std::env;\nlet url = env::var(\"X\");\n";
        assert_eq!(breaches("app/src/pages/survey.rs", one).len(), 1);
        let body =
            "fn f() {}\n#[cfg(test)]\n#[expect(unused)]\nmod tests {\n    let now = Utc::now_utc();\n}\n";
        assert_eq!(breaches("app/src/pages/survey.rs", body), Vec::<String>::new());
    }

    #[test]
    fn the_environment_and_the_clock_have_one_door_each() {
        assert_eq!(
            breaches("server/src/router.rs", "let url = std::env::var(\"X\");").len(),
            1
        );
        assert_eq!(
            breaches("server/src/config.rs", "let url = std::env::var(\"X\");").len(),
            0
        );
        assert_eq!(
            breaches("store/src/fold.rs", "let now = OffsetDateTime::now_utc();").len(),
            1
        );
        assert_eq!(
            breaches("server/src/clock.rs", "OffsetDateTime::now_utc()").len(),
            0
        );
    }

    #[test]
    fn randomness_has_one_door_and_a_seed_is_none() {
        for line in [
            "getrandom::fill(&mut bytes)",
            "let id = Uuid::new_v4();",
            "let mut rng = rand::rng();",
            "ChaCha8Rng::from_os_rng()",
        ] {
            assert_eq!(breaches("service/src/slips.rs", line).len(), 1, "{line}");
            assert_eq!(breaches("service/src/clock.rs", line).len(), 0, "{line}");
        }
        let line = "RandomState::new().hash_one(attempt)";
        assert_eq!(breaches("service/src/slips.rs", line).len(), 1);
        assert_eq!(breaches("store/src/backend.rs", line).len(), 0);
        assert_eq!(
            breaches(
                "service/src/demo.rs",
                "let mut rng = ChaCha8Rng::seed_from_u64(seed);"
            )
            .len(),
            0
        );
    }

    #[test]
    fn pages_and_handlers_cannot_reach_the_store() {
        for line in [
            "store: SharedStore,",
            "fn f(store: &dyn Store) {",
            "use store::Store;",
            "store::connect(url)",
        ] {
            assert_eq!(breaches("app/src/pages/home.rs", line).len(), 1, "{line}");
            assert_eq!(breaches("server/src/api/points.rs", line).len(), 1, "{line}");
            assert_eq!(breaches("server/src/cli/open.rs", line).len(), 0, "{line}");
            assert_eq!(breaches("service/src/lib.rs", line).len(), 0, "{line}");
        }
        for line in ["use store::catalogue::Campaign;", "use store::StoreError;"] {
            let found = breaches("server/src/problem.rs", line);
            assert_eq!(found, Vec::<String>::new(), "a row and an error are values");
        }
    }

    #[test]
    fn domain_touches_no_world() {
        for line in [
            "let text = std::fs::read_to_string(path)?;",
            "pub async fn load() {",
            "println!(\"{n}\");",
            "let started = Instant::now();",
        ] {
            assert_eq!(breaches("domain/src/tally.rs", line).len(), 1, "{line}");
        }
        assert_eq!(
            breaches(
                "domain/src/tally.rs",
                "include_str!(\"../tests/vectors/digest.json\")"
            )
            .len(),
            0
        );
        assert_eq!(breaches("server/src/main.rs", "pub async fn load() {").len(), 0);
    }
}

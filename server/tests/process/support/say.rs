//! Words past the capture of the test harness: a seed or a skipped test must be seen when all is well, too.

use std::io::Write as _;

pub(crate) fn say(line: &str) {
    let mut terminal = std::io::stderr();
    writeln!(terminal, "{line}").unwrap();
}

/// Says what is left out; in CI, where nothing may be, it is a failure.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is configured by its environment"
)]
pub(crate) fn skip(why: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "must not be skipped in CI: {why}");
    say(&format!("skipped: {why}"));
}

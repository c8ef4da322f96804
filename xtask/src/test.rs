//! `cargo xtask test`: every test there is, and the servers they need.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::pg::{Durability, Server};
use crate::run::{cargo, check, output, step};
use crate::serve;
use crate::setup;
use crate::site::{self, Tools};

/// Independent implementations that our figures and our API are compared with.
const PYTHON: [&str; 4] = [
    "numpy==2.4.6",
    "scipy==1.17.1",
    "statsmodels==0.15.0",
    "schemathesis==4.32.5",
];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also the tests that take minutes (`#[ignore]`d ones, and browser tests tagged @full).
    #[arg(long)]
    full: bool,
    /// Only the Rust tests.
    #[arg(long, conflicts_with = "browser")]
    rust: bool,
    /// Only the browser tests.
    #[arg(long)]
    browser: bool,
    /// Only tests whose name holds one of these.
    filter: Vec<String>,
}

/// Runs the tests; the cluster they used is gone when this returns, also with an error.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !args.browser {
        rust_tests(args)?;
    }
    if !args.rust {
        browser_tests(args)?;
    }
    if args.full || !args.filter.is_empty() {
        return Ok(());
    }
    say_left_out(args)
}

/// Names the tests that only `--full` runs, so that nobody takes this run for all there is.
fn say_left_out(args: &Args) -> Result<()> {
    let mut left_out = Vec::new();
    if !args.browser {
        let listed = output(cargo().args(TEST_BUILD).args(["--", "--ignored", "--list"]))?;
        left_out.extend(ignored(&listed));
    }
    if !args.rust {
        let listing = [
            "--list",
            "--grep",
            "@full",
            "--pass-with-no-tests",
            "--reporter=list",
        ];
        left_out.extend(tagged(&output(playwright("tests").args(listing))?));
    }
    println!(
        "==> left out: {} tests, which `cargo xtask test --full` runs too",
        left_out.len()
    );
    for name in left_out {
        println!("    {name}");
    }
    if !args.rust {
        println!("    and the long queue of a desk device: a short one was sent");
    }
    Ok(())
}

/// The names in what a test binary lists: `name: test`.
fn ignored(listed: &str) -> Vec<String> {
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    names.map(str::to_owned).collect()
}

/// The names in what Playwright lists: `[project] › file:line:column › title`.
fn tagged(listed: &str) -> Vec<String> {
    let names = listed.lines().filter_map(|line| line.split_once(" › "));
    names.map(|(_, name)| name.to_owned()).collect()
}

fn rust_tests(args: &Args) -> Result<()> {
    setup::postgres_server()?;
    setup::debian_packages(&[("python3", "python3-venv"), ("strace", "strace")])?;
    setup::python_packages(&PYTHON)?;
    let server = step("start a PostgreSQL of our own", "3 s", || {
        Server::start(Durability::None)
    })?;
    step(
        "Rust tests on SQLite and PostgreSQL",
        "8 min the first time, then 2",
        || {
            let mut command = rust(&server);
            command.arg("--no-fail-fast").arg("--").args(&args.filter);
            if args.full {
                command.arg("--include-ignored");
            }
            check(&mut command)
        },
    )
}

/// `cargo test` of all crates that run here.
///
/// `frontend` only exists for the browser, and with it in one build `app` would be server and browser at once.
const TEST_BUILD: [&str; 5] = ["test", "--quiet", "--workspace", "--exclude", "frontend"];

/// [`TEST_BUILD`], told where PostgreSQL and Python are.
pub(crate) fn rust(server: &Server) -> Command {
    let mut command = cargo();
    command.args(TEST_BUILD);
    command.env("NGHE_DAN_TEST_POSTGRES_URL", server.url());
    // Tests that compare with Python say that they were skipped where it was not installed.
    if let Ok(python) = std::path::absolute(Path::new(setup::VENV).join("bin/python"))
        && python.exists()
    {
        command.env("NGHE_DAN_PYTHON", python);
    }
    command
}

fn browser_tests(args: &Args) -> Result<()> {
    prepare_browser()?;
    step("browser tests", "3 min", || {
        let mut command = playwright("tests");
        command.args(&args.filter);
        if !args.filter.is_empty() {
            command.arg("--pass-with-no-tests");
        }
        if args.full {
            command.env("NGHE_DAN_QUEUED", "100");
        } else {
            command.args(["--grep-invert", "@full"]);
        }
        check(&mut command)
    })
}

/// `cargo xtask screens`: the contact sheets of `docs/screens`.
pub(crate) fn screens() -> Result<()> {
    prepare_browser()?;
    step("contact sheets into docs/screens", "2 min", || {
        check(&mut playwright("screens"))
    })
}

/// `cargo xtask bench --browser`: the first screen of a phone, and taps there and on the desk device.
///
/// On the server that people get: an unoptimised one would be measured itself.
pub(crate) fn bench() -> Result<()> {
    prepare_site()?;
    serve::build()?;
    let server = std::path::absolute(serve::BINARY)?;
    step("what is seen in a browser", "3 min", || {
        check(
            playwright("bench")
                .env("NGHE_DAN_BINARY", server)
                // One after another: what runs beside would be measured too.
                .arg("--workers=1"),
        )
    })
}

/// Builds the release site, and installs what opens it.
fn prepare_site() -> Result<()> {
    setup::npm_packages()?;
    setup::debian_packages(&[("chromium", "chromium"), ("openssl", "openssl")])?;
    site::build(Tools::Required)
}

/// Builds what the browser talks to: the release site, and the debug build of the server.
fn prepare_browser() -> Result<()> {
    prepare_site()?;
    // The very command of the Rust tests: any other one would choose other features of the dependencies, and compile
    // all of them once more for the same binary.
    step("build the server", "9 min the first time, then 1", || {
        check(cargo().args(TEST_BUILD).arg("--no-run"))
    })
}

fn playwright(project: &str) -> Command {
    let mut command = Command::new("node_modules/.bin/playwright");
    // With `=`, as `--project` takes every word behind it for another project.
    command
        .args(["test", &format!("--project={project}")])
        .current_dir("end2end");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_read_from_the_lists() {
        let rust = "death::many_deaths: test\n\n1 test, 0 benchmarks\n\ncontract::all: test\n";
        assert_eq!(ignored(rust), ["death::many_deaths", "contract::all"]);
        let browser =
            "Listing tests:\n  [tests] › desk.spec.ts:12:5 › a day @full\nTotal: 1 test in 1 file\n";
        assert_eq!(tagged(browser), ["desk.spec.ts:12:5 › a day @full"]);
    }
}

//! `cargo xtask bench`: builds the program and the bench, starts what it measures on, and runs it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::pg::{Durability, Server};
use crate::run::{cargo, check, step};
use crate::setup;

const BENCH: &str = "target/release/bench";
/// The library that delays flushes; see `bench/slow_sync.c`.
const SLOW_SYNC: &str = "target/slow_sync.so";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure the sizes of the specification: an hour instead of minutes.
    #[arg(long)]
    full: bool,
    /// Leave PostgreSQL out.
    #[arg(long)]
    without_postgres: bool,
    /// Only what is seen in a browser on a slow line and a processor four times slower: the first screen of a phone,
    /// and taps there and on the desk device.
    #[arg(long, conflicts_with_all = ["full", "without_postgres", "flags"])]
    browser: bool,
    /// Further flags of the bench itself; `-- --help` lists them.
    #[arg(last = true)]
    flags: Vec<String>,
}

/// Builds, starts clusters, measures, removes what it made.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.browser {
        return crate::test::bench();
    }
    setup::debian_packages(&[("cc", "gcc")])?;
    step(
        "build the server and the bench",
        "8 min the first time, then seconds",
        || {
            check(cargo().args([
                "build",
                "--quiet",
                "--release",
                "--package",
                "server",
                "--package",
                "bench",
                "--bins",
                "--example",
                "check_only",
            ]))
        },
    )?;
    check(Command::new("cc").args([
        "-O2",
        "-shared",
        "-fPIC",
        "-o",
        SLOW_SYNC,
        "bench/slow_sync.c",
        "-ldl",
    ]))?;
    let mut command = Command::new(BENCH);
    command.args(["--slow-sync", SLOW_SYNC]);
    if args.full {
        command.arg("--full");
    }
    let mut servers = Vec::new();
    if !args.without_postgres {
        setup::postgres_server()?;
        for (flag, preload) in [
            ("--postgres", None),
            ("--slow-postgres", Some(Path::new(SLOW_SYNC))),
        ] {
            let server = Server::start_with(Durability::Full, preload)?;
            command.args([
                flag,
                &server.url(),
                &format!("{flag}-pid"),
                &server.pid()?.to_string(),
            ]);
            servers.push(server);
        }
    }
    check(command.args(&args.flags))
}

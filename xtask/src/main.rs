//! The developer tool of Nghe Dân: `cargo xtask --help`.
//!
//! It builds the site with libraries instead of command-line tools that everyone would have to compile first, and it
//! starts and removes what the tests need. Nothing of it is in the server.

#![expect(
    clippy::print_stdout,
    reason = "a command-line tool speaks on standard output"
)]

mod bench;
mod bless;
mod fonts;
mod lint;
mod pg;
mod run;
mod serve;
mod setup;
mod site;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, try and check Nghe Dân.", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and open the demo on <http://127.0.0.1:3000>.
    Serve(serve::Args),
    /// Run every test: Rust on SQLite and PostgreSQL, then the browser.
    Test(test::Args),
    /// Check format, lints, documentation, dependency rules and size budgets.
    Lint(lint::Args),
    /// Measure intake, reports and memory against their bars; `docs/performance.md` explains them.
    Bench(bench::Args),
    /// Build what the browser loads into `target/site`.
    Site(site::Args),
    /// Take pictures of every page at every size into `docs/screens`.
    Screens,
    /// Write the checked-in outputs anew: the API description and the snapshots.
    Bless,
    /// Cut the typeface down to Vietnamese and English again.
    Fonts,
    /// Start a throw-away PostgreSQL and keep it until Ctrl-C.
    Pg(pg::Args),
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The causes in one line each; a backtrace of this tool helps nobody.
            println!("error: {error}");
            error.chain().skip(1).for_each(|cause| println!("  {cause}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    run::enter_root()?;
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Site(args) => site::run(&args),
        Command::Screens => test::screens(),
        Command::Bless => bless::run(),
        Command::Fonts => fonts::run(),
        Command::Pg(args) => pg::run(&args),
    }
}

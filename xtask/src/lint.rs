//! `cargo xtask lint`: everything about the sources that a machine can judge without running them.

mod budget;
mod deps;
mod sources;

use anyhow::Result;

use crate::run::{cargo, check, step};
use crate::setup;
use crate::site::{self, AUDIENCES, FRONT, Tools};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out what compiles: only format, dependency and source rules.
    #[arg(long)]
    quick: bool,
}

/// Runs the checks, cheapest first.
pub(crate) fn run(args: &Args) -> Result<()> {
    step("format", "1 s", || {
        check(cargo().args(["fmt", "--all", "--check"]))
    })?;
    step("rules of the sources", "1 s", sources::check_all)?;
    step("rules of the dependencies", "1 s", deps::check_all)?;
    if args.quick {
        return Ok(());
    }

    step("types of the browser tests", "20 s the first time", || {
        setup::npm_packages()?;
        check(
            std::process::Command::new("node_modules/.bin/tsc")
                .arg("--noEmit")
                .current_dir("end2end"),
        )
    })?;
    step("clippy", "4 min the first time", || {
        check(
            cargo()
                .args([
                    "clippy",
                    "--quiet",
                    "--workspace",
                    "--exclude",
                    "frontend",
                    "--all-targets",
                ])
                .args(["--", "-D", "warnings"]),
        )
    })?;
    step("clippy for the browser", "2 min the first time", || {
        setup::wasm_target()?;
        AUDIENCES.iter().try_for_each(|(audience, _)| {
            // The profile of the site's build, whose macros and build scripts are then compiled once for both.
            check(
                cargo()
                    .args([
                        "clippy",
                        "--quiet",
                        "--package",
                        "frontend",
                        "--target",
                        "wasm32-unknown-unknown",
                    ])
                    .args(["--profile", "wasm-release", "--features", audience])
                    .args(["--", "-D", "warnings"])
                    .env("CARGO_TARGET_DIR", FRONT),
            )
        })
    })?;
    step("documentation", "30 s", || {
        check(
            cargo()
                .args([
                    "doc",
                    "--quiet",
                    "--workspace",
                    "--exclude",
                    "frontend",
                    "--no-deps",
                    "--document-private-items",
                ])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    site::build(Tools::Required)?;
    step("size budgets", "1 s", budget::check_all)
}

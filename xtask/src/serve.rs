//! `cargo xtask serve`: from a fresh clone to the demo in a browser.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run::{cargo, check, step};
use crate::setup;
use crate::site::{self, SITE, Tools};

const DATABASE: &str = "target/demo/nghe-dan.db";
const BINARY: &str = "target/release/nghe-dan";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: String,
}

/// Builds what is not built, fills the demo once, and serves until Ctrl-C.
pub(crate) fn run(args: &Args) -> Result<()> {
    setup::debian_packages(&[("cc", "gcc")])?;
    site::build(Tools::Required)?;
    step("build the server", "8 min the first time, then seconds", || {
        check(cargo().args(["build", "--quiet", "--release", "--package", "server"]))
    })?;

    let database = format!("sqlite:{DATABASE}");
    if !Path::new(DATABASE).exists() {
        fill(&database)?;
    }
    println!("==> http://{}  (Ctrl-C ends it)", args.listen);
    check(Command::new(BINARY).args([
        "serve",
        "--listen",
        &args.listen,
        "--database",
        &database,
        "--site",
        SITE,
    ]))
}

/// Fills the demo beside its place and moves it there, so that an interrupted one is not taken for whole.
fn fill(database: &str) -> Result<()> {
    let half = format!("{DATABASE}.half");
    if let Some(folder) = Path::new(DATABASE).parent() {
        std::fs::create_dir_all(folder)?;
    }
    for leftover in ["", "-wal", "-shm"].map(|suffix| format!("{half}{suffix}")) {
        if Path::new(&leftover).exists() {
            std::fs::remove_file(leftover)?;
        }
    }
    step(&format!("fill the demo into {database}"), "1 min, once", || {
        check(Command::new(BINARY).args(["demo", "--database", &format!("sqlite:{half}")]))
    })?;
    Ok(std::fs::rename(half, DATABASE)?)
}

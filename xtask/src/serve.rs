//! `cargo xtask serve`: from a fresh clone to the demo in a browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run::{cargo, check, step};
use crate::setup;
use crate::site::{self, SITE, Tools};

/// Holds the database, its key, and what the demo said one may try.
const DEMO: &str = "target/demo";
const DATABASE: &str = "nghe-dan.db";
const LINKS: &str = "links.txt";
/// The server as people get it.
pub(crate) const BINARY: &str = "target/release/nghe-dan";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: String,
}

/// Builds what is not built, fills the demo once, and serves until Ctrl-C.
pub(crate) fn run(args: &Args) -> Result<()> {
    site::build(Tools::Required)?;
    build()?;

    if !Path::new(DEMO).exists() {
        fill()?;
    }
    let origin = format!("http://{}", args.listen);
    println!("==> the demo, from its front page {origin}/");
    println!("    results {origin}/results");
    println!("    for programs {origin}/api");
    let filled = fs::read_to_string(Path::new(DEMO).join(LINKS))?;
    print!("{}", with_links(&filled, &origin));
    println!("    Ctrl-C ends it; without {DEMO} the next start makes a new demo");
    check(
        Command::new(BINARY)
            .args(["serve", "--listen", &args.listen, "--site", SITE])
            .args(["--database", &format!("sqlite:{DEMO}/{DATABASE}")]),
    )
}

/// What filling the demo said, with its addresses made into links: it knows no origin, this start does.
fn with_links(filled: &str, origin: &str) -> String {
    let line = |line: &str| match line.strip_prefix('/') {
        Some(address) => format!("    answer at {origin}/{address}\n"),
        None => format!("    {line}\n"),
    };
    filled.lines().map(line).collect()
}

/// Builds [`BINARY`].
pub(crate) fn build() -> Result<()> {
    setup::debian_packages(&[("cc", "gcc")])?;
    step("build the server", "8 min the first time, then seconds", || {
        check(cargo().args(["build", "--quiet", "--release", "--package", "server"]))
    })
}

/// Fills the demo in a folder beside its place, so that an interrupted one is not taken for whole.
fn fill() -> Result<()> {
    let half = format!("{DEMO}.half");
    if Path::new(&half).exists() {
        fs::remove_dir_all(&half)?;
    }
    fs::create_dir_all(&half)?;
    step("fill the demo", "1 min, once", || {
        let links = fs::File::create(Path::new(&half).join(LINKS))?;
        check(
            Command::new(BINARY)
                .args(["demo", "--database", &format!("sqlite:{half}/{DATABASE}")])
                // It speaks of its progress on standard error and ends with what to try on standard output.
                .stdout(links),
        )
    })?;
    Ok(fs::rename(half, DEMO)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_figures_stay() {
        assert_eq!(
            with_links("3 desk ratings\n/s/ABCD2345\n", "http://127.0.0.1:3000"),
            "    3 desk ratings\n    answer at http://127.0.0.1:3000/s/ABCD2345\n"
        );
    }
}

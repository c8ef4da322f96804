//! `cargo xtask fonts`: the subset files of `public/fonts`, made again from the published typeface.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run::{check, step};
use crate::setup;

const FAMILY: &str = "end2end/node_modules/@fontsource/be-vietnam-pro";
const TARGET: &str = "public/fonts";
/// Pinned: another version may order tables differently, and the files are checked in.
const TOOLS: [&str; 2] = ["fonttools==4.68.0", "brotli==1.2.1"];

/// Cuts the fonts and puts the family's licence beside them.
pub(crate) fn run() -> Result<()> {
    setup::npm_packages()?;
    setup::python_packages(&TOOLS)?;
    step("cut the fonts", "5 s", || {
        check(
            Command::new(Path::new(setup::VENV).join("bin/python"))
                .arg("xtask/py/subset_fonts.py")
                .args([&format!("{FAMILY}/files"), TARGET]),
        )
    })?;
    std::fs::copy(format!("{FAMILY}/LICENSE"), format!("{TARGET}/OFL.txt"))?;
    Ok(())
}

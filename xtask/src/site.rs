//! `cargo xtask site`: everything a browser loads, built into `target/site`.
//!
//! `target/site/pkg` holds files whose names carry a hash of their content, which may be cached for ever, each with its
//! `.br` and `.gz` twin. `target/site/manifest.json` leads from the name a page knows to the name it must ask for
//! (`docs/adr/0005-site-manifest.md`). Whatever has to keep its name is copied from `public` as it is.

mod assets;
mod css;
mod islands;
mod wasm;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::run::step;
use crate::setup;
pub(crate) use assets::Assets;

/// Who gets a wasm file of their own, with the most its wasm and JavaScript may weigh together, in bytes of brotli.
pub(crate) const AUDIENCES: [(&str, u64); 3] = [("citizen", 100_000), ("desk", 250_000), ("staff", 300_000)];

/// Result of the build, ready to be served.
pub(crate) const SITE: &str = "target/site";
/// Cargo's directory for the browser: two feature sets of one crate in one directory evict each other.
pub(crate) const FRONT: &str = "target/front";

/// What the result depends on. Tests write beside themselves what they compile, so theirs are not among it.
const INPUTS: [&str; 10] = [
    "app",
    "domain/src",
    "domain/Cargo.toml",
    "frontend",
    "public",
    "style",
    "xtask/src",
    "Cargo.lock",
    "Cargo.toml",
    "end2end/package-lock.json",
];
/// Sizes of the last build, beside the site because no server needs them.
pub(crate) const SIZES: &str = "target/site.sizes.json";
const FINGERPRINT: &str = "target/site.fingerprint";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fail where a tool that makes the files small is missing, instead of doing without.
    #[arg(long)]
    release: bool,
    /// Build even when nothing changed.
    #[arg(long)]
    force: bool,
}

/// Builds the site as the command line asks.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.force && Path::new(FINGERPRINT).exists() {
        fs::remove_file(FINGERPRINT)?;
    }
    build(if args.release {
        Tools::Required
    } else {
        Tools::Optional
    })
}

/// May the build do without `wasm-opt` and `esbuild`?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tools {
    Required,
    Optional,
}

/// Builds the site unless none of its inputs changed since the last time.
pub(crate) fn build(tools: Tools) -> Result<()> {
    let fingerprint = fingerprint(tools)?;
    if Path::new(SITE).join("manifest.json").exists()
        && fs::read_to_string(FINGERPRINT).is_ok_and(|built| built == fingerprint)
    {
        println!("==> the site in {SITE} is up to date");
        return Ok(());
    }
    setup::wasm_target()?;
    if tools == Tools::Required {
        setup::npm_packages()?;
    }

    // Built beside the old site and swapped in at the end, so that a server never sees half of one.
    let fresh = PathBuf::from(format!("{SITE}.new"));
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let mut assets = Assets::new(&fresh)?;
    for (audience, _) in AUDIENCES {
        let folder = Path::new("app/src/islands");
        if !folder.join(format!("{audience}.rs")).exists() {
            println!("==> {audience}: no app/src/islands/{audience}.rs, so its pages load no script");
            continue;
        }
        // The desk has none: its page is called by name, and so never lost on the way.
        let islands = islands::declared(folder, audience)?;
        step(
            &format!("build {audience}.wasm with {islands} islands"),
            "3 min the first time, then 40 s",
            || wasm::build(audience, islands, tools, &mut assets),
        )?;
    }
    let sizes = step("style sheets, fonts, public files, compression", "3 s", || {
        assets.add_fonts(Path::new("public/fonts"))?;
        css::build(Path::new("style"), &mut assets)?;
        assets.copy_public(Path::new("public"))?;
        assets.finish()
    })?;

    if Path::new(SITE).exists() {
        fs::remove_dir_all(SITE)?;
    }
    fs::rename(&fresh, SITE).with_context(|| format!("cannot move {} to {SITE}", fresh.display()))?;
    fs::write(SIZES, serde_json::to_vec_pretty(&sizes)?)?;
    fs::write(FINGERPRINT, fingerprint)?;
    Ok(())
}

/// A digest of names and contents of all inputs, and of the way of building.
fn fingerprint(tools: Tools) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(Path::new(input), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    hash.update([u8::from(tools == Tools::Required)]);
    for file in files {
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update(Sha256::digest(fs::read(&file)?));
    }
    Ok(hex(&hash.finalize()))
}

/// All files at or below `path`; a path that does not exist has none.
pub(crate) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

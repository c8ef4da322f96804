//! From the crate `frontend` to one small wasm file and one small script an audience.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::{Assets, FRONT, Tools, islands};
use crate::run::{cargo, check, output};

const NPM: &str = "end2end/node_modules/.bin";

/// What every browser of the last three years runs and what the compiler emits by default.
///
/// Named one by one, because the section that lists them does not survive stripping.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds `AUDIENCE.wasm` and `AUDIENCE.js`; the first must export exactly `declared` islands.
pub(crate) fn build(audience: &str, declared: usize, tools: Tools, assets: &mut Assets) -> Result<()> {
    let compiled = compile(audience)?;
    let out = Path::new(FRONT).join("bindgen").join(audience);
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    bind(audience, &compiled, &out, declared)?;

    let wasm = out.join(format!("{audience}_bg.wasm"));
    if let Some(program) = tool("wasm-opt", tools)? {
        let small = out.join(format!("{audience}.wasm"));
        output(
            Command::new(program)
                .arg("-Oz")
                .args(FEATURES)
                .arg(&wasm)
                .arg("-o")
                .arg(&small),
        )?;
        fs::rename(small, &wasm)?;
    }

    let script = out.join(format!("{audience}.js"));
    if let Some(program) = tool("esbuild", tools)? {
        let small = out.join("bundle.js");
        // Bundling takes in the snippets that crates bring along, so that there is one script to load.
        output(
            Command::new(program)
                .arg(&script)
                .args([
                    "--bundle",
                    "--minify",
                    "--format=esm",
                    "--target=es2022",
                    "--log-level=warning",
                ])
                .arg(format!("--outfile={}", small.display())),
        )?;
        fs::rename(small, &script)?;
    } else {
        ensure!(
            !out.join("snippets").exists(),
            "the wasm brings scripts of its own, which esbuild has to bundle: npm ci"
        );
    }

    assets.add(&format!("{audience}.wasm"), &fs::read(wasm)?)?;
    assets.add(&format!("{audience}.js"), &fs::read(script)?)
}

/// The flag that makes leptos forget the types of views, in audiences for which that is less to send.
///
/// The desk's pages are made in the browser, and each type there is code of its own: without types its wasm is 6 %
/// smaller. That of citizens, which wakes up what a server made, would be 10 % larger.
fn flags(audience: &str) -> Option<&'static str> {
    (audience == "desk").then_some("--cfg erase_components")
}

/// Compiles the crate and returns where the result is. Each audience has a folder of its own, because with other flags
/// cargo would compile every dependency again in place of the other's.
fn compile(audience: &str) -> Result<PathBuf> {
    let folder = Path::new(FRONT).join(audience);
    let mut command = cargo();
    if let Some(flags) = flags(audience) {
        // They come after those that the developer has set for every build.
        let mut all = std::env::var_os("RUSTFLAGS").unwrap_or_default();
        all.push(" ");
        all.push(flags);
        command.env("RUSTFLAGS", all);
    }
    check(
        command
            .args([
                "build",
                "--quiet",
                "--package",
                "frontend",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .args([
                "--profile",
                "wasm-release",
                "--no-default-features",
                "--features",
                audience,
            ])
            .env("CARGO_TARGET_DIR", &folder),
    )?;
    Ok(folder.join("wasm32-unknown-unknown/wasm-release/frontend.wasm"))
}

/// Writes the bindings and checks that no island was lost on the way.
fn bind(audience: &str, compiled: &Path, out: &Path, declared: usize) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(audience)
        .web(true)?
        .typescript(false)
        // Pages pass the hashed address of the wasm; a default would be a second, wrong one.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output = bindgen.generate_output().context(
        "wasm-bindgen; when it speaks of versions, wasm-bindgen and wasm-bindgen-cli-support differ in Cargo.toml",
    )?;
    let exported = output
        .wasm()
        .exports
        .iter()
        .filter(|export| islands::is_export(&export.name))
        .count();
    ensure!(
        exported == declared,
        "{audience}.wasm exports {exported} islands, but app/src/islands/{audience} declares {declared}. \
         With none, `use app as _;` is missing in frontend; with fewer, a module is not compiled for this audience."
    );
    output.emit(out)
}

/// Where the npm package or Debian put this program. Missing ones are an error only where they are required.
fn tool(name: &str, tools: Tools) -> Result<Option<PathBuf>> {
    let places = [Path::new(NPM).join(name), Path::new("/usr/bin").join(name)];
    match (places.into_iter().find(|place| place.exists()), tools) {
        (Some(place), _) => Ok(Some(fs::canonicalize(place)?)),
        (None, Tools::Required) => {
            bail!("{name} is missing, and a release needs it: run `npm ci` in end2end")
        }
        (None, Tools::Optional) => {
            println!(
                "    without {name} (`npm ci` in end2end brings it): the files are larger than those of a release"
            );
            Ok(None)
        }
    }
}

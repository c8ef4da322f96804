//! Installing what a fresh machine lacks. What needs root is only done as root; otherwise the one line to run is said.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::run::{check, is_installed, output, step};

/// The Python environment of tests and of `fonts`.
pub(crate) const VENV: &str = "target/venv";

/// The oldest Node that the packages of `end2end` run on.
const NODE: u32 = 20;

/// The compiler's standard library for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib/wasm32-unknown-unknown/lib")
        .is_dir()
    {
        return Ok(());
    }
    step("install the wasm32 target", "10 s", || {
        check(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
    })
}

/// The programs of `end2end/package-lock.json`: binaryen, esbuild, Playwright.
///
/// Installed anew only when the lock file changed.
pub(crate) fn npm_packages() -> Result<()> {
    if !is_installed("npm") {
        debian_packages(&[("node", "nodejs"), ("npm", "npm")])?;
    }
    new_enough(&output(Command::new("node").arg("--version"))?)?;
    let lock = format!("{:x}", Digest256(&fs::read("end2end/package-lock.json")?));
    let stamp = Path::new("end2end/node_modules/.installed");
    if fs::read_to_string(stamp).is_ok_and(|stamped| stamped == lock) {
        return Ok(());
    }
    step("install the npm packages of end2end", "15 s", || {
        check(
            Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .current_dir("end2end"),
        )
    })?;
    Ok(fs::write(stamp, lock)?)
}

/// Is the Node that says it is `version`, such as `v20.20.2`, one that will do?
fn new_enough(version: &str) -> Result<()> {
    let major = version.trim().trim_start_matches('v').split('.').next();
    ensure!(
        major
            .and_then(|major| major.parse().ok())
            .is_some_and(|major: u32| major >= NODE),
        "this machine has Node {}, and the tools of the site and of the browser tests need {NODE} or newer; Debian has it \
         as `nodejs` from release 13 on, for others it is at https://nodejs.org",
        version.trim()
    );
    Ok(())
}

/// Makes sure that each program is there, given as (program, Debian package).
pub(crate) fn debian_packages(wanted: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(program, _)| !is_installed(program))
        .map(|(_, package)| *package)
        .collect();
    install(&missing)
}

/// Debian's PostgreSQL server, whose programs are not on the search path. The package without a number is the version of the
/// release at hand: 15 in Debian 12, 17 in Debian 13.
pub(crate) fn postgres_server() -> Result<()> {
    if crate::pg::bin_dir().is_ok() {
        Ok(())
    } else {
        install(&["postgresql"])
    }
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let line = format!(
        "apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    if !is_root()? || !is_installed("apt-get") {
        bail!(
            "missing on this machine: {}\nrun: sudo {line}",
            packages.join(" ")
        );
    }
    step(&format!("install {}", packages.join(" ")), "1 min", || {
        check(Command::new("apt-get").args(["update", "-qq"]))?;
        check(
            Command::new("sh")
                .args(["-c", &format!("{line} -qq >/dev/null")])
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    })
}

/// Is this process the superuser?
pub(crate) fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// A Python environment at [`VENV`] with `packages`, each pinned as `name==version`.
pub(crate) fn python_packages(packages: &[&str]) -> Result<()> {
    let python = format!("{VENV}/bin/python");
    if !Path::new(&python).exists() {
        step("make a Python environment", "5 s", || {
            check(Command::new("python3").args(["-m", "venv", VENV]))
        })?;
    }
    let installed =
        output(Command::new(&python).args(["-m", "pip", "freeze", "--disable-pip-version-check"]))?;
    let missing: Vec<&str> = packages
        .iter()
        .filter(|wanted| !installed.lines().any(|line| line == **wanted))
        .copied()
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    step(
        &format!("install {} for Python", missing.join(" ")),
        "20 s",
        || {
            check(
                Command::new(&python)
                    .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                    .args(missing),
            )
        },
    )
}

struct Digest256<'a>(&'a [u8]);

impl std::fmt::LowerHex for Digest256<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Sha256::digest(self.0)
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_told_what_is_needed() {
        for version in ["v20.0.0\n", "v22.11.0", "24.1.0"] {
            assert!(new_enough(version).is_ok(), "{version}");
        }
        for version in ["v18.20.4\n", "v9.0.0", ""] {
            let error = new_enough(version).expect_err(version).to_string();
            assert!(error.contains("need 20 or newer"), "{error}");
        }
    }
}

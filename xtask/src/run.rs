//! Running other programs: what is shown before, how long it took, what is said when it fails.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Goes to the root of the workspace, so that every path of this tool may be relative to it.
pub(crate) fn enter_root() -> Result<()> {
    // Looked for instead of remembered from the build: one target folder may serve several checkouts.
    let here = std::env::current_dir().context("there is no current folder")?;
    let root = here
        .ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file())
        .with_context(|| format!("{} is not inside a checkout of Nghe Dân", here.display()))?;
    std::env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))
}

/// Says what comes next and how long it usually takes, does it, and says how long it took.
pub(crate) fn step<T>(what: &str, expected: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {what} ({expected})");
    let start = Instant::now();
    let done = work().with_context(|| format!("failed: {what}"))?;
    println!("    done in {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}

/// `cargo`, building into `target` wherever the caller's own builds go: the paths of this tool count on it.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.env("CARGO_TARGET_DIR", "target");
    // `cargo xtask` tells this tool about its own package. Build scripts that look at these variables (ring's does)
    // would take it for a change, and the cryptography with all that stands on it be compiled again each time.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `command` with its output shown; anything but success is an error that names the command.
pub(crate) fn check(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", name(command)))?;
    if status.success() {
        Ok(())
    } else {
        bail!("{} ended with {status}", name(command))
    }
}

/// Runs `command` silently and returns its standard output; on failure the error holds what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", name(command)))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).context("output that is not UTF-8");
    }
    bail!(
        "{} ended with {}\n{}{}",
        name(command),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Is there a program of this name on the search path?
pub(crate) fn is_installed(program: &str) -> bool {
    // OpenSSL's is a command and not a flag.
    ["--version", "version"].iter().any(|version| {
        Command::new(program)
            .arg(version)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

fn name(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_shows_what_it_said() {
        let error = output(Command::new("sh").args(["-c", "echo because >&2; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("sh -c") && error.contains('3') && error.contains("because"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_program_is_not_installed() {
        assert!(!is_installed("no-such-program-anywhere"));
    }
}

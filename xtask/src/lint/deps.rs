//! Who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::run::{cargo, output};
use crate::site::AUDIENCES;

/// The arrows between our crates; one that is not listed here may depend on none.
const ARROWS: [(&str, &[&str]); 7] = [
    ("server", &["app", "service", "store", "report", "domain"]),
    ("app", &["service", "domain"]),
    ("frontend", &["app"]),
    ("service", &["store", "domain"]),
    ("store", &["domain"]),
    ("report", &["domain"]),
    ("bench", &["service", "store", "domain"]),
];

/// All that the pure crate may use: data (CSV is read from text, never from a file), digests, dates, ids, errors.
const DOMAIN: [&str; 7] = ["csv", "serde", "serde_json", "sha2", "thiserror", "time", "uuid"];

/// What would drag the server into the browser.
const NOT_IN_THE_BROWSER: [&str; 12] = [
    "sqlx",
    "tokio",
    "axum",
    "validator",
    "argon2",
    "store",
    "service",
    "report",
    "leptos_axum",
    "leptos_router",
    "leptos_meta",
    "fluent-templates",
];

/// A crate that only one of ours may name.
const ONLY_IN: [(&str, &str); 4] = [
    ("sqlx", "store"),
    ("hpke", "server"),
    ("axum-server", "server"),
    ("wasm-bindgen-cli-support", "xtask"),
];

/// Checks the manifests and the tree of the browser's build.
pub(crate) fn check_all() -> Result<()> {
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
    let crates = dependencies(&serde_json::from_str(&metadata)?)?;
    let broken = broken_rules(&crates);
    ensure!(
        broken.is_empty(),
        "dependency rules are broken:\n{}",
        broken.join("\n")
    );
    AUDIENCES
        .iter()
        .try_for_each(|(audience, _)| check_browser(audience))
}

/// Every crate of the workspace with what it names in its manifest, tests excepted.
fn dependencies(metadata: &Value) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists packages")?;
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a name is text");
    packages
        .iter()
        .map(|package| {
            let names = package["dependencies"]
                .as_array()
                .context("a package lists dependencies")?
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| text(&dependency["name"]))
                .collect::<Result<_>>()?;
            Ok((text(&package["name"])?, names))
        })
        .collect()
}

fn broken_rules(crates: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, dependencies) in crates {
        let allowed = ARROWS
            .iter()
            .find(|(from, _)| from == name)
            .map_or(&[][..], |(_, to)| to);
        for ours in dependencies
            .iter()
            .filter(|dependency| crates.contains_key(*dependency))
        {
            if !allowed.contains(&ours.as_str()) {
                broken.push(format!("{name} must not depend on {ours}"));
            }
        }
        for (only, place) in ONLY_IN
            .iter()
            .filter(|(only, place)| place != name && dependencies.contains(*only))
        {
            broken.push(format!("{name} must not depend on {only}: only {place} may"));
        }
        if name == "domain" {
            for other in dependencies
                .iter()
                .filter(|dependency| !DOMAIN.contains(&dependency.as_str()))
            {
                broken.push(format!("domain is pure and must not depend on {other}"));
            }
        }
    }
    broken
}

fn check_browser(audience: &str) -> Result<()> {
    let tree = output(
        cargo()
            .args([
                "tree",
                "--locked",
                "--package",
                "frontend",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .args([
                "--edges",
                "normal",
                "--prefix",
                "none",
                "--format",
                "{p}",
                "--features",
                audience,
            ]),
    )?;
    match forbidden_in_browser(&tree) {
        found if found.is_empty() => Ok(()),
        found => bail!("the browser's build for {audience} holds {}", found.join(", ")),
    }
}

/// `tree` has a line `name vVERSION …` a package.
fn forbidden_in_browser(tree: &str) -> Vec<&str> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    names
        .into_iter()
        .filter(|name| NOT_IN_THE_BROWSER.contains(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(list: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        list.iter()
            .map(|(name, all)| {
                (
                    (*name).to_owned(),
                    all.iter().map(|one| (*one).to_owned()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn the_arrows_as_drawn_are_allowed() {
        let drawn = crates(&[
            ("server", &["app", "store", "domain", "axum", "axum-server"]),
            ("app", &["service", "domain", "leptos"]),
            ("service", &["store", "domain"]),
            ("store", &["domain", "sqlx"]),
            ("domain", &["serde", "time"]),
        ]);
        assert_eq!(broken_rules(&drawn), Vec::<String>::new());
    }

    #[test]
    fn each_rule_finds_its_breach() {
        let wrong = crates(&[
            ("store", &["app", "sqlx"]),
            ("app", &["sqlx", "store"]),
            ("domain", &["rand"]),
        ]);
        assert_eq!(
            broken_rules(&wrong),
            [
                "app must not depend on store",
                "app must not depend on sqlx: only store may",
                "domain is pure and must not depend on rand",
                "store must not depend on app",
            ]
        );
    }

    #[test]
    fn the_browser_is_kept_free_of_the_server() {
        let tree = "frontend v0.1.0 (/x/frontend)\napp v0.1.0\ntokio v1.54.1\ntokio-util v0.7.1\n";
        assert_eq!(forbidden_in_browser(tree), ["tokio"]);
    }
}

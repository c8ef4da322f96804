//! What a page may weigh on the way to a browser.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::site::{AUDIENCES, SIZES};

/// The two weights that every page uses; the third is for the one big number on a results page.
const PAGE_FONTS: [&str; 2] = ["fonts/be-vietnam-pro-400.woff2", "fonts/be-vietnam-pro-600.woff2"];
const PAGE_FONTS_LIMIT: u64 = 25_000;

/// Compares the last build with the budgets, as sent to a browser that takes brotli.
pub(crate) fn check_all() -> Result<()> {
    let sizes = serde_json::from_str(&fs::read_to_string(SIZES)?)?;
    for (audience, limit) in AUDIENCES {
        hold(
            &sizes,
            audience,
            &[&format!("{audience}.wasm"), &format!("{audience}.js")],
            limit,
        )?;
    }
    hold(&sizes, "the fonts of a page", &PAGE_FONTS, PAGE_FONTS_LIMIT)
}

fn hold(sizes: &Value, what: &str, files: &[&str], limit: u64) -> Result<()> {
    let mut total = 0;
    for entry in files.iter().filter_map(|file| sizes.get(file)) {
        total += entry
            .get("brotli")
            .and_then(Value::as_u64)
            .context("a size is a whole number")?;
    }
    println!("    {what}: {total} of {limit} bytes");
    ensure!(
        total <= limit,
        "{what}: {total} bytes are {} more than the budget of {limit}",
        total - limit
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_counts_all_files_together() {
        let sizes = serde_json::json!({ "a.wasm": { "brotli": 60 }, "a.js": { "brotli": 41 } });
        assert!(hold(&sizes, "a", &["a.wasm", "a.js"], 101).is_ok());
        let error = hold(&sizes, "a", &["a.wasm", "a.js"], 100)
            .unwrap_err()
            .to_string();
        assert!(error.contains("1 more"), "{error}");
    }
}

//! Style sheets: bundled along `@import`, minified, linked to the hashed fonts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

use super::{Assets, collect};

/// The oldest browsers that get the whole design; versions are major << 16.
const BROWSERS: Browsers = Browsers {
    chrome: Some(109 << 16),
    android: Some(109 << 16),
    edge: Some(109 << 16),
    firefox: Some(115 << 16),
    safari: Some(16 << 16),
    ios_saf: Some(16 << 16),
    samsung: Some(20 << 16),
    opera: None,
    ie: None,
};

/// Builds every style sheet of `folder` that no other one imports.
pub(crate) fn build(folder: &Path, assets: &mut Assets) -> Result<()> {
    let mut sheets = Vec::new();
    collect(folder, &mut sheets)?;
    sheets.retain(|sheet| sheet.extension().is_some_and(|extension| extension == "css"));
    sheets.sort();
    let imported = imported(&sheets)?;
    for sheet in sheets.iter().filter(|sheet| !imported.contains(*sheet)) {
        let name = sheet
            .file_name()
            .and_then(|name| name.to_str())
            .context("a style sheet whose name is not UTF-8")?;
        let text = assets.link(&bundle(sheet)?);
        ensure!(
            !text.contains("url(/fonts/"),
            "{} asks for a font that public/fonts does not have",
            sheet.display()
        );
        assets.add(name, text.as_bytes())?;
    }
    Ok(())
}

/// The sheets that another one imports.
fn imported(sheets: &[PathBuf]) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for sheet in sheets {
        let text = fs::read_to_string(sheet)?;
        let folder = sheet.parent().context("a style sheet has a folder")?;
        for line in text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("@import"))
        {
            let path = line
                .split(['"', '\''])
                .nth(1)
                .with_context(|| format!("{}: @import{line}", sheet.display()))?;
            found.insert(folder.join(path.trim_start_matches("./")));
        }
    }
    Ok(found)
}

fn bundle(sheet: &Path) -> Result<String> {
    let files = FileProvider::new();
    let targets = Targets::from(BROWSERS);
    // The errors borrow the texts in `files`, so they are turned into words here.
    let mut bundled = Bundler::new(&files, None, ParserOptions::default())
        .bundle(sheet)
        .map_err(|error| anyhow!("{}: {error}", sheet.display()))?;
    bundled
        .minify(MinifyOptions {
            targets,
            ..MinifyOptions::default()
        })
        .map_err(|error| anyhow!("{}: {error}", sheet.display()))?;
    let printed = bundled.to_css(PrinterOptions {
        minify: true,
        targets,
        ..PrinterOptions::default()
    })?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_bundled_and_only_the_roots_are_served() {
        let folder = tempfile::tempdir().unwrap();
        let style = folder.path().join("style");
        fs::create_dir(&style).unwrap();
        fs::write(
            style.join("site.css"),
            "@import \"./tokens.css\";\na { color: var(--ink); }\n",
        )
        .unwrap();
        fs::write(style.join("tokens.css"), ":root { --ink: #123456; }\n").unwrap();
        let mut assets = Assets::new(&folder.path().join("out")).unwrap();
        build(&style, &mut assets).unwrap();
        assets.finish().unwrap();
        let manifest = fs::read_to_string(folder.path().join("out/manifest.json")).unwrap();
        let names: std::collections::BTreeMap<String, String> = serde_json::from_str(&manifest).unwrap();
        assert_eq!(names.keys().collect::<Vec<_>>(), ["site.css"]);
        let css = fs::read_to_string(folder.path().join("out/pkg").join(&names["site.css"])).unwrap();
        assert_eq!(css, ":root{--ink:#123456}a{color:var(--ink)}");
    }

    #[test]
    fn a_broken_sheet_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("site.css"), "a { color: red; } }}").unwrap();
        let mut assets = Assets::new(&folder.path().join("out")).unwrap();
        let error = build(folder.path(), &mut assets).unwrap_err().to_string();
        assert!(error.contains("site.css"), "{error}");
    }
}

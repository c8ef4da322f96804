//! Files for whoever translates: every text with its Vietnamese and English words beside the place for the new ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use app::i18n::{Locale, sources};
use domain::questionnaire::Version;
use domain::text::Language;
use service::languages::VersionName;

use super::{Entry, INTERFACE, MANIFEST, QUESTIONNAIRES};

/// Writes what is not there yet of a pack, and gives the files written.
pub fn write(
    folder: &Path,
    language: &Language,
    name: &str,
    published: &[&Version],
) -> anyhow::Result<Vec<PathBuf>> {
    if Locale::of(language).is_some() {
        bail!("the program has its own {language} texts; make voice/ in a folder {language} for recordings");
    }
    let pack = folder.join(language.as_str());
    let mut written = Vec::new();
    let manifest = format!(
        "# What those who speak the language call it.\nname = {name:?}\n# Or \"rtl\".\ndirection = \"ltr\"\n\
         # A file of this folder, where devices may lack the script.\n# font = \"font.woff2\"\n\
         # Who translated, who spoke, who checked.\n# source = \"\"\n"
    );
    write_new(&pack.join(MANIFEST), &manifest, &mut written)?;
    write_new(&pack.join(INTERFACE), &interface(), &mut written)?;
    for version in published
        .iter()
        .filter(|version| !version.definition().import_only)
    {
        let name = VersionName::of(version);
        let path = pack
            .join(QUESTIONNAIRES)
            .join(name.key)
            .join(format!("{}.json", name.version));
        let mut text = serde_json::to_string_pretty(&entries(version))?;
        text.push('\n');
        write_new(&path, &text, &mut written)?;
    }
    Ok(written)
}

/// The interface with every text commented out: what is to be said is put in and the mark taken away.
fn interface() -> String {
    let mut text = String::from(
        "# Put the translation behind the sign = and take the mark # before the key away. What stands in { } goes along.\n",
    );
    for source in sources() {
        let comment = |words: &str| words.replace('\n', "\n# ");
        let _ = write!(
            text,
            "\n# {}\n# {}\n# {} =\n",
            comment(&source.vi),
            comment(&source.en),
            source.key
        );
    }
    text
}

fn entries(version: &Version) -> BTreeMap<String, Entry> {
    let wording = version.wording().into_iter().map(|(name, text)| {
        let entry = Entry {
            vi: text.get(&Language::vi()).to_owned(),
            en: text.get(&Language::en()).to_owned(),
            text: String::new(),
        };
        (name, entry)
    });
    wording.collect()
}

/// Writes a file unless it is there: whatever was translated stays.
fn write_new(path: &Path, text: &str, written: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let context = || format!("cannot write {}", path.display());
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(context)?;
    file.write_all(text.as_bytes()).with_context(context)?;
    written.push(path.to_owned());
    Ok(())
}

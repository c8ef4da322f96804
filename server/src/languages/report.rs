//! What a pack lacks, and what in it is of no use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use app::i18n::{Findings, Interface, Locale, sources};
use domain::questionnaire::Version;
use domain::text::Language;
use service::languages::{Pack, VersionName};

use super::Folder;

/// What was found about one pack.
#[derive(Debug)]
pub struct Report {
    language: Language,
    interface: Findings,
    versions: Vec<VersionReport>,
    /// Recordings of keys that the interface does not have.
    unknown_voices: Vec<String>,
    /// Versions in the pack that are not published here.
    unpublished: Vec<VersionName>,
}

/// What was found about one version.
#[derive(Debug, PartialEq, Eq)]
struct VersionReport {
    name: VersionName,
    texts: usize,
    missing: Vec<String>,
    unknown: Vec<String>,
    /// Texts whose Vietnamese is another than what was translated.
    outdated: Vec<String>,
    /// How many texts have a recording.
    recorded: usize,
    unknown_voices: Vec<String>,
    /// The pack has no text of it, so it is not asked in the language.
    is_untouched: bool,
}

impl Report {
    /// Compares a pack with what is published here.
    pub fn of(pack: &Pack, folder: &Folder, interface: &Interface, published: &[&Version]) -> Self {
        // The program's own languages have their texts, so only recordings are of interest.
        let is_own = Locale::of(&pack.language).is_some();
        let findings = if is_own {
            Findings::default()
        } else {
            interface.check(pack)
        };
        let versions: Vec<VersionReport> = published
            .iter()
            .filter(|version| !version.definition().import_only)
            .map(|version| version_report(pack, folder, version, is_own))
            .collect();
        let keys: BTreeSet<String> = sources().into_iter().map(|source| source.key).collect();
        let known: BTreeSet<&VersionName> = versions.iter().map(|version| &version.name).collect();
        Self {
            language: pack.language.clone(),
            interface: findings,
            unknown_voices: folder
                .voices
                .iter()
                .filter(|key| !keys.contains(*key))
                .cloned()
                .collect(),
            unpublished: pack
                .questionnaires
                .keys()
                .filter(|name| !known.contains(name))
                .cloned()
                .collect(),
            versions,
        }
    }

    /// Nothing is missing, and everything is of use. Recordings may be missing, and whole versions.
    pub fn is_complete(&self) -> bool {
        self.interface == Findings::default()
            && self.unknown_voices.is_empty()
            && self.unpublished.is_empty()
            && self.versions.iter().all(|version| {
                let lists = [
                    &version.missing,
                    &version.unknown,
                    &version.outdated,
                    &version.unknown_voices,
                ];
                lists.into_iter().all(Vec::is_empty)
            })
    }
}

fn version_report(pack: &Pack, folder: &Folder, version: &Version, is_own: bool) -> VersionReport {
    let name = VersionName::of(version);
    let wording = version.wording();
    let vietnamese: BTreeMap<&str, &str> = wording
        .iter()
        .map(|(name, text)| (name.as_str(), text.get(&Language::vi())))
        .collect();
    let entries = folder.questionnaires.get(&name);
    let translation = pack.questionnaires.get(&name);
    let translated = |name: &str| translation.is_some_and(|known| known.wording.contains_key(name));
    let is_untouched = translation.is_none_or(|known| known.wording.is_empty());
    let published_in = version.definition().languages.contains(&pack.language);
    let names = |keep: &dyn Fn(&str) -> bool| -> Vec<String> {
        vietnamese
            .keys()
            .copied()
            .filter(|name| keep(name))
            .map(str::to_owned)
            .collect()
    };
    let voices = translation.map(|known| &known.voices);
    let unknown = |names: Vec<&String>| -> Vec<String> {
        names
            .into_iter()
            .filter(|name| !vietnamese.contains_key(name.as_str()))
            .cloned()
            .collect()
    };
    VersionReport {
        texts: vietnamese.len(),
        missing: names(&|name| !is_own && !published_in && !is_untouched && !translated(name)),
        unknown: unknown(
            entries
                .map(|entries| entries.keys().collect())
                .unwrap_or_default(),
        ),
        outdated: names(&|name| {
            let entry = entries.and_then(|entries| entries.get(name));
            entry.is_some_and(|entry| {
                !entry.text.is_empty()
                    && !entry.vi.is_empty()
                    && vietnamese.get(name) != Some(&entry.vi.as_str())
            })
        }),
        recorded: names(&|name| voices.is_some_and(|voices| voices.contains_key(name))).len(),
        unknown_voices: unknown(voices.map(|voices| voices.keys().collect()).unwrap_or_default()),
        is_untouched: is_untouched && !is_own && !published_in,
        name,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let language = &self.language;
        let mut list = |what: &str, names: &[String]| -> fmt::Result {
            names
                .iter()
                .try_for_each(|name| writeln!(f, "{language}\t{what}\t{name}"))
        };
        list("interface, missing", &self.interface.missing)?;
        list("interface, unknown", &self.interface.unknown)?;
        let parameters: Vec<String> = self
            .interface
            .parameters
            .iter()
            .map(|(key, parameter)| format!("{key} uses ${parameter}, which it is not given"))
            .collect();
        list("interface, parameter", &parameters)?;
        list("interface, recording of no text", &self.unknown_voices)?;
        for version in &self.versions {
            let of = format!("{} {}", version.name.key, version.name.version);
            list(&format!("{of}, missing"), &version.missing)?;
            list(&format!("{of}, unknown"), &version.unknown)?;
            list(&format!("{of}, Vietnamese changed"), &version.outdated)?;
            list(&format!("{of}, recording of no text"), &version.unknown_voices)?;
        }
        for name in &self.unpublished {
            writeln!(f, "{language}\t{} {}\tnot published here", name.key, name.version)?;
        }
        for version in &self.versions {
            let VersionReport {
                name,
                texts,
                missing,
                recorded,
                ..
            } = version;
            if version.is_untouched {
                writeln!(
                    f,
                    "{language}\t{} {}\tnot translated, so not asked in it",
                    name.key, name.version
                )?;
                continue;
            }
            writeln!(
                f,
                "{language}\t{} {}\t{} of {texts} texts, {recorded} recordings",
                name.key,
                name.version,
                texts - missing.len(),
            )?;
        }
        Ok(())
    }
}

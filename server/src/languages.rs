//! Language packs as folders of files, and their fonts and recordings as files that browsers ask for.
//!
//! `docs/languages.md` describes the folder. Files are read once, when the server starts.

mod files;
mod report;
mod template;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use app::i18n::{Interface, Interfaces, Locale, sources};
use axum::Router;
use domain::questionnaire::Wording;
use domain::text::{Direction, Language};
use serde::{Deserialize, Serialize};
use service::languages::{Languages, Pack, Translation, VersionName};

use files::Files;

pub use report::Report;
pub use template::write as write_template;

/// The file that makes a folder a pack.
const MANIFEST: &str = "language.toml";
const INTERFACE: &str = "interface.ftl";
const QUESTIONNAIRES: &str = "questionnaires";
const VOICE: &str = "voice";
/// The folder with the recordings of interface texts.
const VOICE_INTERFACE: &str = "interface";
/// What browsers play and what fonts they take, with their media types.
const SOUNDS: [(&str, &str); 6] = [
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("webm", "audio/webm"),
    ("wav", "audio/wav"),
];
const FONTS: [(&str, &str); 1] = [("woff2", "font/woff2")];

/// Packs with the files that go with them.
#[derive(Default)]
pub struct Loaded {
    pub languages: Languages,
    /// The interface in these languages.
    pub interfaces: Interfaces,
    /// What the files hold, as written, for [`Report`]; in the order of `interfaces`.
    pub folders: Vec<Folder>,
    files: Files,
}

/// What the files of one pack say of questionnaires.
#[derive(Debug)]
pub struct Folder {
    pub language: Language,
    /// The entries of each version.
    pub questionnaires: BTreeMap<VersionName, BTreeMap<String, Entry>>,
    /// The keys of the interface that have a recording.
    pub voices: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    #[serde(default)]
    direction: Direction,
    /// A font file of the folder, for scripts that few devices have.
    font: Option<String>,
    /// Who translated and spoke, and by which decision; for people who read the file.
    #[serde(rename = "source")]
    _source: Option<String>,
}

/// A text of a questionnaire with its translation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The Vietnamese words that were translated; a check tells when these are no longer what is asked.
    #[serde(default)]
    pub vi: String,
    /// The English words, for whoever translates.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// The translation; empty until there is one.
    pub text: String,
}

/// Reads every pack of a folder.
///
/// # Errors
///
/// Names the file, the place in it, and what to change.
pub fn load(folder: &Path) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let (mut packs, mut interfaces) = (Vec::new(), Vec::new());
    for path in entries(folder)? {
        if path.is_dir() {
            let (pack, interface, folder) = pack(&path, &mut loaded.files)?;
            packs.push(pack);
            interfaces.push(interface);
            loaded.folders.push(folder);
        }
    }
    loaded.languages = Languages::new(packs);
    loaded.interfaces = Interfaces::keep(interfaces);
    Ok(loaded)
}

impl Loaded {
    /// Routes to fonts, style sheets and recordings.
    pub fn routes(&self) -> Router {
        self.files.routes()
    }
}

fn pack(path: &Path, files: &mut Files) -> anyhow::Result<(Pack, Interface, Folder)> {
    let tag = name_of(path)?;
    let language = Language::parse(tag)
        .filter(|language| language.as_str() == tag)
        .ok_or_else(|| anyhow!("{}: name the folder by a language tag such as km", path.display()))?;
    let manifest_path = path.join(MANIFEST);
    let manifest: Manifest = toml::from_str(&text(&manifest_path)?)
        .with_context(|| format!("cannot use {}", manifest_path.display()))?;
    let interface_path = path.join(INTERFACE);
    let interface = if interface_path.exists() {
        text(&interface_path)?
    } else {
        String::new()
    };
    let mut questionnaires: BTreeMap<VersionName, Translation> = BTreeMap::new();
    let mut written = BTreeMap::new();
    for (name, file) in versions(&path.join(QUESTIONNAIRES), Kind::File)? {
        let entries: BTreeMap<String, Entry> =
            serde_json::from_str(&text(&file)?).with_context(|| format!("cannot use {}", file.display()))?;
        let translated = entries.iter().filter(|(_, entry)| !entry.text.trim().is_empty());
        let wording: Wording = translated
            .map(|(name, entry)| (name.clone(), entry.text.clone()))
            .collect();
        questionnaires.entry(name.clone()).or_default().wording = wording;
        written.insert(name, entries);
    }
    let locale = Locale::of(&language);
    if locale.is_some() && !(interface.is_empty() && written.is_empty()) {
        bail!(
            "{}: the program's own {tag} texts cannot be replaced; a pack of {tag} holds recordings only",
            path.display()
        );
    }
    let voice = path.join(VOICE);
    for (name, folder) in versions(&voice, Kind::Folder)? {
        questionnaires.entry(name).or_default().voices = recordings(&folder, files)?;
    }
    let by_key = recordings(&voice.join(VOICE_INTERFACE), files)?;
    let sheet = manifest
        .font
        .map(|font| sheet(&language, &path.join(font), files))
        .transpose()?;
    let folder = Folder {
        language: language.clone(),
        questionnaires: written,
        voices: by_key.keys().cloned().collect(),
    };
    let mut pack = Pack {
        language,
        name: manifest.name,
        direction: manifest.direction,
        sheet,
        interface,
        is_partial: false,
        voices: BTreeMap::new(),
        questionnaires,
    };
    let interface =
        Interface::read(&pack).map_err(|error| anyhow!("{}: {error}", interface_path.display()))?;
    let words = |key: &str| match locale {
        Some(locale) => sources()
            .iter()
            .any(|source| source.key == key)
            .then(|| locale.t(key)),
        None => interface.texts().get(key).cloned(),
    };
    pack.voices = by_key
        .into_iter()
        .filter_map(|(key, address)| Some((words(&key)?, address)))
        .collect();
    pack.is_partial = locale.is_none() && interface.is_partial();
    Ok((pack, interface, folder))
}

/// A style sheet that gives a language its font; Vietnamese that stands in keeps its own.
fn sheet(language: &Language, font: &Path, files: &mut Files) -> anyhow::Result<String> {
    let font = files.add(language.as_str(), font, &FONTS)?;
    let sheet = format!(
        "@font-face{{font-family:\"pack {language}\";src:url(\"{font}\") format(\"woff2\");font-display:swap}}\n\
         :lang({language}){{font-family:\"pack {language}\",var(--font)}}\n\
         :lang(vi),:lang(en){{font-family:var(--font)}}\n"
    );
    Ok(files.add_text(language.as_str(), "css", "text/css; charset=utf-8", sheet))
}

/// The recordings of a folder, each named by the text that it speaks.
fn recordings(folder: &Path, files: &mut Files) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    for file in entries(folder)?.into_iter().filter(|file| file.is_file()) {
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
            .to_owned();
        let address = files.add("voice", &file, &SOUNDS)?;
        if found.insert(name, address).is_some() {
            bail!(
                "{}: there are two recordings of this text; keep one",
                file.display()
            );
        }
    }
    Ok(found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// What stands at `KEY/VERSION` or `KEY/VERSION.json` below a folder.
fn versions(folder: &Path, kind: Kind) -> anyhow::Result<Vec<(VersionName, PathBuf)>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for by_key in entries(folder)? {
        let key = name_of(&by_key)?;
        if !by_key.is_dir() {
            bail!(
                "{}: put it into a folder named by the questionnaire, such as desk-rating",
                by_key.display()
            );
        }
        if kind == Kind::Folder && key == VOICE_INTERFACE {
            continue;
        }
        for path in entries(&by_key)? {
            let version = match kind {
                Kind::Folder => name_of(&path)?,
                Kind::File => name_of(&path)?.strip_suffix(".json").ok_or_else(|| {
                    anyhow!("{}: name the file by the version, such as 1.json", path.display())
                })?,
            };
            let name = VersionName {
                key: key.to_owned(),
                version: version.to_owned(),
            };
            found.push((name, path.clone()));
        }
    }
    Ok(found)
}

/// What is in a folder, in the order of names, without hidden files.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = read
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(|| format!("cannot read {}", folder.display()))?;
    paths.retain(|path| name_of(path).is_ok_and(|name| !name.starts_with('.')));
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> anyhow::Result<&str> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.ok_or_else(|| anyhow!("{}: the name is no text", path.display()))
}

fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

//! The output folder: hashed names, the manifest, compressed twins.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{collect, hex};

/// Kinds of files that shrink when they are compressed; the others are compressed already.
const COMPRESSIBLE: [&str; 9] = [
    "css",
    "html",
    "ico",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
];

/// The site while it is built.
pub(crate) struct Assets {
    root: PathBuf,
    /// Logical name to the name in `pkg`.
    names: BTreeMap<String, String>,
    /// Logical name to (bytes, bytes as sent to a browser that takes brotli).
    sizes: BTreeMap<String, (u64, u64)>,
}

impl Assets {
    pub(crate) fn new(root: &Path) -> Result<Self> {
        fs::create_dir_all(root.join("pkg"))?;
        Ok(Self {
            root: root.to_owned(),
            names: BTreeMap::new(),
            sizes: BTreeMap::new(),
        })
    }

    /// Puts `content` into `pkg` under a name that changes with it.
    pub(crate) fn add(&mut self, logical: &str, content: &[u8]) -> Result<()> {
        let name = hashed(logical, content)?;
        self.write(&Path::new("pkg").join(&name), logical, content)?;
        self.names.insert(logical.to_owned(), name);
        Ok(())
    }

    /// Every font of `folder`, as `fonts/NAME` in the manifest.
    pub(crate) fn add_fonts(&mut self, folder: &Path) -> Result<()> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        files.sort();
        for file in files
            .iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "woff2"))
        {
            let name = file
                .file_name()
                .and_then(|name| name.to_str())
                .context("a font whose name is not UTF-8")?;
            self.add(&format!("fonts/{name}"), &fs::read(file)?)?;
        }
        Ok(())
    }

    /// `text` with every `/LOGICAL` of an asset that exists replaced by the address it is served at.
    pub(crate) fn link(&self, text: &str) -> String {
        self.names
            .iter()
            .filter(|(logical, _)| logical.contains('/'))
            .fold(text.to_owned(), |text, (logical, name)| {
                text.replace(&format!("/{logical}"), &format!("/pkg/{name}"))
            })
    }

    /// Copies what keeps its name. Fonts do not: the style sheets ask for them by their hashed names.
    pub(crate) fn copy_public(&mut self, folder: &Path) -> Result<()> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        for file in files {
            let relative = file.strip_prefix(folder)?;
            if file.extension().is_some_and(|extension| extension == "woff2") {
                continue;
            }
            let logical = relative
                .to_str()
                .context("a public file whose name is not UTF-8")?
                .to_owned();
            self.write(relative, &logical, &fs::read(&file)?)?;
        }
        Ok(())
    }

    /// Writes the manifest; prints and returns the sizes.
    pub(crate) fn finish(self) -> Result<Value> {
        fs::write(
            self.root.join("manifest.json"),
            serde_json::to_vec_pretty(&self.names)?,
        )?;
        let sizes: serde_json::Map<_, _> = self
            .sizes
            .iter()
            .map(|(logical, (bytes, sent))| (logical.clone(), json!({ "bytes": bytes, "brotli": sent })))
            .collect();
        for (logical, (bytes, sent)) in &self.sizes {
            println!("    {logical:<40} {bytes:>9} bytes, {sent:>8} sent");
        }
        Ok(Value::Object(sizes))
    }

    fn write(&mut self, relative: &Path, logical: &str, content: &[u8]) -> Result<()> {
        let path = self.root.join(relative);
        fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        fs::write(&path, content)?;
        let extension = relative
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        let sent = if COMPRESSIBLE.contains(&extension) {
            compress(&path, content)?
        } else {
            content.len()
        };
        self.sizes
            .insert(logical.to_owned(), (content.len() as u64, sent as u64));
        Ok(())
    }
}

/// `fonts/a.woff2` becomes `a.HASH.woff2`: `pkg` is flat.
fn hashed(logical: &str, content: &[u8]) -> Result<String> {
    let name = logical.rsplit('/').next().unwrap_or(logical);
    let (stem, extension) = name
        .rsplit_once('.')
        .with_context(|| format!("{name} has no extension"))?;
    Ok(format!(
        "{stem}.{}.{extension}",
        &hex(&Sha256::digest(content))[..12]
    ))
}

/// Writes the `.br` and `.gz` twins of a file and returns how many bytes the first has.
fn compress(path: &Path, content: &[u8]) -> Result<usize> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    fs::write(twin(path, "br"), &packed)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    fs::write(twin(path, "gz"), encoder.finish()?)?;
    Ok(packed.len())
}

fn twin(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_name_follows_the_content() {
        let one = hashed("fonts/a.woff2", b"one").unwrap();
        let parts: Vec<&str> = one.split('.').collect();
        assert!(
            matches!(parts[..], ["a", hash, "woff2"] if hash.len() == 12),
            "{one}"
        );
        assert_ne!(one, hashed("fonts/a.woff2", b"two").unwrap());
        assert!(hashed("fonts/a", b"").is_err());
    }

    #[test]
    fn both_twins_hold_what_the_file_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.css");
        let content = b"a{color:red}".repeat(100);
        let size = compress(&path, &content).unwrap();
        let packed = fs::read(twin(&path, "br")).unwrap();
        assert_eq!(packed.len(), size);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*packed, &mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        unpacked.clear();
        flate2::read::GzDecoder::new(&*fs::read(twin(&path, "gz")).unwrap())
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, content);
    }

    #[test]
    fn style_sheets_link_to_hashed_fonts() {
        let folder = tempfile::tempdir().unwrap();
        let mut assets = Assets::new(folder.path()).unwrap();
        assets.add("fonts/a.woff2", b"glyphs").unwrap();
        let linked = assets.link("src:url(/fonts/a.woff2),url(/fonts/b.woff2)");
        let name = hashed("fonts/a.woff2", b"glyphs").unwrap();
        assert_eq!(linked, format!("src:url(/pkg/{name}),url(/fonts/b.woff2)"));
        assert!(folder.path().join("pkg").join(name).exists());
    }
}

//! Counting islands. A wasm file that lost its exports builds and loads without an error, and every page it serves
//! stays dead, so the number in the sources and the number in the file are compared.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::collect;

/// How many `#[island]`s the audience has, in `AUDIENCE.rs` and below `AUDIENCE/`.
pub(crate) fn declared(folder: &Path, audience: &str) -> Result<usize> {
    let mut files = Vec::new();
    collect(&folder.join(format!("{audience}.rs")), &mut files)?;
    collect(&folder.join(audience), &mut files)?;
    let mut count = 0;
    for file in files {
        count += fs::read_to_string(file)?
            .lines()
            .filter(|line| is_attribute(line.trim_start()))
            .count();
    }
    Ok(count)
}

fn is_attribute(line: &str) -> bool {
    line.starts_with("#[island]") || line.starts_with("#[island(")
}

/// Does leptos export an island under this name? The macro makes `Name_HASH`, the hash a decimal number.
pub(crate) fn is_export(name: &str) -> bool {
    name.rsplit_once('_').is_some_and(|(island, hash)| {
        island.starts_with(|first: char| first.is_ascii_uppercase())
            && !hash.is_empty()
            && hash.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_and_mentions_are_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("citizen")).unwrap();
        fs::write(
            folder.path().join("citizen.rs"),
            "//! Every #[island] of a citizen.\n    #[island]\nfn A() {}",
        )
        .unwrap();
        fs::write(
            folder.path().join("citizen/likert.rs"),
            "#[island(lazy)]\nfn B() {}\n// #[island]\n",
        )
        .unwrap();
        fs::write(folder.path().join("desk.rs"), "#[island]\nfn C() {}").unwrap();
        assert_eq!(declared(folder.path(), "citizen").unwrap(), 2);
        assert_eq!(declared(folder.path(), "staff").unwrap(), 0);
    }

    #[test]
    fn only_islands_are_islands() {
        assert!(is_export("Likert_1180373424"));
        for other in [
            "wake",
            "memory",
            "__wbindgen_malloc",
            "wasm_bindgen_1",
            "Likert_",
            "Likert_x1",
        ] {
            assert!(!is_export(other), "{other}");
        }
    }
}

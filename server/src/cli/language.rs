//! `nghe-dan language`: the packs of further languages.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use domain::questionnaire::Version;
use domain::text::Language;
use service::Service;

use super::open;
use crate::config::Common;
use crate::languages::{self, Report, write_template};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print what the packs lack and what in them is of no use; fails when there is anything
    Check {
        /// Only the pack of this language
        #[arg(value_parser = language)]
        language: Option<Language>,
    },
    /// Write the files of a new pack, with every text to translate; what is there stays
    Template {
        /// The language's tag, such as km
        #[arg(value_parser = language)]
        language: Language,
        /// What those who speak it call it
        #[arg(long)]
        name: Option<String>,
    },
}

pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<()> {
    let folder = common
        .languages
        .as_deref()
        .context("say with --languages which folder holds the packs")?;
    let service = open::for_command(common).await?;
    let done = match command {
        Command::Check { language } => check(&service, folder, language.as_ref()),
        Command::Template { language, name } => {
            let name = name.unwrap_or_else(|| language.own_name().to_owned());
            template(&service, folder, &language, &name)
        }
    };
    service.close().await;
    done
}

fn check(service: &Service, folder: &Path, only: Option<&Language>) -> anyhow::Result<()> {
    let loaded = languages::load(folder)?;
    let versions = service.versions();
    let published: Vec<&Version> = versions.iter().map(|stored| stored.version.as_ref()).collect();
    let mut out = io::stdout().lock();
    let (mut checked, mut complete) = (0, true);
    for (folder, interface) in loaded.folders.iter().zip(loaded.interfaces.all()) {
        let pack = loaded
            .languages
            .pack(&folder.language)
            .filter(|pack| only.is_none_or(|only| *only == pack.language));
        let Some(pack) = pack else { continue };
        let report = Report::of(pack, folder, interface, &published);
        write!(out, "{report}")?;
        checked += 1;
        complete &= report.is_complete();
    }
    if checked == 0 {
        bail!("{}: there is no such pack", folder.display());
    }
    if !complete {
        bail!("something is missing or of no use; what is missing is shown in Vietnamese");
    }
    Ok(())
}

fn template(service: &Service, folder: &Path, language: &Language, name: &str) -> anyhow::Result<()> {
    let versions = service.versions();
    let published: Vec<&Version> = versions.iter().map(|stored| stored.version.as_ref()).collect();
    let written = write_template(folder, language, name, &published)?;
    let mut out = io::stdout().lock();
    for path in written {
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}

fn language(text: &str) -> Result<Language, String> {
    Language::try_from(text.to_owned())
}

//! `nghe-dan migrate`, `import-units` and `import-questionnaire`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use domain::questionnaire::Version;
use domain::unit::import;
use service::languages::Languages;
use store::catalogue::UnitRows;

use super::open::{self, Schema};
use crate::config::Common;

#[derive(Debug, Args)]
pub(super) struct Units {
    /// CSV file; `docs/units.md` describes its columns
    file: PathBuf,
    /// Report what would change, and change nothing
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Args)]
pub(super) struct Questionnaire {
    /// JSON file of one version; `docs/questionnaires.md` describes it
    file: PathBuf,
    /// Report what is wrong with the file, and publish nothing
    #[arg(long)]
    check: bool,
}

pub(super) async fn migrate(common: &Common) -> anyhow::Result<()> {
    let opened = open::open(common, Schema::Migrate, 64, Languages::default()).await?;
    opened.service.load_shipped().await?;
    opened.service.close().await;
    Ok(())
}

pub(super) async fn units(common: &Common, arguments: &Units) -> anyhow::Result<()> {
    let text = read(&arguments.file)?;
    let service = open::for_command(common).await?;
    let imported = match import::read(&text, &service.units()) {
        Ok(imported) => imported,
        Err(refusals) => {
            let mut err = io::stderr().lock();
            for refusal in &refusals {
                let column = refusal
                    .column
                    .map_or_else(String::new, |column| format!(", {column}"));
                writeln!(
                    err,
                    "{}, line {}{column}: {}",
                    arguments.file.display(),
                    refusal.line,
                    refusal.en()
                )?;
            }
            bail!("{} rows refused; nothing was changed", refusals.len());
        }
    };
    if !arguments.check && !imported.units.is_empty() {
        service
            .put_units(&UnitRows {
                units: imported.units,
                successions: Vec::new(),
            })
            .await?;
    }
    let (new, changed, unchanged) = (imported.new, imported.changed, imported.unchanged);
    writeln!(
        io::stdout(),
        "{new} new, {changed} changed, {unchanged} unchanged"
    )?;
    service.close().await;
    Ok(())
}

pub(super) async fn questionnaire(common: &Common, arguments: &Questionnaire) -> anyhow::Result<()> {
    let text = read(&arguments.file)?;
    let version = match Version::parse(&text) {
        Ok(version) => version,
        Err(problems) => {
            let mut err = io::stderr().lock();
            for problem in &problems {
                writeln!(err, "{}: {problem}", arguments.file.display())?;
            }
            bail!("{} problems; nothing was published", problems.len());
        }
    };
    let reference = version.reference();
    if !arguments.check {
        let service = open::for_command(common).await?;
        service.publish(&version).await?;
        service.close().await;
    }
    writeln!(
        io::stdout(),
        "{}/{} {}",
        reference.key,
        reference.version,
        reference.hash
    )?;
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

//! `nghe-dan export`: the responses of a campaign as CSV or JSON Lines.
//!
//! Neither ids, cases, receipts nor times of day leave (METHOD 7.4), and the order is random: whoever stood at
//! a desk at nine o'clock must not find the answer that came at nine. Why they leave is kept before the first of
//! them does (METHOD 7.2).
//!
//! Days are read one after the other, so what arrives meanwhile would be in where its day was not read yet, and out
//! where it was. So whatever arrived after the start stays out. Of days whose figures are public no time of arrival is
//! kept: what a device brings for them during an export cannot be told from the rest.

mod shuffle;
mod table;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, ValueEnum};
use domain::answer::Answers;
use domain::civil;
use domain::id::UnitId;
use serde_json::{Map, Value, json};
use service::{Service, review};
use store::catalogue::StoredVersion;
use store::responses::{After, StoredResponse, Way};
use time::OffsetDateTime;

use super::open;
use crate::config::Common;
use shuffle::Shuffle;
use table::Table;

/// Rows read in one short transaction: a long read would pin SQLite's log.
const PAGE: i64 = 10_000;

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The campaign's key
    campaign: String,
    /// Why they leave, in a sentence that is kept; `campaign reviews` lists it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Questionnaire version, such as `desk-rating/1`; needed when the campaign asks several
    #[arg(long, value_name = "KEY/VERSION")]
    questionnaire: Option<String>,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Where to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One line a response, one column an item; texts are left out
    Csv,
    /// One JSON object a line, with the answers as they are sent
    Jsonl,
}

pub(super) async fn run(common: &Common, arguments: &Export) -> anyhow::Result<()> {
    review::purpose(&arguments.reason)?;
    let service = open::for_command(common).await?;
    let started = service.now();
    let campaign = service.campaign_by_key(&arguments.campaign)?;
    let version = version(&service, &campaign.versions, arguments.questionnaire.as_deref())?;
    let mut shuffle = Shuffle::new()?;
    let mut rows = 0;
    let mut after = After(None);
    loop {
        let (page, next) = service.responses(campaign.id, after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        let leaves = |stored: &&StoredResponse| stored.version == version.id && had_arrived(stored, started);
        for stored in page.iter().filter(leaves) {
            if let Some(row) = row(&service, &version, stored)? {
                shuffle.push(&row.to_string())?;
                rows += 1;
            }
        }
        after = next;
    }
    service
        .note_handout(campaign.id, Way::Exported, rows, &arguments.reason)
        .await?;
    let out: Box<dyn Write> = match &arguments.out {
        Some(path) => {
            Box::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?)
        }
        None => Box::new(io::stdout().lock()),
    };
    let mut out = BufWriter::new(out);
    match arguments.format {
        Format::Jsonl => shuffle.drain(|line| Ok(writeln!(out, "{line}")?))?,
        Format::Csv => {
            let table = Table::of(&version.version);
            let mut writer = csv::Writer::from_writer(&mut out);
            writer.write_record(table.header())?;
            shuffle.drain(|line| Ok(writer.write_record(table.record(&serde_json::from_str(line)?))?))?;
            writer.flush()?;
        }
    }
    out.flush()?;
    service.close().await;
    Ok(())
}

/// Whether a response had arrived by an instant. Times are erased when a day is public, days after it.
fn had_arrived(stored: &StoredResponse, by: OffsetDateTime) -> bool {
    stored.arrived_at.is_none_or(|at| at <= by)
}

fn version(
    service: &Service,
    asked: &[(time::Date, store::catalogue::VersionId)],
    named: Option<&str>,
) -> anyhow::Result<StoredVersion> {
    let versions: Vec<StoredVersion> = asked
        .iter()
        .filter_map(|(_, id)| service.version_by_id(*id))
        .collect();
    let name = |stored: &StoredVersion| {
        let definition = stored.version.definition();
        format!("{}/{}", definition.key, definition.version)
    };
    match (named, versions.as_slice()) {
        (Some(text), known) => known
            .iter()
            .find(|stored| name(stored) == text)
            .cloned()
            .ok_or_else(|| anyhow!("the campaign does not ask `{text}`")),
        (None, [only]) => Ok(only.clone()),
        (None, several) => {
            let choice: Vec<String> = several.iter().map(name).collect();
            bail!(
                "the campaign asks several versions; choose with --questionnaire: {}",
                choice.join(", ")
            )
        }
    }
}

/// A response as it leaves; none once retention has removed its answers.
fn row(service: &Service, version: &StoredVersion, stored: &StoredResponse) -> anyhow::Result<Option<Value>> {
    let Some(packed) = &stored.answers else {
        return Ok(None);
    };
    let answers =
        Answers::unpack(&version.version, packed).context("stored answers do not fit their version")?;
    let (respondent, answers) = answers.to_json(&version.version);
    let units = service.units();
    let code = |id: UnitId| {
        units
            .unit(id)
            .and_then(|unit| unit.fact_near(stored.answered_on))
            .map(|fact| &fact.code)
    };
    let mut row = Map::new();
    row.insert("served_at".to_owned(), json!(code(stored.served_at)));
    row.insert("handled_by".to_owned(), json!(stored.handled_by.and_then(code)));
    row.insert("channel".to_owned(), json!(stored.channel.as_str()));
    row.insert("mode".to_owned(), json!(stored.mode.as_str()));
    row.insert("language".to_owned(), json!(stored.language));
    row.insert("answered_on".to_owned(), json!(civil::format(stored.answered_on)));
    row.insert("duration_s".to_owned(), json!(stored.duration_s));
    row.insert("status".to_owned(), json!(stored.status.as_str()));
    row.insert(
        "reason".to_owned(),
        json!(stored.reason.map(domain::status::Reason::as_str)),
    );
    row.insert("respondent".to_owned(), Value::Object(respondent));
    row.insert("answers".to_owned(), Value::Object(answers));
    Ok(Some(Value::Object(row)))
}

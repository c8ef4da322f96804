//! `nghe-dan campaign`.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use domain::channel::Channel;
use domain::civil;
use domain::id::CampaignId;
use domain::method::Selection;
use domain::text::{Language, Text};
use service::Service;
use service::clock::random;
use store::catalogue::{Campaign, ReleaseRule, VersionId};
use time::Date;

use super::open::{self, date, named};
use super::review;
use crate::config::Common;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a campaign
    Add(Box<Add>),
    /// List campaigns
    List,
    /// Close a campaign: nothing answered after the day counts, and nothing that arrives from now on
    Close(Close),
    /// How many responses are not counted, by point, day, status and reason; no answer is shown
    Held {
        /// The campaign's key
        campaign: String,
    },
    /// Count responses that were held, or excluded before
    Count(review::Chosen),
    /// Exclude responses; `count` takes it back
    Exclude(review::Exclude),
    /// What was decided by `count` and `exclude`, when single responses were exported or shown, and why
    Reviews {
        /// The campaign's key
        campaign: String,
    },
    /// Remove for ever what responses before a day said: answers, remarks, cases, clusters, durations and times
    Retain(review::Retain),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Short name in addresses: lower-case letters, digits and hyphens, such as `sipas-2026`
    key: String,
    /// Title in Vietnamese
    #[arg(long)]
    title_vi: String,
    /// Title in English
    #[arg(long)]
    title_en: String,
    /// The body that runs the survey, in Vietnamese
    #[arg(long)]
    agency_vi: String,
    /// The body that runs the survey, in English
    #[arg(long)]
    agency_en: String,
    /// Telephone number for complaints, as the notice names it
    #[arg(long, default_value = "")]
    hotline: String,
    /// Motto of the units asked, shown where a form begins, such as "Nghe dân để hành động"; none without it
    #[arg(long, requires = "motto_en")]
    motto_vi: Option<String>,
    /// The motto in English
    #[arg(long, requires = "motto_vi")]
    motto_en: Option<String>,
    /// Questionnaire version such as `desk-rating/1`; with `@DATE` from that day on. May be given several times
    #[arg(long, required = true, value_name = "KEY/VERSION[@DATE]")]
    questionnaire: Vec<String>,
    /// Unit that it covers with everything below, by id, code or address. May be given several times
    #[arg(long, required = true)]
    unit: Vec<String>,
    /// How respondents are found
    #[arg(long, value_enum)]
    selection: SelectionName,
    /// How answers may reach it, such as `point_qr`, `desk_device` or `home`; by every channel that the method accepts
    /// without it. May be given several times
    #[arg(long, value_parser = named::<Channel>)]
    channel: Vec<Channel>,
    /// First day
    #[arg(long, value_parser = date, value_name = "DATE")]
    starts_on: Date,
    /// Last day; open-ended without it. Five days after it a release closes the campaign
    #[arg(long, value_parser = date, value_name = "DATE")]
    ends_on: Option<Date>,
}

#[derive(Debug, Args)]
pub(super) struct Close {
    /// The campaign's key
    key: String,
    /// The last day whose answers count [default: today]
    #[arg(long, value_parser = date, value_name = "DATE")]
    on: Option<Date>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SelectionName {
    /// A drawn sample
    Probability,
    /// Everyone served in the period is invited
    CensusOfServed,
    /// Whoever answers
    Open,
}

impl From<SelectionName> for Selection {
    fn from(name: SelectionName) -> Self {
        match name {
            SelectionName::Probability => Self::Probability,
            SelectionName::CensusOfServed => Self::CensusOfServed,
            SelectionName::Open => Self::Open,
        }
    }
}

pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<()> {
    let service = open::for_command(common).await?;
    match command {
        Command::Add(arguments) => add(&service, *arguments).await?,
        Command::List => list(&service)?,
        Command::Close(arguments) => {
            let on = arguments.on.unwrap_or_else(|| service.today());
            service.close_campaign(&arguments.key, on).await?;
        }
        Command::Held { campaign } => review::held(&service, &campaign).await?,
        Command::Count(chosen) => review::count(&service, chosen).await?,
        Command::Exclude(arguments) => review::exclude(&service, arguments).await?,
        Command::Reviews { campaign } => review::reviews(&service, &campaign).await?,
        Command::Retain(arguments) => review::retain(&service, &arguments).await?,
    }
    service.close().await;
    Ok(())
}

async fn add(service: &Service, arguments: Add) -> anyhow::Result<()> {
    let id = CampaignId(uuid::Builder::from_random_bytes(random()).into_uuid());
    let versions = arguments
        .questionnaire
        .iter()
        .map(|text| version(service, text, arguments.starts_on))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let units = arguments
        .unit
        .iter()
        .map(|text| open::unit(service, text))
        .collect::<anyhow::Result<Vec<_>>>()?;
    // The order in which they were given, and that one was given twice, means nothing.
    let channels: BTreeSet<Channel> = arguments.channel.into_iter().collect();
    let campaign = Campaign {
        id,
        key: arguments.key,
        title: Text::new(&arguments.title_vi, &arguments.title_en),
        agency: Text::new(&arguments.agency_vi, &arguments.agency_en),
        hotline: arguments.hotline,
        motto: arguments
            .motto_vi
            .zip(arguments.motto_en)
            .map(|(vi, en)| Text::new(&vi, &en)),
        versions,
        units,
        selection: arguments.selection.into(),
        channels: channels.into_iter().collect(),
        release: ReleaseRule::Nightly,
        demo: false,
        starts_on: arguments.starts_on,
        ends_on: arguments.ends_on,
        closed_on: None,
    };
    service.put_campaign(&campaign).await?;
    writeln!(io::stdout(), "{id}")?;
    Ok(())
}

/// Reads `KEY/VERSION` with or without `@DATE`.
fn version(service: &Service, text: &str, from: Date) -> anyhow::Result<(Date, VersionId)> {
    let (name, from) = match text.split_once('@') {
        Some((name, day)) => (name, date(day).map_err(anyhow::Error::msg)?),
        None => (text, from),
    };
    let (key, version) = name
        .split_once('/')
        .with_context(|| format!("`{name}` is not written KEY/VERSION"))?;
    let stored = service.version(key, version).ok_or_else(|| {
        anyhow!("`{name}` is not published; `nghe-dan import-questionnaire FILE` publishes a version")
    })?;
    Ok((from, stored.id))
}

fn list(service: &Service) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for campaign in service.campaigns() {
        let end = campaign.ends_on.map_or_else(String::new, civil::format);
        let closed = campaign
            .closed_on
            .map_or_else(String::new, |on| format!(" closed {}", civil::format(on)));
        let title = campaign.title.get(&Language::vi());
        writeln!(
            out,
            "{}\t{}\t{}..{end}{closed}\t{title}",
            campaign.key,
            campaign.id,
            civil::format(campaign.starts_on)
        )?;
    }
    Ok(())
}

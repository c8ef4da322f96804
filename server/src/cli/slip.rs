//! `nghe-dan slip`.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use domain::{canonical, civil, slip};
use serde::Deserialize;
use service::Service;
use service::slips::{Dossier, MOST_SLIPS, VALID_DAYS};
use store::slips::{Issued, Issuer};

use super::open;
use crate::config::{Common, PublicUrl};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Issue slips for dossiers: CSV in, CSV out. A dossier has one slip, however often it is issued
    Issue(Issue),
    /// Let a system issue slips by the API, and print its token; this is the only time that it can be seen
    AddIssuer {
        /// The campaign's key
        campaign: String,
        /// What it is called, such as "Cổng dịch vụ công của tỉnh"
        #[arg(long, default_value = "")]
        label: String,
    },
    /// List the systems that may issue slips
    Issuers,
    /// Let a system issue no more slips; what it issued stays good
    RevokeIssuer {
        /// The beginning of its id, as `issuers` prints it
        id: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Issue {
    /// The code of the point that the links lead to; a slip is good at every point of its campaign
    point: String,
    /// CSV with the columns `dossier`, `handled_by` (a unit by id or code) and `field`; the last two may be empty or
    /// missing. Standard input without it
    file: Option<PathBuf>,
    /// For how many days the slips are good
    #[arg(long, default_value_t = VALID_DAYS)]
    valid_days: u16,
    /// The address that people use, for whole links [default: the server's, where the settings file names it]
    #[arg(long, env = "NGHE_DAN_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
}

/// A line of the CSV.
#[derive(Debug, Deserialize)]
struct Line {
    dossier: String,
    #[serde(default)]
    handled_by: String,
    #[serde(default)]
    field: String,
}

/// `public` is the address of the settings file.
pub(super) async fn run(common: &Common, public: Option<PublicUrl>, command: Command) -> anyhow::Result<()> {
    let service = open::for_command(common).await?;
    match command {
        Command::Issue(mut arguments) => {
            arguments.public_url = arguments.public_url.or(public);
            issue(&service, &arguments).await?;
        }
        Command::AddIssuer { campaign, label } => {
            let token = service.add_issuer(&campaign, &label).await?;
            writeln!(io::stdout(), "{token}")?;
        }
        Command::Issuers => list(&service).await?,
        Command::RevokeIssuer { id } => revoke(&service, &id).await?,
    }
    service.close().await;
    Ok(())
}

async fn issue(service: &Service, arguments: &Issue) -> anyhow::Result<()> {
    let point = service.desk(&arguments.point).await?.point;
    // Everything is read before anything is issued, so that a wrong line issues nothing.
    let (numbers, dossiers) = read(service, arguments.file.as_deref())?;
    let origin = arguments.public_url.as_ref().map_or("", PublicUrl::as_str);
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    out.write_record(["dossier", "token", "slip", "link", "expires_on", "state"])?;
    for (numbers, dossiers) in numbers.chunks(MOST_SLIPS).zip(dossiers.chunks(MOST_SLIPS)) {
        let issued = service
            .issue_slips(point.campaign, dossiers, arguments.valid_days)
            .await?;
        for (number, issued) in numbers.iter().zip(issued) {
            let state = match issued.issued {
                Issued::New => "new",
                Issued::Renewed => "renewed",
                Issued::Used => "used",
            };
            let link = format!("{origin}{}", slip::link(&point.code, &issued.code));
            let (token, typed) = (issued.code.as_str(), issued.code.grouped());
            let expires_on = civil::format(issued.expires_on);
            out.write_record([number, token, &typed, &link, &expires_on, state])?;
        }
    }
    Ok(out.flush()?)
}

fn read(service: &Service, file: Option<&Path>) -> anyhow::Result<(Vec<String>, Vec<Dossier>)> {
    let text = if let Some(path) = file {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
    } else {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        text
    };
    let mut numbers = Vec::new();
    let mut dossiers = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for (index, line) in reader.deserialize::<Line>().enumerate() {
        let place = || format!("dossier {} of the file", index + 1);
        let line = line.with_context(place)?;
        let handled_by = match line.handled_by.as_str() {
            "" => None,
            unit => Some(service.handler(unit).with_context(place)?),
        };
        numbers.push(line.dossier.clone());
        dossiers.push(Dossier {
            number: line.dossier,
            handled_by,
            field: Some(line.field).filter(|field| !field.is_empty()),
        });
    }
    Ok((numbers, dossiers))
}

/// One line a system: id, campaign, label and the day on which it was revoked.
async fn list(service: &Service) -> anyhow::Result<()> {
    let campaigns = service.campaigns();
    let mut out = io::stdout().lock();
    writeln!(out, "issuer\tcampaign\tlabel\trevoked_on")?;
    for issuer in service.issuers().await? {
        let campaign = campaigns.iter().find(|known| known.id == issuer.campaign);
        let campaign = campaign.map_or("-", |campaign| &campaign.key);
        let revoked = issuer.revoked_on.map_or_else(|| "-".to_owned(), civil::format);
        writeln!(out, "{}\t{campaign}\t{}\t{revoked}", id(&issuer), issuer.label)?;
    }
    Ok(())
}

/// A system by the hash of its token, as far as it tells them apart.
fn id(issuer: &Issuer) -> String {
    canonical::hex(&issuer.token_hash[..6])
}

async fn revoke(service: &Service, beginning: &str) -> anyhow::Result<()> {
    let issuers = service.issuers().await?;
    let mut found = issuers.iter().filter(|issuer| id(issuer).starts_with(beginning));
    match (found.next(), found.next()) {
        (Some(issuer), None) => Ok(service.revoke_issuer(issuer).await?),
        (None, _) => bail!("no issuer has an id that begins with `{beginning}`"),
        _ => bail!("several issuers have an id that begins with `{beginning}`"),
    }
}

//! `nghe-dan slip`.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use domain::response::FieldError;
use domain::{canonical, civil, slip};
use serde::Deserialize;
use service::Service;
use service::error::ServiceError;
use service::slips::{Dossier, MOST_SLIPS, Order, VALID_DAYS};
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
    let dossiers = read(arguments.file.as_deref())?;
    let orders: Vec<Order> = dossiers
        .chunks(MOST_SLIPS)
        .map(|dossiers| Order {
            dossiers: dossiers.to_vec(),
            valid_days: arguments.valid_days,
        })
        .collect();
    // Everything is checked before anything is issued, so that a wrong line issues nothing.
    for (order, before) in orders.iter().zip((0..).step_by(MOST_SLIPS)) {
        let checked = service.check_slips(point.campaign, order).await;
        checked.map_err(|error| in_file(error, before))?;
    }
    let origin = arguments.public_url.as_ref().map_or("", PublicUrl::as_str);
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    out.write_record(["dossier", "token", "slip", "link", "expires_on", "state"])?;
    for order in &orders {
        let issued = service.issue_slips(point.campaign, order).await?;
        for (dossier, issued) in order.dossiers.iter().zip(issued) {
            let state = match issued.issued {
                Issued::New => "new",
                Issued::Renewed => "renewed",
                Issued::Used => "used",
            };
            let link = format!("{origin}{}", slip::link(&point.code, &issued.code));
            let (token, typed) = (issued.code.as_str(), issued.code.grouped());
            let expires_on = civil::format(issued.expires_on);
            out.write_record([&dossier.number, token, &typed, &link, &expires_on, state])?;
        }
    }
    Ok(out.flush()?)
}

/// Names the places of wrong fields by the dossiers of the file, of which so many came before those of the order.
fn in_file(error: ServiceError, before: usize) -> ServiceError {
    let ServiceError::Fields(fields) = error else {
        return error;
    };
    let named = fields.into_iter().map(|field| {
        let place = field.path.strip_prefix("/dossiers/").and_then(|below| {
            let (index, name) = below.split_once('/')?;
            let number = before + index.parse::<usize>().ok()? + 1;
            Some(format!("dossier {number} of the file, {name}"))
        });
        FieldError::new(place.unwrap_or(field.path), field.code)
    });
    ServiceError::Fields(named.collect())
}

fn read(file: Option<&Path>) -> anyhow::Result<Vec<Dossier>> {
    let text = if let Some(path) = file {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
    } else {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        text
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let lines = reader.deserialize::<Line>().enumerate();
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let dossiers = lines.map(|(index, line)| {
        let line = line.with_context(|| format!("dossier {} of the file", index + 1))?;
        Ok(Dossier {
            number: line.dossier,
            handled_by: filled(line.handled_by),
            field: filled(line.field),
        })
    });
    dossiers.collect()
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

//! `nghe-dan device deliver` and `settle`: what a desk device could not send, carried here as a file.
//!
//! The answers are sealed: this program opens them, and nobody on the way did.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use domain::canonical::{self, Hash};
use domain::id::{CampaignId, ResponseId};
use serde::Deserialize;
use service::Service;
use service::intake::FromDevice;
use service::languages::Languages;
use service::review;
use store::responses::Way;

use super::open::{self, Opened, Schema};
use crate::api::responses::{self, Format};
use crate::config::Common;
use crate::sealed::{Keyring, Sealed};

/// The file that the staff's screen of a device saves.
#[derive(Deserialize)]
struct Rescued {
    format: u32,
    /// The hash of the device's token, as hexadecimal digits.
    device: String,
    responses: Vec<Carried>,
}

#[derive(Deserialize)]
struct Carried {
    id: ResponseId,
    /// How far the clock that dated the answer was ahead of the server's at the last contact.
    clock_offset_s: Option<i64>,
    /// The screen said that it does not count.
    trial: bool,
    /// The hash of the token of the enrolment under which it was given, where the device was enrolled again since.
    device: Option<String>,
    /// As it would be sent, as hexadecimal digits.
    sealed: String,
}

/// Hands in each response of the file as if the device had sent it, and prints a line for each: its id, what
/// became of it, and why. With a reason to show them the documents of refused ones follow, for whoever has to decide.
pub(super) async fn deliver(common: &Common, file: &Path, reason: Option<&str>) -> anyhow::Result<()> {
    reason.map(review::purpose).transpose()?;
    let rescued = read(file)?;
    let token_hash: Hash = canonical::from_hex(&rescued.device).context("the file names no device")?;
    let Opened {
        service,
        master,
        clock,
    } = open::open(common, Schema::AsItIs, 64, Languages::default()).await?;
    let keyring = Keyring::load(&service, master, clock.now()).await?;
    let mut lines = Vec::new();
    for carried in &rescued.responses {
        let body = canonical::bytes_from_hex(&carried.sealed)
            .context("the file was changed: a body is no hexadecimal digits")?;
        let own = match &carried.device {
            Some(own) => {
                canonical::from_hex(own).context("the file was changed: a response names no device")?
            }
            None => token_hash,
        };
        let device = FromDevice {
            token_hash: own,
            clock: carried
                .clock_offset_s
                .map(|offset| clock.now().unix_timestamp().saturating_add(offset)),
            trial: carried.trial,
        };
        let id = carried.id;
        let taken = responses::take(&service, &keyring, id, Format::Sealed, &body, Some(device)).await;
        lines.push(match taken {
            Ok(accepted) => {
                let outcome = if accepted.repeat { "known" } else { "recorded" };
                let not_counted = accepted.not_counted.map_or("-", |reason| reason.as_str());
                Line::told(format!("{id}\t{outcome}\t{not_counted}"))
            }
            Err(problem) => {
                let settled = service.is_settled(id).await?;
                let outcome = if settled { "settled" } else { "refused" };
                let text = format!("{id}\t{outcome}\t{}", problem.code.as_str());
                match reason {
                    Some(_) => Line::with_document(text, &service, &keyring, id, &body).await?,
                    None => Line::told(text),
                }
            }
        });
    }
    if let Some(reason) = reason {
        note_shown(&service, &lines, reason).await?;
    }
    let mut out = io::stdout().lock();
    let heading = if reason.is_some() { "\tdocument" } else { "" };
    writeln!(out, "response\toutcome\treason{heading}")?;
    for line in lines {
        writeln!(out, "{}", line.text)?;
    }
    service.close().await;
    Ok(())
}

/// What is printed of a response. It waits for the end, as why documents are shown is kept before the first of them is.
struct Line {
    text: String,
    /// The campaign of the document that is shown.
    shown: Option<CampaignId>,
}

impl Line {
    const fn told(text: String) -> Self {
        Self { text, shown: None }
    }

    /// With the document, where it opens. One of a point that is not known belongs to no campaign with which a reason
    /// could be kept, and is not shown.
    async fn with_document(
        text: String,
        service: &Service,
        keyring: &Keyring,
        id: ResponseId,
        body: &[u8],
    ) -> anyhow::Result<Self> {
        let point = Sealed::parse(body).map_or("", |sealed| sealed.point);
        let shown = service.campaign_at(point).await?;
        let opened = responses::open(service, keyring, id.0, body).await;
        Ok(match (shown, opened) {
            (Some(campaign), Ok(document)) => Self {
                text: format!("{text}\t{document}"),
                shown: Some(campaign),
            },
            _ => Self::told(format!("{text}\t-")),
        })
    }
}

/// Keeps why documents are shown, with the campaigns that they are of.
async fn note_shown(service: &Service, lines: &[Line], reason: &str) -> anyhow::Result<()> {
    let mut numbers = BTreeMap::<CampaignId, usize>::new();
    for campaign in lines.iter().filter_map(|line| line.shown) {
        *numbers.entry(campaign).or_default() += 1;
    }
    for (campaign, number) in numbers {
        service.note_handout(campaign, Way::Shown, number, reason).await?;
    }
    Ok(())
}

/// Settles every response of the file that the server does not hold: devices drop them when they try again.
pub(super) async fn settle(service: &Service, file: &Path) -> anyhow::Result<()> {
    let rescued = read(file)?;
    let mut out = io::stdout().lock();
    for carried in &rescued.responses {
        let outcome = if service.holds(carried.id).await? {
            "recorded"
        } else {
            service.settle(&[carried.id]).await?;
            "settled"
        };
        writeln!(out, "{}\t{outcome}", carried.id)?;
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Rescued> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let rescued: Rescued = serde_json::from_str(&text)
        .with_context(|| format!("{} is no file of a desk device", file.display()))?;
    ensure!(
        rescued.format == domain::device::FORMAT,
        "{} is of format {}, and this program knows {}",
        file.display(),
        rescued.format,
        domain::device::FORMAT
    );
    Ok(rescued)
}

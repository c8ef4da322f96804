//! `nghe-dan device deliver` and `settle`: what a desk device could not send, carried here as a file.
//!
//! The answers are sealed: this program opens them, and nobody on the way did.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use domain::canonical::{self, Hash};
use domain::id::ResponseId;
use serde::Deserialize;
use service::Service;
use service::intake::FromDevice;
use service::languages::Languages;

use super::open::{self, Opened, Schema};
use crate::api::responses::{self, Format};
use crate::config::Common;
use crate::problem::Problem;
use crate::sealed::Keyring;

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
/// became of it, and why. With `show` the documents of refused ones follow, for whoever has to decide.
pub(super) async fn deliver(common: &Common, file: &Path, show: bool) -> anyhow::Result<()> {
    let rescued = read(file)?;
    let token_hash: Hash = canonical::from_hex(&rescued.device).context("the file names no device")?;
    let Opened {
        service,
        master,
        clock,
    } = open::open(common, Schema::AsItIs, 64, Languages::default()).await?;
    let keyring = Keyring::load(&service, master, clock.now()).await?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "response\toutcome\treason{}",
        if show { "\tdocument" } else { "" }
    )?;
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
        match taken {
            Ok(accepted) => {
                let outcome = if accepted.repeat { "known" } else { "recorded" };
                let reason = accepted.not_counted.map_or("-", |reason| reason.as_str());
                writeln!(out, "{id}\t{outcome}\t{reason}")?;
            }
            Err(problem) => {
                writeln!(
                    out,
                    "{}",
                    refused(&service, &keyring, id, &body, &problem, show).await?
                )?;
            }
        }
    }
    service.close().await;
    Ok(())
}

async fn refused(
    service: &Service,
    keyring: &Keyring,
    id: ResponseId,
    body: &[u8],
    problem: &Problem,
    show: bool,
) -> anyhow::Result<String> {
    let outcome = if service.is_settled(id).await? {
        "settled"
    } else {
        "refused"
    };
    let mut line = format!("{id}\t{outcome}\t{}", problem.code.as_str());
    if show {
        let document = responses::open(service, keyring, id.0, body).await;
        line.push('\t');
        line.push_str(&document.map_or_else(|_| "-".to_owned(), |document| document.to_string()));
    }
    Ok(line)
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

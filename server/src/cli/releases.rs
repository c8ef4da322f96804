//! `nghe-dan release` and `recount`.

use std::io::{self, Write as _};
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use domain::civil;
use service::Service;
use service::error::ServiceError;
use store::catalogue::Campaign;
use store::tallies::{Disagreement, Grain};

use super::open;
use crate::config::Common;

#[derive(Debug, Args)]
pub(super) struct Release {
    /// The campaign's key; every campaign without it
    campaign: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Recount {
    /// The campaign's key; every campaign without it
    campaign: Option<String>,
    /// Only compare, and change nothing
    #[arg(long)]
    check: bool,
}

pub(super) async fn release(common: &Common, arguments: &Release) -> anyhow::Result<()> {
    let service = open::for_command(common).await?;
    let made = match &arguments.campaign {
        None => open::once_free(&service, service.release_all()).await?,
        Some(key) => open::once_free(&service, service.release(key)).await?,
    };
    let mut out = io::stdout().lock();
    for (campaign, made) in &made {
        writeln!(
            out,
            "{campaign}\trelease {}\t{} cells changed",
            made.number, made.changed
        )?;
    }
    if made.is_empty() {
        writeln!(out, "nothing changed since the last release")?;
    }
    service.close().await;
    Ok(())
}

/// Recounts; with `--check` a disagreement ends the program with an error.
pub(super) async fn recount(common: &Common, arguments: &Recount) -> anyhow::Result<()> {
    let service = open::for_command(common).await?;
    let campaigns = match &arguments.campaign {
        Some(key) => vec![service.campaign_by_key(key)?],
        None => service.campaigns(),
    };
    let found = open::once_free(&service, recounted(&service, &campaigns, !arguments.check)).await?;
    for (campaign, wrong) in &found {
        let grain = match wrong.grain {
            Grain::Day(day) => civil::format(day),
            Grain::Month(first) => civil::format(first)[..7].to_owned(),
            Grain::Campaign => "campaign".to_owned(),
        };
        let channel = wrong.channel.as_str();
        writeln!(
            io::stdout(),
            "{campaign}\t{}\t{grain}\t{channel}\t{}",
            wrong.unit,
            wrong.what
        )?;
    }
    service.close().await;
    match (found.len(), arguments.check) {
        (0, _) => writeln!(io::stdout(), "every tally agrees with its responses")?,
        (wrong, true) => {
            bail!("{wrong} tallies disagree with their responses; `nghe-dan recount` computes them again")
        }
        (wrong, false) => writeln!(io::stdout(), "{wrong} tallies were computed again")?,
    }
    Ok(())
}

/// What does not agree, with the key of its campaign.
async fn recounted(
    service: &Service,
    campaigns: &[Arc<Campaign>],
    repair: bool,
) -> Result<Vec<(String, Disagreement)>, ServiceError> {
    let mut found = Vec::new();
    for campaign in campaigns {
        let wrong = service.recount(&campaign.key, repair).await?.into_iter();
        found.extend(wrong.map(|wrong| (campaign.key.clone(), wrong)));
    }
    Ok(found)
}

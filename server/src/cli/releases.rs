//! `nghe-dan release` and `recount`.

use std::io::{self, Write as _};

use anyhow::bail;
use clap::Args;
use domain::civil;
use store::tallies::Grain;

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
        None => service.release_all().await?,
        Some(key) => {
            service.fold().await?;
            let campaign = service.campaign_by_key(key)?;
            service
                .release(&campaign)
                .await?
                .map(|made| (key.clone(), made))
                .into_iter()
                .collect()
        }
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
    let mut found = 0;
    for campaign in campaigns {
        for wrong in service.recount(&campaign.key, !arguments.check).await? {
            found += 1;
            let grain = match wrong.grain {
                Grain::Day(day) => civil::format(day),
                Grain::Month(first) => civil::format(first)[..7].to_owned(),
                Grain::Campaign => "campaign".to_owned(),
            };
            let channel = wrong.channel.as_str();
            writeln!(
                io::stdout(),
                "{}\t{}\t{grain}\t{channel}\t{}",
                campaign.key,
                wrong.unit,
                wrong.what
            )?;
        }
    }
    service.close().await;
    match (found, arguments.check) {
        (0, _) => writeln!(io::stdout(), "every tally agrees with its responses")?,
        (_, true) => {
            bail!("{found} tallies disagree with their responses; `nghe-dan recount` computes them again")
        }
        (_, false) => writeln!(io::stdout(), "{found} tallies were computed again")?,
    }
    Ok(())
}

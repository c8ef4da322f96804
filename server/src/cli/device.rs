//! `nghe-dan device`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Subcommand;
use domain::civil;
use domain::code::Code;
use domain::device::Trouble;
use domain::id::DeviceId;
use service::Service;
use service::devices::ENROLMENT_LENGTH;
use store::catalogue::DeviceState;
use store::devices::KnownDevice;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{open, rescued};
use crate::config::Common;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Hand in the file that a device's staff's screen saved; prints what became of each response
    Deliver {
        /// The file
        file: PathBuf,
        /// Also print the documents of refused responses, for whoever has to decide about them; with --reason
        #[arg(long, requires = "reason")]
        show: bool,
        /// Why documents are shown, in a sentence that is kept; `campaign reviews` lists it
        #[arg(long, value_name = "TEXT", requires = "show")]
        reason: Option<String>,
    },
    #[command(flatten)]
    Known(Known),
}

/// What needs no more than the database.
#[derive(Debug, Subcommand)]
pub(super) enum Known {
    /// Print a code that ties one device to a point, and the PIN of its staff's screen; valid for a day
    Enrol {
        /// The point's code
        point: String,
        /// What the device is called, such as "Máy ở quầy 3"
        #[arg(long, default_value = "")]
        label: String,
        /// The PIN, six digits or more; drawn when none is given
        #[arg(long)]
        pin: Option<String>,
    },
    /// List devices: state, last contact, what waits on them, and what should be looked after
    List {
        /// Only devices that someone should look after
        #[arg(long)]
        troubled: bool,
        /// Where attempts were given up instead: one line for each question that was reached
        #[arg(long)]
        abandoned: bool,
    },
    /// Put a device into service: its answers count from now on
    Service {
        /// The device's id, as `list` prints it
        device: DeviceId,
    },
    /// Put a device back into trial: its answers do not count
    Trial {
        /// The device's id
        device: DeviceId,
    },
    /// Revoke a lost or replaced device; what it still holds is taken for 30 days and held for review
    Revoke {
        /// The device's id
        device: DeviceId,
    },
    /// Say that it was decided about the refused responses of a file: devices drop them when they try again
    Settle {
        /// The file, without the responses that are not decided about
        file: PathBuf,
    },
    /// Say that everything recorded before an instant is in a verified backup, so that devices drop their copies
    Durable {
        /// The instant, such as 2026-11-22T02:00:00Z
        #[arg(value_parser = instant)]
        until: OffsetDateTime,
    },
    /// Say that the database was restored from a backup, so that devices deliver again what they hold
    Restored,
}

pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<()> {
    let command = match command {
        Command::Deliver { file, reason, .. } => {
            return rescued::deliver(common, &file, reason.as_deref()).await;
        }
        Command::Known(command) => command,
    };
    let service = open::for_command(common).await?;
    match command {
        Known::Enrol { point, label, pin } => enrol(&service, &point, &label, pin.as_deref()).await?,
        Known::List { troubled, abandoned } => list(&service, troubled, abandoned).await?,
        Known::Service { device } => service.set_device(device, DeviceState::InService).await?,
        Known::Trial { device } => service.set_device(device, DeviceState::Trial).await?,
        Known::Revoke { device } => service.set_device(device, DeviceState::Revoked).await?,
        Known::Settle { file } => rescued::settle(&service, &file).await?,
        Known::Durable { until } => service.set_durable_until(until).await?,
        Known::Restored => service.declare_restored().await?,
    }
    service.close().await;
    Ok(())
}

async fn enrol(service: &Service, point: &str, label: &str, pin: Option<&str>) -> anyhow::Result<()> {
    let made = service.invite_device(point, label, pin).await?;
    let code = Code::parse(&made.code, ENROLMENT_LENGTH)?;
    let mut out = io::stdout().lock();
    writeln!(out, "code\t{}", code.grouped())?;
    writeln!(out, "pin\t{}", made.pin)?;
    writeln!(out, "until\t{}", minutes(made.expires_at))?;
    Ok(())
}

/// One line a device, or one for each question at which attempts were given up; tab by tab, with a heading.
async fn list(service: &Service, troubled: bool, abandoned: bool) -> anyhow::Result<()> {
    let now = service.now();
    let mut out = io::stdout().lock();
    let heading = if abandoned {
        "device\tpoint\tlabel\tquestion\tattempts"
    } else {
        "device\tpoint\tlabel\tstate\ttroubles\tcontact\tunsent\toldest_min\trefused\tskew_s\tstorage_pct\tabandoned\tprogram"
    };
    writeln!(out, "{heading}")?;
    for (known, troubles) in service.devices().await? {
        if troubled && troubles.is_empty() {
            continue;
        }
        if !abandoned {
            writeln!(out, "{}", line(&known, &troubles, now))?;
            continue;
        }
        let (device, point, label) = (known.device.id, &known.point_code, &known.device.label);
        for (question, attempts) in &known.abandoned_at {
            writeln!(out, "{device}\t{point}\t{label}\t{question}\t{attempts}")?;
        }
    }
    Ok(())
}

fn line(known: &KnownDevice, troubles: &[Trouble], now: OffsetDateTime) -> String {
    let state = known.device.state.as_str();
    let troubles: Vec<&str> = troubles.iter().map(|trouble| trouble.as_str()).collect();
    let said = known.contact.as_ref().map_or_else(
        || ["-"; 7].join("\t"),
        |contact| {
            let number = |value: Option<i64>| value.map_or("-".to_owned(), |value| value.to_string());
            let waited = (now - contact.contact_at).whole_seconds();
            let storage = contact
                .storage_used
                .zip(contact.storage_quota.filter(|quota| *quota > 0))
                .map(|(used, quota)| used.saturating_mul(100) / quota);
            [
                minutes(contact.contact_at),
                contact.unsent.to_string(),
                // What waited at the last contact has waited since.
                number(contact.oldest_unsent_s.map(|age| (age + waited) / 60)),
                contact.refused.to_string(),
                contact.clock_skew_s.to_string(),
                number(storage),
                known.abandoned().to_string(),
            ]
            .join("\t")
        },
    );
    let program = known
        .contact
        .as_ref()
        .map_or("-", |contact| contact.program.as_str());
    format!(
        "{}\t{}\t{}\t{state}\t{}\t{said}\t{program}",
        known.device.id,
        known.point_code,
        known.device.label,
        if troubles.is_empty() {
            "-".to_owned()
        } else {
            troubles.join(",")
        },
    )
}

/// An instant in Vietnamese civil time, to the minute.
fn minutes(at: OffsetDateTime) -> String {
    let at = at.to_offset(civil::VIETNAM);
    format!("{} {:02}:{:02}", civil::format(at.date()), at.hour(), at.minute())
}

fn instant(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| format!("`{text}` is no instant such as 2026-11-22T02:00:00Z"))
}

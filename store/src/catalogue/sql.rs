//! The statements of reference data, and their rows.

use std::sync::Arc;

use domain::channel::Channel;
use domain::id::{CampaignId, DeviceId, PointId, UnitId};
use domain::method::Selection;
use domain::questionnaire::Version;
use domain::text::Text;
use domain::unit::{Coordinates, Extent, Succession, Unit, UnitFact, UnitKind, UnitName};
use uuid::Uuid;

use super::{
    Campaign, Device, DeviceState, KeyPair, Point, PointState, ReleaseRule, Revisions, StoredVersion,
    UnitRows, VersionId,
};
use crate::StoreError;
use crate::backend::{Rows, date_of, hash_of, instant_of};

pub(super) static PUT_UNITS: Rows = Rows::new(
    "insert into unit (id, latitude_e6, longitude_e6) values",
    3,
    "on conflict (id) do update set latitude_e6 = excluded.latitude_e6, longitude_e6 = excluded.longitude_e6",
);
pub(super) static PUT_FACTS: Rows = Rows::new(
    "insert into unit_fact (unit, ordinal, name_vi, name_en, kind, code, parent, valid_from, valid_to, decision) \
     values",
    10,
    "on conflict (unit, ordinal) do update set name_vi = excluded.name_vi, name_en = excluded.name_en, \
     kind = excluded.kind, code = excluded.code, parent = excluded.parent, valid_from = excluded.valid_from, \
     valid_to = excluded.valid_to, decision = excluded.decision",
);
pub(super) static PUT_SUCCESSIONS: Rows = Rows::new(
    "insert into succession (old_unit, new_unit, on_day, extent, decision) values",
    5,
    "on conflict (old_unit, new_unit, on_day) do update set extent = excluded.extent, decision = excluded.decision",
);
pub(super) const DROP_LATER_FACTS: &str = "delete from unit_fact where unit = $1 and ordinal >= $2";
pub(super) const UNITS: &str = "select id, latitude_e6, longitude_e6 from unit order by id";
pub(super) const FACTS: &str = "select unit, name_vi, name_en, kind, code, parent, valid_from, valid_to, decision \
     from unit_fact order by unit, ordinal";
pub(super) const SUCCESSIONS: &str =
    "select old_unit, new_unit, on_day, extent, decision from succession order by old_unit, new_unit, on_day";

/// Also serialises those who change what it counts, as the row is locked until the transaction ends.
pub(crate) const RAISE: &str = "update revision set number = number + 1 where name = $1 returning number";
pub(super) const REVISIONS: &str = "select name, number from revision";

pub(super) const FIND_VERSION: &str =
    "select id, hash from questionnaire_version where key = $1 and version = $2";
pub(super) const PUT_VERSION: &str =
    "insert into questionnaire_version (id, key, version, hash, definition) values ($1, $2, $3, $4, $5)";
pub(super) const VERSION_IDS: &str = "select id from questionnaire_version";
pub(super) const VERSIONS: &str = "select id, hash, definition from questionnaire_version order by id";

pub(super) const PUT_CAMPAIGN: &str = "insert into campaign (id, key, title, agency, hotline, motto, selection, release_rule, demo, starts_on, ends_on, \
     closed_on, channels) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     on conflict (id) do update set key = excluded.key, title = excluded.title, agency = excluded.agency, \
     hotline = excluded.hotline, motto = excluded.motto, selection = excluded.selection, \
     release_rule = excluded.release_rule, demo = excluded.demo, starts_on = excluded.starts_on, \
     ends_on = excluded.ends_on, closed_on = coalesce(campaign.closed_on, excluded.closed_on), \
     channels = excluded.channels";
pub(super) const DROP_CAMPAIGN_VERSIONS: &str = "delete from campaign_version where campaign = $1";
pub(super) static PUT_CAMPAIGN_VERSIONS: Rows = Rows::new(
    "insert into campaign_version (campaign, from_day, version) values",
    3,
    "",
);
pub(super) const DROP_CAMPAIGN_UNITS: &str = "delete from campaign_unit where campaign = $1";
pub(super) static PUT_CAMPAIGN_UNITS: Rows = Rows::new(
    "insert into campaign_unit (campaign, unit) values",
    2,
    "on conflict do nothing",
);
pub(super) const CAMPAIGNS: &str = "select id, key, title, agency, hotline, motto, selection, release_rule, demo, \
     starts_on, ends_on, closed_on, channels from campaign order by key";
pub(super) const CAMPAIGN_VERSIONS: &str =
    "select campaign, from_day, version from campaign_version order by campaign, from_day";
pub(super) const CAMPAIGN_UNITS: &str = "select campaign, unit from campaign_unit order by campaign, unit";
pub(super) const CLOSE_CAMPAIGN: &str =
    "update campaign set closed_on = $2 where id = $1 and closed_on is null";
pub(super) const CAMPAIGN_EXISTS: &str = "select 1 from campaign where id = $1";

pub(super) static PUT_POINTS: Rows = Rows::new(
    "insert into point (id, code, campaign, unit, channel, state, label, hourly_limit, needs_code, sampling_cluster, \
     field) values",
    11,
    "on conflict (id) do update set code = excluded.code, campaign = excluded.campaign, unit = excluded.unit, \
     channel = excluded.channel, state = excluded.state, label = excluded.label, \
     hourly_limit = excluded.hourly_limit, needs_code = excluded.needs_code, \
     sampling_cluster = excluded.sampling_cluster, field = excluded.field",
);
macro_rules! points {
    ($condition:literal) => {
        concat!(
            "select id, code, campaign, unit, channel, state, label, hourly_limit, needs_code, sampling_cluster, \
             field from point ",
            $condition
        )
    };
}
pub(super) const POINT_BY_CODE: &str = points!("where code = $1");
pub(super) const POINT: &str = points!("where id = $1");
pub(super) const POINTS_OF: &str = points!("where unit = $1 order by label, code");
pub(super) const POINTS_IN_CLUSTERS: &str =
    points!("where campaign = $1 and sampling_cluster is not null order by code");

pub(crate) const PUT_DEVICE: &str = "insert into device (id, point, token_hash, state, revoked_on, label) values ($1, $2, $3, $4, $5, $6) \
     on conflict (id) do update set point = excluded.point, token_hash = excluded.token_hash, \
     state = excluded.state, revoked_on = excluded.revoked_on, label = excluded.label";
pub(super) const DEVICE_BY_TOKEN: &str =
    "select id, point, token_hash, state, revoked_on, label from device where token_hash = $1";

pub(super) const PUT_KEY_PAIR: &str = "insert into key_pair (id, public_key, sealed_private, made_at, retired_at) values ($1, $2, $3, $4, $5) \
     on conflict (id) do update set retired_at = excluded.retired_at, sealed_private = excluded.sealed_private";
pub(super) const KEY_PAIRS: &str =
    "select id, public_key, sealed_private, made_at, retired_at from key_pair order by id";

pub(super) static ISSUE_CODES: Rows =
    Rows::new("insert into code_issued (bucket, hash, campaign) values", 3, "");
pub(super) static OPEN_CODES: Rows =
    Rows::new("insert into code_open (bucket, hash, campaign) values", 3, "");

pub(super) type UnitRow = (Uuid, Option<i32>, Option<i32>);
pub(super) type FactRow = (
    Uuid,
    String,
    String,
    String,
    String,
    Option<Uuid>,
    Option<i32>,
    Option<i32>,
    Option<String>,
);
pub(super) type SuccessionRow = (Uuid, Uuid, i32, i16, Option<String>);
pub(super) type VersionRow = (i32, Vec<u8>, String);
pub(super) type CampaignRow = (
    Uuid,
    String,
    String,
    String,
    String,
    Option<String>,
    i16,
    i16,
    i16,
    i32,
    Option<i32>,
    Option<i32>,
    String,
);
pub(super) type PointRow = (
    Uuid,
    String,
    Uuid,
    Uuid,
    i16,
    i16,
    String,
    i32,
    i16,
    Option<String>,
    Option<String>,
);
pub(crate) type DeviceRow = (Uuid, Uuid, Vec<u8>, i16, Option<i32>, String);
pub(super) type KeyRow = (i32, Vec<u8>, Vec<u8>, i64, Option<i64>);

pub(super) fn units_of(
    units: Vec<UnitRow>,
    facts: Vec<FactRow>,
    successions: Vec<SuccessionRow>,
) -> Result<UnitRows, StoreError> {
    let mut facts = facts.into_iter().peekable();
    let units = units
        .into_iter()
        .map(|(id, latitude, longitude)| {
            let mut own = Vec::with_capacity(1);
            while let Some(row) = facts.next_if(|row| row.0 == id) {
                own.push(fact_of(row)?);
            }
            let level = own
                .first()
                .map(|fact: &UnitFact| fact.kind.level())
                .ok_or(StoreError::Corrupt("a unit without facts"))?;
            Ok(Unit {
                id: UnitId(id),
                level,
                facts: own,
                coordinates: latitude
                    .zip(longitude)
                    .map(|(latitude_e6, longitude_e6)| Coordinates {
                        latitude_e6,
                        longitude_e6,
                    }),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let successions = successions
        .into_iter()
        .map(|(old, new, day, extent, decision)| {
            Ok(Succession {
                old: UnitId(old),
                new: UnitId(new),
                extent: if extent == 0 {
                    Extent::Exact
                } else {
                    Extent::Partial
                },
                date: date_of(day)?,
                decision,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(UnitRows { units, successions })
}

fn fact_of(row: FactRow) -> Result<UnitFact, StoreError> {
    let (_, vi, en, kind, code, parent, from, to, decision) = row;
    Ok(UnitFact {
        name: UnitName { vi, en },
        kind: UnitKind::from_code(&kind).map_err(|_| StoreError::Corrupt("the kind of a unit"))?,
        code,
        parent: parent.map(UnitId),
        valid_from: from.map(date_of).transpose()?,
        valid_to: to.map(date_of).transpose()?,
        decision,
    })
}

pub(super) fn version_of((id, hash, definition): VersionRow) -> Result<StoredVersion, StoreError> {
    let version = Version::parse(&definition)
        .map_err(|_| StoreError::Corrupt("the definition of a questionnaire version"))?;
    if version.hash() != hash_of(hash)? {
        return Err(StoreError::Corrupt(
            "a questionnaire version does not have its hash",
        ));
    }
    Ok(StoredVersion {
        id: VersionId(id),
        version: Arc::new(version),
    })
}

const SELECTIONS: [Selection; 3] = [Selection::Probability, Selection::CensusOfServed, Selection::Open];
const RULES: [ReleaseRule; 2] = [ReleaseRule::Nightly, ReleaseRule::Live];
const POINT_STATES: [PointState; 2] = [PointState::Trial, PointState::Active];
const DEVICE_STATES: [DeviceState; 3] = [DeviceState::Trial, DeviceState::InService, DeviceState::Revoked];

/// The stored number of a value: its place in its list, which only ever grows at the end.
fn number_in<T: PartialEq>(all: &[T], value: &T) -> i16 {
    let place = all.iter().position(|known| known == value);
    place.and_then(|place| i16::try_from(place).ok()).unwrap_or(0)
}

fn numbered<T: Copy>(all: &[T], number: i16) -> Result<T, StoreError> {
    usize::try_from(number)
        .ok()
        .and_then(|place| all.get(place).copied())
        .ok_or(StoreError::Corrupt("a state with an unknown number"))
}

pub(super) fn selection_number(selection: Selection) -> i16 {
    number_in(&SELECTIONS, &selection)
}

pub(super) fn rule_number(rule: ReleaseRule) -> i16 {
    number_in(&RULES, &rule)
}

/// Revisions by name; names that are not reference data count other things.
pub(super) fn revisions_of(rows: Vec<(String, i64)>) -> Revisions {
    let mut revisions = Revisions::default();
    for (name, number) in rows {
        match name.as_str() {
            "units" => revisions.units = number,
            "questionnaire_version" => revisions.versions = number,
            "points" => revisions.points = number,
            _ => {}
        }
    }
    revisions
}

pub(super) fn point_state_number(state: PointState) -> i16 {
    number_in(&POINT_STATES, &state)
}

pub(crate) fn device_state_number(state: DeviceState) -> i16 {
    number_in(&DEVICE_STATES, &state)
}

pub(super) fn text_json(text: &Text) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn text_of(json: &str) -> Result<Text, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt("a text in several languages"))
}

/// The list of channels as it is stored: a JSON array of their names.
pub(super) fn channels_json(channels: &[Channel]) -> String {
    serde_json::to_string(channels).unwrap_or_default()
}

fn channels_of(json: &str) -> Result<Vec<Channel>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt("the channels of a campaign"))
}

pub(super) fn campaigns_of(
    rows: Vec<CampaignRow>,
    versions: &[(Uuid, i32, i32)],
    units: &[(Uuid, Uuid)],
) -> Result<Vec<Campaign>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let (
                id,
                key,
                title,
                agency,
                hotline,
                motto,
                selection,
                rule,
                demo,
                starts,
                ends,
                closed,
                channels,
            ) = row;
            Ok(Campaign {
                id: CampaignId(id),
                key,
                title: text_of(&title)?,
                agency: text_of(&agency)?,
                hotline,
                motto: motto.as_deref().map(text_of).transpose()?,
                versions: versions
                    .iter()
                    .filter(|(campaign, ..)| *campaign == id)
                    .map(|(_, from, version)| Ok((date_of(*from)?, VersionId(*version))))
                    .collect::<Result<_, StoreError>>()?,
                units: units
                    .iter()
                    .filter(|(campaign, _)| *campaign == id)
                    .map(|(_, unit)| UnitId(*unit))
                    .collect(),
                selection: numbered(&SELECTIONS, selection)?,
                channels: channels_of(&channels)?,
                release: numbered(&RULES, rule)?,
                demo: demo != 0,
                starts_on: date_of(starts)?,
                ends_on: ends.map(date_of).transpose()?,
                closed_on: closed.map(date_of).transpose()?,
            })
        })
        .collect()
}

pub(super) fn point_of(row: PointRow) -> Result<Point, StoreError> {
    let (id, code, campaign, unit, channel, state, label, hourly_limit, needs_code, cluster, field) = row;
    Ok(Point {
        id: PointId(id),
        code,
        campaign: CampaignId(campaign),
        unit: UnitId(unit),
        channel: Channel::from_code(channel)
            .ok_or(StoreError::Corrupt("a channel with an unknown number"))?,
        state: numbered(&POINT_STATES, state)?,
        label,
        hourly_limit,
        needs_code: needs_code != 0,
        cluster,
        field,
    })
}

pub(crate) fn device_of(
    (id, point, token_hash, state, revoked, label): DeviceRow,
) -> Result<Device, StoreError> {
    Ok(Device {
        id: DeviceId(id),
        point: PointId(point),
        token_hash: hash_of(token_hash)?,
        state: numbered(&DEVICE_STATES, state)?,
        revoked_on: revoked.map(date_of).transpose()?,
        label,
    })
}

pub(super) fn key_pair_of(
    (id, public, sealed_private, made, retired): KeyRow,
) -> Result<KeyPair, StoreError> {
    Ok(KeyPair {
        id,
        public,
        sealed_private,
        made_at: instant_of(made)?,
        retired_at: retired.map(instant_of).transpose()?,
    })
}

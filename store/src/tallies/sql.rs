//! The statements of tallies.

use crate::backend::Rows;

macro_rules! unit_responses {
    ($condition:literal) => {
        concat!(
            "select version, channel, status, served_at, handled_by, meeting, point, answered_on, sampling_cluster, \
             answers from response where campaign = $1 and ",
            $condition,
            " and status = 0 and answered_on in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
             $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)"
        )
    };
}

macro_rules! unit_samples {
    ($condition:literal) => {
        concat!(
            "select version, channel, status, served_at, handled_by, meeting, point, answered_on, sampling_cluster, \
             answers from response where campaign = $1 and ",
            $condition,
            " and sampling_cluster is not null and status = 0"
        )
    };
}

/// Day tallies by their keys; what is not there yet does not come back.
pub(super) static READ_DAYS: Rows = Rows::numbered(
    "with k (n, bucket, campaign, unit, day, version, channel) as (values",
    6,
    ") select k.n, d.rev, d.counts, case when d.seal is null then 0 else 1 end from k join tally_day d \
     on d.bucket = k.bucket and d.campaign = k.campaign and d.unit = k.unit and d.day = k.day \
     and d.version = k.version and d.channel = k.channel",
);

/// Writes day tallies unless another writer was there since they were read: then fewer rows are touched.
pub(super) static WRITE_DAYS: Rows = Rows::new(
    "insert into tally_day (bucket, campaign, unit, day, version, channel, rev, seal, counts) values",
    9,
    "on conflict (bucket, campaign, unit, day, version, channel) do update set counts = excluded.counts, \
     rev = excluded.rev, seal = excluded.seal, dirty = 1 where tally_day.rev = excluded.rev - 1",
);

pub(super) const DAYS: &str = "select bucket, campaign, unit, day, version, channel, rev, seal, counts from tally_day \
     where bucket = $1 and campaign = $2 and unit = $3 and day between $4 and $5 order by day, version, channel";

pub(super) const DAY_ROWS: &str = "select bucket, campaign, unit, day, version, channel, rev, seal, counts from tally_day \
     where campaign = $1 and day = $2";
pub(super) const DIRTY_ON: &str =
    "select count(*) from tally_day where campaign = $1 and day = $2 and dirty = 1";
pub(super) const COUNTED_DAYS: &str = "select day from tally_day where campaign = $1 \
     union select answered_on from response where campaign = $1 order by 1";
/// What responses of a day count. `union all` would be needed for nothing: a day is read whole.
pub(super) const RESPONSES_ON: &str = "select version, channel, status, served_at, handled_by, meeting, point, answered_on, sampling_cluster, answers \
     from response where campaign = $1 and answered_on = $2";

/// Writes seals unless a row changed since it was read.
pub(super) static SEAL_DAYS: Rows = Rows::new(
    "with k (bucket, campaign, unit, day, version, channel, rev, seal) as (values",
    8,
    ") update tally_day set seal = k.seal from k where tally_day.bucket = k.bucket \
     and tally_day.campaign = k.campaign and tally_day.unit = k.unit and tally_day.day = k.day \
     and tally_day.version = k.version and tally_day.channel = k.channel and tally_day.rev = k.rev",
);

/// Changed day tallies after one of them, unit by unit.
pub(super) const DIRTY: &str = "select campaign, unit, day from tally_day where dirty = 1 and (campaign, unit, day) > ($1, $2, $3) \
     order by campaign, unit, day limit $4";
pub(super) const UNIT_DAYS: &str = "select bucket, campaign, unit, day, version, channel, rev, seal, counts, clusters, dirty from tally_day \
     where bucket = $1 and campaign = $2 and unit = $3 order by day, version, channel";
pub(super) const DAYS_OF_UNIT: &str =
    "select distinct day from tally_day where bucket = $1 and campaign = $2 and unit = $3";
pub(super) const TALLIED_UNITS: &str = "select distinct unit from tally_day where campaign = $1 order by 1";
pub(super) const UNIT_PERIODS: &str = "select month, version, channel, dim1, dim2, counts, clusters, samples from tally_period \
     where bucket = $1 and campaign = $2 and unit = $3";
pub(super) const UNIT_CROSS: &str = "select month, version, channel, dim1, products from tally_cross \
     where bucket = $1 and campaign = $2 and unit = $3";

/// The counted responses that rate a unit, in any role, on up to 31 days. Naming the days lets the index on
/// campaign, day and unit go straight to each.
pub(super) const UNIT_RESPONSES: &str = concat!(
    unit_responses!("served_at = $2"),
    " union all ",
    unit_responses!("handled_by = $2 and served_at <> $2"),
    " union all ",
    unit_responses!("meeting = $2 and served_at <> $2 and handled_by <> $2"),
);

/// The counted responses that rate a unit, in any role, and belong to a sampling cluster, over the whole campaign.
pub(super) const UNIT_SAMPLES: &str = concat!(
    unit_samples!("served_at = $2"),
    " union all ",
    unit_samples!("handled_by = $2 and served_at <> $2"),
    " union all ",
    unit_samples!("meeting = $2 and served_at <> $2 and handled_by <> $2"),
);

pub(super) static DROP_PERIODS: Rows = Rows::any_of(
    "delete from tally_period where",
    &["bucket", "campaign", "unit", "month"],
    "",
);
pub(super) static DROP_CROSS: Rows = Rows::any_of(
    "delete from tally_cross where",
    &["bucket", "campaign", "unit", "month"],
    "",
);
pub(super) static PUT_PERIODS: Rows = Rows::new(
    "insert into tally_period (bucket, campaign, unit, month, version, channel, dim1, dim2, counts, clusters, samples) \
     values",
    11,
    "on conflict (bucket, campaign, unit, month, version, channel, dim1, dim2) do update set \
     counts = excluded.counts, clusters = excluded.clusters, samples = excluded.samples",
);
pub(super) static PUT_CROSS: Rows = Rows::new(
    "insert into tally_cross (bucket, campaign, unit, month, version, channel, dim1, products) values",
    8,
    "on conflict (bucket, campaign, unit, month, version, channel, dim1) do update set products = excluded.products",
);
/// Notes up to which `rev` a day is folded; what arrived since leaves it dirty.
pub(super) static MARK_DAYS: Rows = Rows::new(
    "with k (bucket, campaign, unit, day, version, channel, rev, clusters) as (values",
    8,
    ") update tally_day set clusters = k.clusters, folded_rev = k.rev, \
     dirty = case when tally_day.rev = k.rev then 0 else 1 end from k where tally_day.bucket = k.bucket \
     and tally_day.campaign = k.campaign and tally_day.unit = k.unit and tally_day.day = k.day \
     and tally_day.version = k.version and tally_day.channel = k.channel",
);

macro_rules! periods {
    ($rest:literal) => {
        concat!(
            "select unit, month, campaign, version, channel, dim1, dim2, counts, clusters, samples from tally_period ",
            $rest
        )
    };
}
pub(super) const PERIODS: &str = periods!("where campaign = $1 and dim1 = -1 and dim2 = -1");
/// With the month, of which -1 is the whole campaign.
pub(super) const PERIODS_OF_MONTH: &str =
    periods!("where campaign = $1 and month = $2 and dim1 = -1 and dim2 = -1");
pub(super) const SPLIT: &str = periods!("where bucket = $1 and campaign = $2 and unit = $3");
pub(super) const CROSS: &str = "select month, version, channel, dim1, products from tally_cross \
     where bucket = $1 and campaign = $2 and unit = $3 and month = -1";

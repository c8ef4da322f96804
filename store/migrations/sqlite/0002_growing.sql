-- Growing tables. Every unique index starts with the bucket, a hash to 0-1023 of the response's id or of
-- the rated unit's, so that the tables can be spread over machines. No foreign keys: what they would check
-- is checked when reference data is read, once a batch instead of once a row.

-- Rows lie in order of insertion; batches are sorted by id, so the order inside one tells nothing.
create table response (
    bucket integer not null,
    id blob not null,
    digest blob not null,
    point blob not null,
    campaign blob not null,
    version integer not null,
    served_at blob not null,
    handled_by blob,
    meeting blob,
    channel integer not null,
    mode integer not null,
    language text not null,
    answered_on integer not null,
    arrived_at integer,
    duration_s integer,
    clock_offset_s integer,
    sampling_cluster text,
    sampling_case text,
    status integer not null,
    reason integer,
    status_at integer,
    answers blob,
    constraint response_bucket primary key (bucket, id)
) strict;
create index response_by_day on response (campaign, answered_on, served_at);
-- Both are empty for most campaigns: a second unit and a sampling cluster are rare.
create index response_by_handler on response (campaign, answered_on, handled_by) where handled_by is not null;
create index response_by_meeting on response (campaign, answered_on, meeting) where meeting is not null;
create index response_by_cluster on response (campaign, served_at, answered_on) where sampling_cluster is not null;

create table remark (
    bucket integer not null,
    response blob not null,
    question integer not null,
    body text not null,
    constraint remark_bucket primary key (bucket, response, question)
) strict, without rowid;

-- Receipts wait here until a job moves all of them at once, in order of their hash, to their place: a row
-- that was written together with its response would show the same transaction.
create table receipt_waiting (
    bucket integer not null,
    hash blob not null,
    constraint receipt_waiting_bucket primary key (bucket, hash)
) strict, without rowid;

create table receipt (
    bucket integer not null,
    hash blob not null,
    constraint receipt_bucket primary key (bucket, hash)
) strict, without rowid;

-- What was issued never changes; what is open loses its row when it is used. Neither lines up with a response.
create table code_issued (
    bucket integer not null,
    hash blob not null,
    campaign blob not null,
    constraint code_issued_bucket primary key (bucket, hash)
) strict, without rowid;

create table code_open (
    bucket integer not null,
    hash blob not null,
    campaign blob not null,
    constraint code_open_bucket primary key (bucket, hash)
) strict, without rowid;

-- `dirty` is 1 while rev <> folded_rev. It is a column of its own because an index on the two numbers would
-- have to be written with every batch, and this one only when a clean day changes. Rows are rewritten in
-- place, so pages keep room for it.
create table tally_day (
    bucket integer not null,
    campaign blob not null,
    unit blob not null,
    day integer not null,
    version integer not null,
    channel integer not null,
    rev integer not null,
    folded_rev integer not null default 0,
    dirty integer not null default 1,
    seal blob,
    counts blob not null,
    clusters blob,
    constraint tally_day_bucket primary key (bucket, campaign, unit, day, version, channel)
) strict;
create index tally_day_by_day on tally_day (campaign, day);
create index tally_day_dirty on tally_day (campaign, unit, day) where dirty = 1;

-- Folded: `month` is the first day of a month or -1 for the whole campaign; `dim1` and `dim2` are options of
-- the version's report dimensions, -1 for all and -2 for not answered.
create table tally_period (
    bucket integer not null,
    campaign blob not null,
    unit blob not null,
    month integer not null,
    version integer not null,
    channel integer not null,
    dim1 integer not null,
    dim2 integer not null,
    counts blob not null,
    clusters blob not null,
    samples blob not null,
    constraint tally_period_bucket primary key (bucket, campaign, unit, month, version, channel, dim1, dim2)
) strict;
create index tally_period_by_month on tally_period (campaign, month, dim1, dim2);

-- Products over criteria (domain::cross), folded by month and for the whole campaign like the counts.
create table tally_cross (
    bucket integer not null,
    campaign blob not null,
    unit blob not null,
    month integer not null,
    version integer not null,
    channel integer not null,
    dim1 integer not null,
    products blob not null,
    constraint tally_cross_bucket primary key (bucket, campaign, unit, month, version, channel, dim1)
) strict;

create table release_cell (
    bucket integer not null,
    campaign blob not null,
    unit blob not null,
    period text not null,
    channel text not null,
    version integer not null,
    hidden integer,
    changed_in integer not null,
    nodes blob not null,
    items blob not null,
    constraint release_cell_bucket primary key (bucket, campaign, unit, period, channel)
) strict;
create index release_cell_by_campaign on release_cell (campaign);

-- What is known from a point, so that nobody is asked for it: the sampling cluster, an opaque code that is copied to
-- its responses and never shown, and the field of the procedure.
alter table point add column sampling_cluster text;
alter table point add column field text;

-- A cluster is looked for by every unit that its people rate. Both are empty for most campaigns.
create index response_by_handler_cluster on response (campaign, handled_by)
    where sampling_cluster is not null and handled_by is not null;
create index response_by_meeting_cluster on response (campaign, meeting)
    where sampling_cluster is not null and meeting is not null;

-- The first day of which exact times are still kept: those of published days are erased, and what arrives for such a
-- day later is stored without.
alter table campaign add column times_kept_from integer;

-- What whoever runs the survey decided about responses of one point and day, and why. One row a decision, written
-- before anything changes.
create table review (
    id uuid not null,
    campaign uuid not null references campaign (id),
    point uuid not null references point (id),
    answered_on integer not null,
    status smallint not null,
    reason smallint,
    new_status smallint not null,
    new_reason smallint,
    responses bigint not null,
    purpose text not null,
    decided_at bigint not null,
    constraint review_id primary key (id)
);
create index review_by_campaign on review (campaign, decided_at);

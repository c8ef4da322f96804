-- Responses that were refused and then decided about by whoever runs the survey: devices need not keep them.
create table response_settled (
    id blob not null,
    settled_on integer not null,
    constraint response_settled_id primary key (id)
) strict, without rowid;

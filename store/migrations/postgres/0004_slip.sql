-- Slips: one-time codes of dossiers, which may know who handles the dossier and its field. What they know goes with
-- the row when the code is used, so that it lines up with nothing.

alter table code_open add column handled_by uuid;
alter table code_open add column field text;
alter table code_open add column expires_on integer;

-- Campaigns in which slips were issued: their pages ask for one.
create table slip_campaign (
    campaign uuid not null references campaign (id),
    constraint slip_campaign_campaign primary key (campaign)
);

-- Systems that may issue slips in a campaign, such as the portal of a province, known by the hash of a token.
create table issuer (
    token_hash bytea not null,
    campaign uuid not null references campaign (id),
    label text not null,
    revoked_on integer,
    constraint issuer_token_hash primary key (token_hash)
);

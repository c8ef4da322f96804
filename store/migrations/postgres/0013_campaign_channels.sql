-- How answers may reach a campaign: a JSON array of the names of channels. An empty one stands for every channel that
-- the method accepts, as campaigns made before had it.
alter table campaign add column channels text not null default '[]';

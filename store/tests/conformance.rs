//! Every method of the store, on SQLite and on PostgreSQL alike.
//!
//! PostgreSQL is the one of `NGHE_DAN_TEST_POSTGRES_URL`, where each test has a schema of its own. Without it
//! that half is skipped and says so; with `CI=true` that is a failure.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../domain/tests/fixture/mod.rs"]
mod fixture;

#[path = "conformance/calls.rs"]
mod calls;
#[path = "conformance/catalogue.rs"]
mod catalogue;
#[path = "conformance/devices.rs"]
mod devices;
#[path = "conformance/intake.rs"]
mod intake;
#[path = "conformance/jobs.rs"]
mod jobs;
#[path = "conformance/links.rs"]
mod links;
#[path = "conformance/releases.rs"]
mod releases;
#[path = "conformance/responses.rs"]
mod responses;
#[path = "conformance/schema.rs"]
mod schema;
#[path = "conformance/slips.rs"]
mod slips;
#[path = "conformance/statements.rs"]
mod statements;
#[path = "conformance/tallies.rs"]
mod tallies;
#[path = "conformance/world.rs"]
mod world;

/// A test of the suite, run on both databases.
macro_rules! on_both {
    ($($module:ident :: $test:ident),+ $(,)?) => {
        $(mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::$module::$test(&crate::world::World::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(world) = crate::world::World::postgres().await {
                    crate::$module::$test(&world).await;
                    world.drop_schema().await;
                }
            }
        })+
    };
}

on_both!(
    catalogue::units_come_back_and_are_replaced,
    catalogue::a_published_version_is_frozen,
    catalogue::campaigns_come_back_and_stay_closed,
    catalogue::points_and_devices_are_found,
    catalogue::key_pairs_come_back,
    devices::a_code_ties_one_device,
    devices::the_last_contact_is_kept,
    devices::facts_are_replaced,
    devices::what_was_decided_about_stays_settled,
    intake::what_is_recorded_is_there_once,
    intake::repeats_and_conflicts_are_told_apart,
    intake::closing_is_a_barrier,
    intake::nothing_enters_behind_a_closing,
    intake::nothing_of_a_revoked_device_counts,
    intake::an_announced_end_is_the_last_day,
    intake::a_code_is_used_once,
    intake::two_units_are_counted_under_each_and_once_above,
    intake::batches_of_every_size_are_counted,
    jobs::a_lease_has_one_owner,
    jobs::a_migrated_database_is_ready,
    links::codes_and_receipts_do_not_line_up_with_responses,
    releases::a_release_replaces_what_changed,
    releases::a_large_release_is_drafted_and_published_at_once,
    responses::a_status_moves_the_tallies,
    responses::a_scan_sees_everything_once,
    responses::retention_keeps_what_recognises_a_repeat,
    responses::a_broken_seal_is_found,
    responses::published_days_lose_their_times,
    responses::times_left_by_a_run_that_was_cut_short_go,
    responses::nothing_enters_behind_the_erasing_of_times,
    responses::standings_and_decisions_are_kept,
    responses::handouts_are_kept_with_their_purpose,
    slips::a_dossier_has_one_slip,
    slips::a_used_slip_leaves_nothing_of_what_it_knew,
    slips::expired_slips_are_forgotten_and_stay_issued,
    slips::issuers_are_known_by_their_token,
    tallies::two_writers_and_a_reviewer_lose_nothing,
    tallies::a_recount_finds_and_repairs,
    tallies::a_recount_sees_folded_rows,
    tallies::months_and_the_campaign_are_folded,
    tallies::sampling_clusters_are_squared_as_a_whole,
    tallies::people_outside_clusters_leave_a_row_without_cluster_sums,
    tallies::cluster_sums_outlive_the_answers,
    tallies::folding_under_load_loses_nothing,
    tallies::a_pass_comes_to_every_unit_once,
);

//! Raw tallies cannot be serialised, and only the release module makes released figures.

#[test]
fn only_released_figures_leave() {
    trybuild::TestCases::new().compile_fail("tests/sealed/*.rs");
}

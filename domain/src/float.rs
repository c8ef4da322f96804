//! The only places where an integer total becomes a floating-point number.

/// The nearest `f64`; totals above 2⁵³ lose their last digits, which no printed figure shows.
#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate has 53 bits; totals stay integers until here"
)]
pub(crate) fn as_f64(total: impl Into<i128>) -> f64 {
    total.into() as f64
}

/// `numerator / denominator` of two exact integers.
pub(crate) fn quotient(numerator: impl Into<i128>, denominator: impl Into<i128>) -> f64 {
    as_f64(numerator) / as_f64(denominator)
}

/// The nearest integer, half away from zero, saturating at the ends of `i64`; not-a-number becomes zero.
#[expect(clippy::cast_possible_truncation, reason = "saturates, as documented")]
pub(crate) fn nearest(value: f64) -> i64 {
    value.round() as i64
}

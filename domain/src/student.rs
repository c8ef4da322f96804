//! Quantiles of Student's t distribution (Student, Biometrika 6, 1908) with a whole number of degrees of freedom, by the
//! series and the expansion of Abramowitz and Stegun, *Handbook of Mathematical Functions*, 1964, 26.7.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::float::as_f64;
use crate::normal::{self, Z95};

/// Up to here the distribution is summed exactly; above, the asymptotic expansion is close enough and faster.
const EXACT: i64 = 60;

/// The 97.5 % point of t with `freedom` degrees of freedom, for two-sided 95 % intervals.
///
/// A page of figures asks for hundreds, so those that take a search are searched once.
pub fn t95(freedom: i64) -> f64 {
    static FEW: LazyLock<Vec<f64>> = LazyLock::new(|| (0..=EXACT).map(|few| quantile(0.975, few)).collect());
    if freedom > EXACT {
        return expand(Z95, as_f64(freedom));
    }
    usize::try_from(freedom)
        .ok()
        .and_then(|few| FEW.get(few).copied())
        .unwrap_or(f64::NAN)
}

/// The value below which t falls with `probability`; not a number without a degree of freedom.
///
/// Up to 60 degrees of freedom the finite series of the distribution (Abramowitz, Stegun, *Handbook of
/// Mathematical Functions*, 1964, 26.7.3 and 26.7.4) is solved by Newton's rule, to 10⁻¹⁰ relative. Above it
/// the expansion about the normal quantile (26.7.5) is used, which is off by at most 5·10⁻¹⁰ at 0.975 and
/// 10⁻⁷ at 0.9999.
pub fn quantile(probability: f64, freedom: i64) -> f64 {
    if freedom < 1 {
        return f64::NAN;
    }
    if probability < 0.5 {
        return -quantile(1.0 - probability, freedom);
    }
    match freedom {
        1 => (PI * (probability - 0.5)).tan(),
        2 => (2.0 * probability - 1.0) / (2.0 * probability * (1.0 - probability)).sqrt(),
        ..=EXACT => solve(probability, freedom),
        _ => expand(normal::quantile(probability), as_f64(freedom)),
    }
}

/// Newton's rule from the normal quantile. The distribution is concave above zero and the start lies below
/// the root, so that the steps never pass it.
fn solve(probability: f64, freedom: i64) -> f64 {
    let target = 2.0 * probability - 1.0;
    let mut at = normal::quantile(probability);
    for _ in 0..200 {
        let step = (target - within(at, freedom)) / (2.0 * density(at, freedom));
        at += step;
        if step.abs() <= 1e-14 * at {
            break;
        }
    }
    at
}

/// The probability that t lies between `-at` and `at`.
fn within(at: f64, freedom: i64) -> f64 {
    let angle = (at / as_f64(freedom).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let even = freedom % 2 == 0;
    let mut term = if even { 1.0 } else { cosine };
    let mut sum = 0.0;
    let mut index = if even { 1 } else { 2 };
    while index < freedom {
        sum += term;
        term *= cosine * cosine * as_f64(index) / as_f64(index + 1);
        index += 2;
    }
    if even {
        sine * sum
    } else {
        (angle + sine * sum) * 2.0 / PI
    }
}

fn density(at: f64, freedom: i64) -> f64 {
    // Γ((ν+1)/2) / Γ(ν/2), by the recurrence from ν = 1 or ν = 2.
    let mut gamma = if freedom % 2 == 0 {
        PI.sqrt() / 2.0
    } else {
        PI.sqrt().recip()
    };
    let mut index = if freedom % 2 == 0 { 2 } else { 1 };
    while index < freedom {
        gamma *= as_f64(index + 1) / as_f64(index);
        index += 2;
    }
    let freedom = as_f64(freedom);
    gamma / (freedom * PI).sqrt() * (1.0 + at * at / freedom).powf(-(freedom + 1.0) / 2.0)
}

fn expand(normal: f64, freedom: f64) -> f64 {
    let square = normal * normal;
    let first = (square + 1.0) / 4.0;
    let second = ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    let fourth =
        ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92_160.0;
    normal * (1.0 + (first + (second + (third + fourth / freedom) / freedom) / freedom) / freedom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_ways_meet() {
        for (probability, tolerance) in [(0.6, 1e-10), (0.9, 1e-10), (0.975, 5e-10), (0.9999, 1e-7)] {
            let expanded = expand(normal::quantile(probability), as_f64(EXACT));
            let solved = solve(probability, EXACT);
            assert!(
                (solved / expanded - 1.0).abs() < tolerance,
                "at {probability}: {solved} {expanded}"
            );
        }
    }

    #[test]
    fn kept_points_are_those_that_are_searched() {
        for freedom in [1, 2, 29, 60, 61, 10_000] {
            assert!(
                (t95(freedom) / quantile(0.975, freedom) - 1.0).abs() < 1e-14,
                "{freedom}"
            );
        }
    }

    #[test]
    fn symmetric_and_undefined_without_freedom() {
        assert!((quantile(0.1, 7) + quantile(0.9, 7)).abs() < 1e-14);
        assert!(t95(0).is_nan() && t95(-1).is_nan());
    }
}

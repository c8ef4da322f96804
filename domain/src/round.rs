//! The one rounding, at display, and how figures are written in Vietnamese and English.
//!
//! Rounding is half away from zero. A share is written with a percent sign and no space before it; a
//! difference of two shares is in percentage points (*điểm phần trăm*), never "%".

use std::fmt::{self, Write as _};

use crate::float::nearest;
use crate::ratio::divide_half_away;

/// Decimals of a published percentage.
pub const PERCENT_PLACES: u8 = 2;

/// A rounded number: `scaled · 10^-places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal {
    // Order matters for the derived comparison only between equal numbers of places.
    scaled: i64,
    places: u8,
}

impl Decimal {
    /// Rounds an exact fraction with a positive denominator, half away from zero.
    ///
    /// Saturates beyond `i64`; `places` above 18 are taken as 18.
    pub fn of(numerator: i128, denominator: i128, places: u8) -> Self {
        debug_assert!(denominator > 0, "a fraction has a positive denominator");
        let places = places.min(18);
        let power = 10_i128.pow(places.into());
        let (whole, rest) = (numerator / denominator, numerator % denominator);
        let scaled = match rest.checked_mul(power) {
            Some(rest) => divide_half_away(rest, denominator),
            // So large a denominator may lose its last digits without being seen.
            None => divide_half_away(rest, (denominator / power).max(1)),
        };
        let scaled = whole.saturating_mul(power).saturating_add(scaled);
        Self {
            scaled: clamp(scaled),
            places,
        }
    }

    /// Rounds an interval end or another estimate that is not a fraction, half away from zero.
    pub fn of_float(value: f64, places: u8) -> Self {
        let places = places.min(18);
        Self {
            scaled: nearest(value * 10_f64.powi(places.into())),
            places,
        }
    }

    /// The number times `10^places`.
    pub fn scaled(self) -> i64 {
        self.scaled
    }

    /// How many decimals it has.
    pub fn places(self) -> u8 {
        self.places
    }

    /// Written for a reader, with the separators of `style` and a true minus sign.
    pub fn format(self, style: Style) -> String {
        let mut text = String::new();
        if self.scaled < 0 {
            text.push('−');
        }
        self.write_magnitude(&mut text, Some(style.thousands()), style.point());
        text
    }

    fn write_magnitude(self, text: &mut String, thousands: Option<char>, point: char) {
        let power = 10_u64.pow(self.places.into());
        let magnitude = self.scaled.unsigned_abs();
        let whole = (magnitude / power).to_string();
        for (index, digit) in whole.char_indices() {
            if let Some(separator) =
                thousands.filter(|_| index > 0 && (whole.len() - index).is_multiple_of(3))
            {
                text.push(separator);
            }
            text.push(digit);
        }
        if self.places > 0 {
            text.push(point);
            let places = usize::from(self.places);
            // Writing to a string cannot fail.
            let _ = write!(text, "{:0places$}", magnitude % power);
        }
    }
}

/// Machine form, with a point and without separators: `-1234.50`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_magnitude(&mut text, None, '.');
        f.pad_integral(self.scaled >= 0, "", &text)
    }
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// `1.204,50`
    Vietnamese,
    /// `1,204.50`
    English,
}

impl Style {
    /// The style for a language tag; Vietnamese unless the tag is English.
    pub fn of_language(tag: &str) -> Self {
        match tag.split(['-', '_']).next() {
            Some(primary) if primary.eq_ignore_ascii_case("en") => Self::English,
            _ => Self::Vietnamese,
        }
    }

    fn point(self) -> char {
        match self {
            Self::Vietnamese => ',',
            Self::English => '.',
        }
    }

    fn thousands(self) -> char {
        match self {
            Self::Vietnamese => '.',
            Self::English => ',',
        }
    }
}

/// A percentage: `83,94%` or `83.94%`. The number is already in percent.
pub fn format_percent(percent: Decimal, style: Style) -> String {
    let mut text = percent.format(style);
    text.push('%');
    text
}

/// A difference of two percentages with its sign: `+1,25 điểm phần trăm` or `+1.25 percentage points`.
pub fn format_points(points: Decimal, style: Style) -> String {
    let sign = if points.scaled > 0 { "+" } else { "" };
    let unit = match style {
        Style::Vietnamese => "điểm phần trăm",
        Style::English => "percentage points",
    };
    format!("{sign}{} {unit}", points.format(style))
}

/// A count with its thousands separated: `36.525` or `36,525`.
pub fn format_count(count: i64, style: Style) -> String {
    Decimal {
        scaled: count,
        places: 0,
    }
    .format(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_languages() {
        let percent = Decimal::of(83_943, 1000, 2);
        assert_eq!(format_percent(percent, Style::Vietnamese), "83,94%");
        assert_eq!(format_percent(percent, Style::English), "83.94%");
        assert_eq!(format_count(1_204, Style::Vietnamese), "1.204");
        assert_eq!(format_count(36_525_000, Style::English), "36,525,000");
        assert_eq!(format_count(-999, Style::English), "−999");
        assert_eq!(
            format_points(Decimal::of(-5, 100, 2), Style::Vietnamese),
            "−0,05 điểm phần trăm"
        );
        assert_eq!(
            format_points(Decimal::of(5, 4, 2), Style::English),
            "+1.25 percentage points"
        );
        assert_eq!(
            format_points(Decimal::of(0, 4, 1), Style::English),
            "0.0 percentage points"
        );
    }

    #[test]
    fn machine_form_has_no_separators() {
        assert_eq!(Decimal::of(-2_469, 2, 2).to_string(), "-1234.50");
        assert_eq!(Decimal::of(1, 3, 0).to_string(), "0");
    }

    #[test]
    fn huge_fractions_round_the_same() {
        let huge = i128::MAX / 3;
        assert_eq!(Decimal::of(huge, huge * 2, 4).to_string(), "0.5000");
        assert_eq!(Decimal::of(i128::MAX, 1, 2).scaled(), i64::MAX);
    }

    #[test]
    fn floats_round_half_away() {
        assert_eq!(Decimal::of_float(-0.125, 2).to_string(), "-0.13");
        assert_eq!(Decimal::of_float(82.456, 0).to_string(), "82");
    }

    #[test]
    fn language_tags() {
        assert_eq!(Style::of_language("en-GB"), Style::English);
        assert_eq!(Style::of_language("vi"), Style::Vietnamese);
    }
}

//! Quantiles of the standard normal distribution.

/// The 97.5 % point of the standard normal distribution, for two-sided 95 % intervals.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The value below which a standard normal variable falls with `probability`, to about 10⁻¹⁵ relative.
///
/// Rational approximations of Wichura, *Algorithm AS 241: The percentage points of the normal distribution*,
/// Applied Statistics 37 (1988) 477–484 (PPND16). Infinite at 0 and 1, not a number outside.
pub fn quantile(probability: f64) -> f64 {
    let centred = probability - 0.5;
    if centred.abs() <= 0.425 {
        let square = 0.180_625 - centred * centred;
        return centred * ratio(square, &CENTRE);
    }
    let tail = if centred < 0.0 {
        probability
    } else {
        1.0 - probability
    };
    let distance = (-tail.ln()).sqrt();
    let magnitude = if tail <= 0.0 {
        if tail < 0.0 { f64::NAN } else { f64::INFINITY }
    } else if distance <= 5.0 {
        ratio(distance - 1.6, &MIDDLE)
    } else {
        ratio(distance - 5.0, &FAR)
    };
    magnitude.copysign(centred)
}

/// Coefficients of numerator and denominator, from the constant upwards.
struct Rational {
    above: [f64; 8],
    below: [f64; 8],
}

fn ratio(at: f64, coefficients: &Rational) -> f64 {
    let evaluate = |terms: &[f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * at + term);
    evaluate(&coefficients.above) / evaluate(&coefficients.below)
}

const CENTRE: Rational = Rational {
    above: [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    below: [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_545e3,
    ],
};

const MIDDLE: Rational = Rational {
    above: [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    below: [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
};

const FAR: Rational = Rational {
    above: [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    below: [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_7e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points() {
        // Values of mpmath at 30 digits.
        for (probability, expected) in [
            (0.5, 0.0),
            (0.975, Z95),
            (0.9, 1.281_551_565_544_600_4),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_409),
        ] {
            assert!(
                (quantile(probability) - expected).abs() < 1e-14,
                "at {probability}"
            );
        }
        assert!(quantile(1.0).is_infinite());
        assert!(quantile(1.5).is_nan());
    }
}

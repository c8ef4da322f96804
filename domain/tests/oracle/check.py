"""Computes the figures of the domain independently, from the answers themselves, and compares.

Reads one JSON document from standard input:

    {"cases": [{"name", "criteria", "people": [{"village", "stratum", "scores": [1..5 or null, ...]}],
                "found": {"<figure>": number or null}}],
     "quantiles": [[probability, degrees of freedom or null for the normal distribution, found], ...]}

and writes one line of JSON a disagreement to standard output: {"case", "figure", "found", "expected"}.
Nothing here knows moments or cross-products: statsmodels, scipy and sums over people only.
"""

import json
import sys
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

RELATIVE, ABSOLUTE = 1e-9, 1e-13
# Ends of intervals rest on a quantile of t that is exact to 5e-10.
ENDS = 1e-9
Z = stats.norm.ppf(0.975)
FEW = 30


def clustered(values, groups):
    """Variance of the mean of values, clustered by groups, with the factor m/(m-1)."""
    m = len(np.unique(groups))
    if m < 2:
        return None
    if np.ptp(values) == 0:
        return 0.0
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    v = float(fit.bse[0] ** 2 * m / (m - 1))
    # Everybody's own share is the same: what is left is floating-point dust.
    return v if v > 1e-25 else 0.0


def wilson(share, count):
    low, high = proportion_confint(share * count, count, alpha=0.05, method="wilson")
    return float(min(low, share)), float(max(high, share))


def share_figures(name, share, v, m, units, df, most=None):
    """Value, variance and ends of a share, on the effective number of respondents where that can be had."""
    usable = v is not None and v > 1e-25 and m >= FEW and 0 < share < 1
    n = share * (1 - share) / v * (Z / stats.t.ppf(0.975, df)) ** 2 if usable else units
    if most is not None and n > most:
        n = most
    low, high = wilson(share, n)
    figures = {"value": share, "variance": v, "low": low, "high": high}
    if 0 < share < 1 and v is not None:
        figures["design_effect"] = v / (share * (1 - share) / m)
    return {f"{name}.{key}": value for key, value in figures.items()}


def bound(share, p, n, v, units, spread, sizes, without):
    """At most the variance of the mean of shares p of n people each: see the module that the figures come from."""
    answers, widening = n.sum(), np.sqrt(units / (units - 1))
    apart = np.sum(np.abs(1 / (len(p) * n) - 1 / answers) * spread)
    uneven = np.abs(np.sum(p - share)) * sizes + np.sum(np.abs(p - share) * without)
    by_pooled = np.sqrt(v) + widening * (apart + uneven / answers)
    return min(by_pooled, widening * np.mean(spread / n)) ** 2


def mean_figures(name, mean, v, m, units, df):
    if v is not None and v > 1e-25 and m >= FEW:
        half = stats.t.ppf(0.975, df) * np.sqrt(v)
        low, high = max(mean - half, 1.0), min(mean + half, 5.0)
    else:
        low, high = (1 + 4 * end for end in wilson((mean - 1) / 4, units))
    return {f"{name}.value": mean, f"{name}.variance": v, f"{name}.low": low, f"{name}.high": high}


def mover(left, right, correlation=0.0):
    d = left[0] - right[0]
    a, b = left[0] - left[1], right[2] - right[0]
    c, e = left[2] - left[0], right[0] - right[1]
    low = d - np.sqrt(max(a * a - 2 * correlation * a * b + b * b, 0))
    high = d + np.sqrt(max(c * c - 2 * correlation * c * e + e * e, 0))
    return d, low, high


def stratified(totals, strata, share):
    """Sum over strata of m/(m-1) * sum((e - mean e)^2) / A^2; a lonely unit counts about the whole."""
    answers = sum(a for a, _ in totals)
    e = np.array([h - share * a for a, h in totals])
    strata = np.array(strata)
    v = 0.0
    for stratum in np.unique(strata):
        own = e[strata == stratum]
        m = len(own)
        v += m / (m - 1) * np.sum((own - own.mean()) ** 2) if m > 1 else np.sum(own**2)
    df = len(e) - len(np.unique(strata))
    return (v / answers**2, df) if df > 0 else (None, 0)


def figures(case):
    people = [p for p in case["people"] if any(s is not None for s in p["scores"])]
    if not people:
        return {}
    m = len(people)
    scores = np.array([[np.nan if s is None else s for s in p["scores"]] for p in people], float)
    given = ~np.isnan(scores)
    happy = np.where(given, scores >= 4, 0).astype(float)
    person = np.repeat(np.arange(m)[:, None], scores.shape[1], 1)[given]
    village = np.array([p["village"] for p in people])
    stratum = np.array([p["stratum"] for p in people])
    stacked, rated = happy[given], scores[given]
    share, mean = stacked.mean(), rated.mean()

    out = {"respondents": m, "answers": int(given.sum())}
    v = persons_apart = clustered(stacked, person)
    out |= share_figures("pooled", share, v, m, m, m - 1)
    vm = clustered(rated, person)
    out |= mean_figures("mean", mean, vm, m, m, m - 1)

    every = np.array([all(h == 1 for h, g in zip(row, was) if g) for row, was in zip(happy, given)])
    low, high = wilson(every.mean(), m)
    out |= {"all_satisfied.value": every.mean(), "all_satisfied.low": low, "all_satisfied.high": high}

    # Villages, as one stratum and in strata, and as the point-days of open desks.
    villages = np.unique(village)
    by_village = village[person]
    vc, vmc = clustered(stacked, by_village), clustered(rated, by_village)
    out |= share_figures("clusters", share, vc, m, len(villages), len(villages) - 1, most=m)
    out |= mean_figures("clusters_mean", mean, vmc, m, len(villages), len(villages) - 1)
    wider = vc is not None and v is not None and vc > v
    out |= share_figures("open", share, vc if wider else v, m, m, len(villages) - 1 if wider else m - 1)
    totals = [(given[i].sum(), happy[i].sum()) for i in range(m)]
    vs, df = stratified(totals, stratum, share)
    out |= share_figures("strata", share, vs, m, m, df)
    totals = [(given[village == c].sum(), happy[village == c].sum()) for c in villages]
    vs, df = stratified(totals, [stratum[village == c][0] for c in villages], share)
    out |= share_figures("clusters_strata", share, vs, m, len(villages), df, most=m)

    # Criteria, their mean by influence values, and the first two compared as pairs.
    n = given.sum(0)
    if n.min() >= 1:
        p, k = happy.sum(0) / n, scores.shape[1]
        low, high = wilson(p[0], n[0])
        out |= {"criterion.value": p[0], "criterion.low": low, "criterion.high": high}
        z = np.where(given, happy - p, 0) / n
        v = m / (m - 1) * np.sum((z.sum(1) / k) ** 2) if m > 1 else None
        out |= share_figures("criteria", p.mean(), v, m, n.min(), m - 1)
        q = np.nansum(scores, 0) / n
        zq = np.where(given, scores - q, 0) / n
        v = m / (m - 1) * np.sum((zq.sum(1) / k) ** 2) if m > 1 else None
        out |= mean_figures("criteria_mean", q.mean(), v, m, n.min(), m - 1)
        if n.min() >= 2:
            # Their mean with a bound of its variance, between persons and between villages.
            for name, v, group in (("bound", persons_apart, np.arange(m)), ("clusters_bound", vc, village)):
                rated = np.array([given[group == c].sum(0) for c in np.unique(group)])
                if v is None:
                    wide = None
                elif name == "bound":
                    lengths = np.sqrt(n * p * (1 - p)), np.sqrt(m), np.sqrt(m - n)
                    wide = bound(share, p, n, v, m, *lengths)
                else:
                    ends = np.sqrt(np.sum(rated.sum(1) ** 2.0))
                    sizes = min(m, (ends + k * m - n.sum()) / k)
                    lengths = np.maximum(p, 1 - p) * np.minimum(n, sizes), sizes, np.minimum(m - n, sizes)
                    wide = bound(share, p, n, v, len(villages), *lengths)
                by_unit = np.array([z[group == c].sum() / k for c in np.unique(group)])
                if wide is not None:
                    units = len(by_unit)
                    assert units / (units - 1) * np.sum(by_unit**2) <= wide * (1 + 1e-9) + 1e-15
                persons = name == "bound"
                fewest = n.min() if persons else min(n.min(), len(villages))
                df = (n.min() if persons else len(villages)) - 1
                out |= share_figures(name, p.mean(), wide, m, fewest, df, most=None if persons else n.min())
        if k >= 2:
            first, second = z[:, 0], z[:, 1]
            spread = np.sqrt(np.sum(first**2) * np.sum(second**2))
            correlation = np.sum(first * second) / spread if spread > 1e-12 else 0.0
            # Answered alike: what floating point leaves of 1 - r would show in the eighth digit.
            correlation = np.sign(correlation) if abs(correlation) > 1 - 1e-12 else correlation
            ends = [(p[i], *wilson(p[i], n[i])) for i in (0, 1)]
            d, low, high = mover(*ends, correlation)
            out |= {"paired.value": d, "paired.low": low, "paired.high": high}

    # Strata as units: the weighted mean by their number plus one, and the first against the rest.
    units, weights = [], []
    for number in np.unique(stratum):
        inside = stratum == number
        rows, count = inside[person], int(inside.sum())
        own = stacked[rows].mean()
        v = clustered(stacked[rows], person[rows])
        units.append((own, 0.25 / count if v is None else v, count, max(count - 1, 1)))
        weights.append(number + 1)
    w = np.array(weights) / sum(weights)
    value = sum(wi * u[0] for wi, u in zip(w, units))
    v = sum(wi**2 * u[1] for wi, u in zip(w, units))
    below = sum((wi**2 * u[1]) ** 2 / u[3] for wi, u in zip(w, units))
    df = max(int(np.floor(v * v / below * (1 + 1e-9))), 1) if below > 0 else 1
    kish = max(int(np.floor(1 / sum(wi**2 / u[2] for wi, u in zip(w, units)) * (1 + 1e-9))), 1)
    out |= share_figures("weighted", value, v, m, kish, df)
    inside = stratum == stratum.min()
    if inside.any() and not inside.all():
        ends = []
        for chosen in (inside, ~inside):
            rows, count = chosen[person], int(chosen.sum())
            own = stacked[rows].mean()
            f = share_figures("x", own, clustered(stacked[rows], person[rows]), count, count, count - 1)
            ends.append((own, f["x.low"], f["x.high"]))
        d, low, high = mover(*ends)
        out |= {"rest.value": d, "rest.low": low, "rest.high": high}
    return out


def differs(figure, found, expected):
    if found is None or expected is None:
        return found is not expected
    absolute = ENDS if figure.endswith((".low", ".high")) else ABSOLUTE
    return abs(found - expected) > absolute + RELATIVE * abs(expected)


def main():
    warnings.simplefilter("ignore")
    document = json.load(sys.stdin)
    compared = 0
    for case in document["cases"]:
        expected = figures(case)
        for figure in sorted(set(expected) | set(case["found"])):
            want, found = expected.get(figure, "absent"), case["found"].get(figure, "absent")
            compared += 1
            if "absent" in (want, found) or differs(figure, found, None if want is None else float(want)):
                row = {"case": case["name"], "figure": figure, "found": found, "expected": want}
                print(json.dumps(row, default=float))
    for probability, freedom, found in document["quantiles"]:
        law = stats.norm if freedom is None else stats.t(freedom)
        expected = float(law.ppf(probability))
        compared += 1
        # Above 60 degrees of freedom the expansion promises 5e-10 up to 0.975 and 1e-7 up to 0.9999.
        extreme = freedom is not None and freedom > 60 and abs(probability - 0.5) > 0.475
        tolerance = 1e-7 if extreme else RELATIVE
        if abs(found - expected) > tolerance * max(abs(expected), 1e-3):
            row = {"case": f"quantile {probability}", "figure": freedom, "found": found, "expected": expected}
            print(json.dumps(row))
    print(f"{compared} figures compared", file=sys.stderr)


if __name__ == "__main__":
    main()

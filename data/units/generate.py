"""Writes units.csv, facts.csv, coordinates.csv and succession.csv beside this file.

Run with Python 3.11 in an environment that has the package and nothing else:

    python3.11 -m venv .venv
    .venv/bin/pip install --no-deps vietnamadminunits==1.0.4
    .venv/bin/python data/units/generate.py

The output depends on the package's data files and on corrections.csv and upgrades.csv beside this file:
the same files give the same bytes. What is corrected against the package, and on whose word, is said in
README.md and beside each rule.
"""

from __future__ import annotations

import csv
import importlib.metadata
import importlib.util
import json
import math
import sqlite3
import sys
import unicodedata
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

PACKAGE, VERSION = "vietnamadminunits", "1.0.4"
HERE = Path(__file__).parent

# Every unit id is a UUIDv5 of "level/code@created" in this namespace. Never change it: ids are
# written into responses, tallies and printed addresses.
NAMESPACE = uuid.UUID("6f1d1c3e-5b0a-5d0e-9a55-1f2a7e0c2b11")

REFORM = "2025-07-01"
PROVINCES_2025 = "202/2025/QH15"
COMMUNES_2025 = "1654–1687/NQ-UBTVQH15"
CODES_2025 = "19/2025/QĐ-TTg"
DISTRICTS_ABOLISHED = "203/2025/QH15"
HUE_2025 = "175/2024/QH15"

# Xã Ba Chẽ stands under 06978 in the list of July 2025 as it was published, and under 06970 in the current
# one, which is dated with the revision of 30/04/2026. README.md says what is known of it.
BA_CHE, BA_CHE_JULY_2025, BA_CHE_SINCE = "06970", "06978", "2026-04-30"

# Hoàng Sa and Trường Sa: the package puts their former districts and communes at an office ashore.
OFFSHORE = {"20333", "22736"}

KINDS = {  # first words of a Vietnamese name: (kind, English form)
    ("province", "Tỉnh"): ("province", "{} Province"),
    ("province", "Thành phố"): ("city", "{} City"),
    ("district", "Huyện"): ("huyen", "{} District"),
    ("district", "Quận"): ("quan", "{} District"),
    ("district", "Thị xã"): ("thi_xa", "{} Town"),
    ("district", "Thành phố"): ("thanh_pho", "{} City"),
    ("commune", "Xã"): ("xa", "{} Commune"),
    ("commune", "Phường"): ("phuong", "{} Ward"),
    ("commune", "Thị trấn"): ("thi_tran", "{} Township"),
    ("commune", "Đặc khu"): ("dac_khu", "{} Special Zone"),
}


def unit_id(level: str, code: str, created: str) -> tuple[str, str]:
    key = f"{level}/{code}@{created or 'origin'}"
    return key, str(uuid.uuid5(NAMESPACE, key))


def ascii_name(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def kind_and_english(level: str, name: str) -> tuple[str, str]:
    for (of, prefix), (kind, form) in KINDS.items():
        if of == level and name.startswith(prefix + " "):
            bare = ascii_name(name[len(prefix) + 1:])
            # "Ward 4" and "District 1", but "Bao Lam 1 Commune".
            if bare.isdigit():
                return kind, f"{form.removeprefix('{} ')} {bare}"
            return kind, form.format(bare)
    sys.exit(f"{level} {name!r}: unknown kind")


@dataclass
class Fact:
    name: str
    code: str
    parent: str
    start: str = ""
    end: str = ""
    decision: str = ""
    kind: str = ""
    name_en: str = ""


@dataclass
class Unit:
    id: str
    key: str
    level: str
    facts: list[Fact] = field(default_factory=list)
    place: tuple[float, float] | None = None
    place_source: str = ""

    def add(self, name: str, code: str, parent: str, start: str, end: str, decision: str) -> None:
        # "Thành Phố Bắc Kạn", "Thị Xã Mường Lay", "Thị Trấn Ái Tử": the kind is written with one capital.
        for wrong in ("Thành Phố ", "Thị Xã ", "Thị Trấn "):
            name = name.replace(wrong, wrong.capitalize())
        kind, name_en = kind_and_english(self.level, name)
        self.facts.append(Fact(name, code, parent, start, end, decision, kind, name_en))


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = math.radians(b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return 6371.0 * math.hypot(east, math.radians(b[0] - a[0]))


class Source:
    """The package's two lists and its old-to-new mapping, by the package's own keys."""

    def __init__(self) -> None:
        if importlib.metadata.version(PACKAGE) != VERSION:
            sys.exit(f"needs {PACKAGE} {VERSION}")
        spec = importlib.util.find_spec(PACKAGE)  # Found, not imported: it would want geopy and shapely.
        data = Path(spec.origin).parent / "data"
        rows = sqlite3.connect(f"file:{data / 'dataset.db'}?mode=ro", uri=True)
        rows.row_factory = sqlite3.Row
        self.old = {f"{r['provinceKey']}_{r['districtKey']}_{r['wardKey'] or ''}": r
                    for r in rows.execute("select * from admin_units_legacy")}
        self.new = {(r["provinceKey"], r["wardKey"]): r for r in rows.execute("select * from admin_units")}
        converter = json.loads((data / "converter_2025.json").read_text("utf-8"))
        self.new_province_of = {old: new for new, olds in converter["DICT_PROVINCE"].items() for old in olds}
        self.edges: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.whole: set[str] = set()
        for province, targets in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for target, olds in targets.items():
                for old in olds:
                    self.edges[old].add((province, target))
                    self.whole.add(old)
        for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
            for old, targets in divided.items():
                self.edges[old] |= {(province, target["newWardKey"]) for target in targets}
        self.dropped = self.drop_namesakes()
        self.correct()

    def old_place(self, old: str) -> tuple[float, float]:
        r = self.old[old]
        return (r["wardLat"], r["wardLon"]) if r["wardLat"] is not None else (r["districtLat"], r["districtLon"])

    def correct(self) -> None:
        """Applies corrections.csv: a part that the package lacks, or a successor that it has wrongly."""
        old_of = {r["wardCode"]: old for old, r in self.old.items() if r["wardCode"]}
        new_of = {r["wardCode"]: new for new, r in self.new.items()}
        for r in table("corrections.csv"):
            old, new = old_of[r["old_code"]], new_of[r["new_code"]]
            # A package that has been mended must not be corrected again.
            assert (new in self.edges[old]) == (r["extent"] == "none"), r
            if r["extent"] == "none":
                self.edges[old].discard(new)
            else:
                assert r["extent"] == "partial" and old not in self.whole, r
                self.edges[old].add(new)

    def drop_namesakes(self) -> list[tuple[str, tuple[str, str]]]:
        """Removes successors that belong to another unit of the same name.

        The package matched split communes by name inside the merged province: Phường 4 of Mỹ Tho got
        Phường Cao Lãnh as a successor because Cao Lãnh has a Phường 4 too. Where two units of one name
        share a successor, it belongs to the one whose district the successor's other parts come from,
        or, where that does not decide, to the nearer one. README.md says what bears this out.
        """
        namesakes: dict[tuple[str, str], list[str]] = defaultdict(list)
        for old, r in self.old.items():
            if r["wardKey"]:
                namesakes[(self.new_province_of[r["provinceKey"]], r["wardKey"])].append(old)
        parts: dict[tuple[str, str], set[str]] = defaultdict(set)
        for old, targets in self.edges.items():
            for target in targets:
                parts[target].add(old)
        dropped = []
        for target, olds in sorted(parts.items()):
            rivals = [group for key, group in namesakes.items()
                      if key[0] == target[0] and len(olds & set(group)) > 1]
            disputed = {old for group in rivals for old in olds & set(group)}
            districts = {self.old[old]["districtCode"] for old in olds - disputed}
            r = self.new[target]
            for group in rivals:
                claims = sorted(olds & set(group))
                if any(old in self.whole for old in claims) and not any(
                        old not in self.whole for old in claims):
                    continue  # Both went whole into it: two namesakes may well have been merged.
                local = [old for old in claims if self.old[old]["districtCode"] in districts]
                if len(local) == 1:
                    keep = local[0]
                else:
                    keep = min(claims, key=lambda o: kilometres(self.old_place(o), (r["wardLat"], r["wardLon"])))
                for old in claims:
                    if old != keep and old not in self.whole:
                        self.edges[old].discard(target)
                        dropped.append((old, target))
        return dropped


def build() -> tuple[dict[str, Unit], list[tuple[str, str, str, str, str]], Source]:
    source = Source()
    units: dict[str, Unit] = {}
    succession: list[tuple[str, str, str, str, str]] = []

    def unit(level: str, code: str, created: str) -> Unit:
        key, id_ = unit_id(level, code, created)
        return units.setdefault(id_, Unit(id_, key, level))

    country = unit("country", "VN", "")
    country.facts.append(Fact("Việt Nam", "VN", "", kind="country", name_en="Viet Nam"))
    country.place, country.place_source = (16.0, 107.5), "approximate"

    # Provinces. One that took in nobody keeps its id; a merged one is a new unit.
    merged_from: dict[str, list[str]] = defaultdict(list)
    for old, new in source.new_province_of.items():
        merged_from[new].append(old)
    old_provinces = {r["provinceKey"]: r for r in source.old.values()}
    new_provinces = {r["provinceKey"]: r for r in source.new.values()}
    old_province: dict[str, Unit] = {}
    new_province: dict[str, Unit] = {}
    for key, r in old_provinces.items():
        u = unit("province", r["provinceCode"], "")
        old_province[key] = u
        u.place, u.place_source = (r["provinceLat"], r["provinceLon"]), "package"
        continues = len(merged_from[source.new_province_of[key]]) == 1
        end = "" if continues else REFORM
        if r["provinceCode"] == "46":
            # Huế was Tỉnh Thừa Thiên Huế until it became a city under the centre.
            u.add("Tỉnh Thừa Thiên Huế", "46", country.id, "", "2025-01-01", "")
            u.add(r["province"], "46", country.id, "2025-01-01", end, HUE_2025)
        else:
            u.add(r["province"], r["provinceCode"], country.id, "", end, "")
    for key, r in new_provinces.items():
        olds = merged_from[key]
        if len(olds) == 1:
            new_province[key] = old_province[olds[0]]
            assert old_province[olds[0]].facts[-1].name == r["province"], r["province"]
            continue
        u = unit("province", r["provinceCode"], REFORM)
        new_province[key] = u
        u.place, u.place_source = (r["provinceLat"], r["provinceLon"]), "package"
        u.add(r["province"], r["provinceCode"], country.id, REFORM, "", PROVINCES_2025)
        succession += [(old_province[o].id, u.id, "exact", REFORM, PROVINCES_2025) for o in olds]

    # Districts: all ended with the third level.
    district: dict[str, Unit] = {}
    for r in source.old.values():
        if r["districtCode"] not in district:
            u = unit("district", r["districtCode"], "")
            district[r["districtCode"]] = u
            u.place, u.place_source = (r["districtLat"], r["districtLon"]), "package"
            u.add(r["district"], r["districtCode"], old_province[r["provinceKey"]].id, "", REFORM, "")

    # Communes.
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for old, targets in source.edges.items():
        for target in targets:
            parts[target].append(old)
    old_unit: dict[str, Unit] = {}
    for old, r in source.old.items():
        if r["wardCode"] is None:
            old_unit[old] = district[r["districtCode"]]  # Five island districts had no communes.
            continue
        u = unit("commune", r["wardCode"], "")
        old_unit[old] = u
        u.place, u.place_source = (r["wardLat"], r["wardLon"]), "package"
        u.add(r["ward"], r["wardCode"], district[r["districtCode"]].id, "", REFORM, "")
    for target, r in source.new.items():
        olds = sorted(parts[target])
        code = BA_CHE_JULY_2025 if r["wardCode"] == BA_CHE else r["wardCode"]
        whole_and_alone = len(olds) == 1 and len(source.edges[olds[0]]) == 1 and old_unit[olds[0]].level == "commune"
        u = old_unit[olds[0]] if whole_and_alone else unit("commune", code, REFORM)
        parent = new_province[target[0]].id
        u.add(r["ward"], code, parent, REFORM, "", f"{COMMUNES_2025}; {CODES_2025}")
        if r["wardCode"] == BA_CHE:
            u.facts[-1].end = BA_CHE_SINCE
            u.add(r["ward"], BA_CHE, parent, BA_CHE_SINCE, "", "")
        if whole_and_alone:
            continue
        place_new_commune(u, r, [source.old_place(o) for o in olds])
        for old in olds:
            extent = "exact" if len(source.edges[old]) == 1 else "partial"
            decision = COMMUNES_2025 if old_unit[old].level == "commune" else f"{COMMUNES_2025}; {DISTRICTS_ABOLISHED}"
            succession.append((old_unit[old].id, u.id, extent, REFORM, decision))
        if code in OFFSHORE:
            for old in olds:
                for v in (old_unit[old], district[source.old[old]["districtCode"]]):
                    v.place, v.place_source = u.place, "zone"
    upgrade(units)
    return units, sorted(succession), source


def upgrade(units: dict[str, Unit]) -> None:
    """Gives units the new kind of upgrades.csv from its day on. The territory stays, so the ids stay."""
    for r in table("upgrades.csv"):
        open_end = [u for u in units.values()
                    if u.level == r["level"] and u.facts[-1].code == r["code"] and not u.facts[-1].end]
        assert len(open_end) == 1, r
        before = open_end[0].facts[-1]
        bare = before.name.removeprefix("Tỉnh ").removeprefix("Xã ")
        assert bare != before.name and r["name_vi"] in (f"Thành phố {bare}", f"Phường {bare}"), (before.name, r)
        before.end = r["valid_from"]
        open_end[0].add(r["name_vi"], before.code, before.parent, r["valid_from"], "", r["decision"])


def place_new_commune(u: Unit, r: sqlite3.Row, parts: list[tuple[float, float]]) -> None:
    """The package's point, unless every part of the commune lies far from it.

    Some points are those of a namesake elsewhere (Xã Thanh Bình 30130: 100 km off). A point is refused
    when at least two parts lie within 25 km of their centre and the point is more than 25 km and three
    times the commune's own width away from it; the centre of the parts then stands in.
    """
    centre = (fmean(p[0] for p in parts), fmean(p[1] for p in parts))
    u.place, u.place_source = (r["wardLat"], r["wardLon"]), "package"
    if r["wardType"] == "Đặc khu":
        return  # The package has the islands right, and their former communes at an office ashore.
    together = len(parts) > 1 and all(kilometres(p, centre) < 25 for p in parts)
    if r["wardLat"] is None or r["wardLon"] is None:
        u.place, u.place_source = centre, "parts"
    elif together and kilometres(u.place, centre) > max(25.0, 3 * math.sqrt(r["wardAreaKm2"] or 0)):
        u.place, u.place_source = centre, "parts"


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, header: list[str], rows: list[tuple]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def in_force(units: dict[str, Unit], day: str, level: str) -> list[Fact]:
    return [f for u in units.values() if u.level == level for f in u.facts
            if f.start <= day and (not f.end or day < f.end)]


def check(units: dict[str, Unit]) -> None:
    """The published totals; a package that changed under us fails here, not in production."""
    for day, provinces, communes in (
        ("2025-07-01", {"province": 28, "city": 6}, {"xa": 2621, "phuong": 687, "dac_khu": 13}),
        ("2026-04-30", {"province": 27, "city": 7}, {"xa": 2611, "phuong": 697, "dac_khu": 13}),
        ("2026-09-01", {"province": 26, "city": 8}, {"xa": 2611, "phuong": 697, "dac_khu": 13}),
        ("2026-09-20", {"province": 25, "city": 9}, {"xa": 2599, "phuong": 709, "dac_khu": 13}),
    ):
        assert Counter(f.kind for f in in_force(units, day, "province")) == provinces, day
        assert Counter(f.kind for f in in_force(units, day, "commune")) == communes, day
        assert not in_force(units, day, "district")
        for level in ("province", "commune"):
            codes = Counter(f.code for f in in_force(units, day, level))
            assert max(codes.values()) == 1, [c for c, n in codes.items() if n > 1]
    before = "2025-06-30"
    assert len(in_force(units, before, "province")) == 63
    assert len(in_force(units, before, "district")) == 696
    assert len(in_force(units, before, "commune")) == 10035
    for u in units.values():
        for f in u.facts:
            assert f.name == unicodedata.normalize("NFC", " ".join(f.name.split())), f.name


def main() -> None:
    units, succession, source = build()
    check(units)
    order = {"country": 0, "province": 1, "district": 2, "commune": 3}
    listed = sorted(units.values(), key=lambda u: (order[u.level], u.facts[0].code, u.key))
    write("units.csv", ["id", "level", "key"], [(u.id, u.level, u.key) for u in listed])
    write("facts.csv",
          ["unit_id", "name_vi", "name_en", "kind", "code", "parent_id", "valid_from", "valid_to", "decision"],
          [(u.id, f.name, f.name_en, f.kind, f.code, f.parent, f.start, f.end, f.decision)
           for u in listed for f in u.facts])
    write("coordinates.csv", ["unit_id", "latitude", "longitude", "source"],
          [(u.id, f"{u.place[0]:.4f}", f"{u.place[1]:.4f}", u.place_source)
           for u in listed if u.place and None not in u.place])
    write("succession.csv", ["old_id", "new_id", "extent", "date", "decision"], succession)

    for old, target in source.dropped:
        print(f"dropped: {source.old[old]['wardCode']} {source.old[old]['ward']} ({source.old[old]['district']})"
              f" -> {source.new[target]['wardCode']} {source.new[target]['ward']}")
    for u in listed:
        if u.place_source == "parts":
            print(f"placed by its parts: {u.facts[-1].code} {u.facts[-1].name}")
    kept = sum(1 for u in units.values() if u.level == "commune" and len({f.start for f in u.facts} & {"", REFORM}) == 2)
    split = Counter(old for old, _, extent, _, _ in succession if extent == "partial")
    print(f"communes that continued: {kept}; split: {len(split)}; by number of successors: "
          f"{dict(sorted(Counter(split.values()).items()))}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Recomputes every test vector of docs/digest.md with the Python standard library alone.

Run from anywhere: `python3 domain/tests/vectors/check.py`. Exits with 1 and names what differs.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
QUESTIONNAIRES = HERE.parents[2] / "data" / "questionnaires"
# Fields of a response that the digest does not cover.
OUTSIDE = {"language", "sent_at", "code", "receipt"}


def canonical(value):
    """RFC 8785 restricted to objects, arrays, strings, booleans and integers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > 2**53:
            raise ValueError(f"{value} is beyond 2^53")
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    raise ValueError(f"{value!r} has no canonical form")


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def covered(document):
    """What the digest covers of a response whose answers are in normal form."""
    fields = {key: value for key, value in document.items() if key not in OUTSIDE}
    code = "".join(c for c in document["point"] if c not in " -\u2013").upper()
    return fields | {"form": 1, "point": code, "nonce": document["nonce"].lower()}


def main():
    vectors = json.loads((HERE / "digest.json").read_text(encoding="utf-8"))
    wrong = []

    def expect(what, found, given):
        if found != given:
            wrong.append(f"{what}: found {found}, the file says {given}")

    for case in vectors["canonical"]:
        expect(case["name"], canonical(case["value"]), case["text"])
        expect(case["name"], sha256(case["text"]), case["sha256"])
    for case in vectors["refused"]:
        try:
            canonical(case["value"])
            wrong.append(f"{case['name']}: has a canonical form")
        except ValueError:
            pass
    for case in vectors["questionnaires"]:
        definition = json.loads((QUESTIONNAIRES / case["file"]).read_text(encoding="utf-8"))
        del definition["$schema"]
        expect(case["file"], sha256(canonical(definition)), case["sha256"])
    for case in vectors["responses"]:
        if case["normal_form"]:
            expect(case["name"], canonical(covered(case["document"])), case["text"])
        expect(case["name"], sha256(case["text"]), case["sha256"])

    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{sum(len(group) for group in vectors.values())} vectors, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

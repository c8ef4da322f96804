"""Attacks releases with linear programmes, knowing everything that was ever published.

Reads one JSON document from standard input:

    {"instances": [{"name", "variables": n,
                    "published": [{"name", "terms": [variable, ...], "sum": integer}],
                    "hidden": [{"name", "terms": [variable, ...], "value": integer, "protection": width}]}]}

Variables are the people of one unit, month and channel as a release took them. For each hidden cell the
smallest and the largest number of people that fit everything published is found; where they are closer than
its protection, one line {"instance", "cell", "low", "high", "value", "by"} goes to standard output, with the
names of what was published that leads there. The last line is
{"programmes": n, "narrowest": width}.
"""

import json
import sys

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix


def matrix(rows, variables):
    places = [(index, variable) for index, row in enumerate(rows) for variable in row["terms"]]
    return csr_matrix(
        (np.ones(len(places)), ([row for row, _ in places], [column for _, column in places])),
        shape=(len(rows), variables),
    )


def main():
    document = json.load(sys.stdin)
    programmes, narrowest = 0, None
    for instance in document["instances"]:
        if not instance["hidden"]:
            continue
        equations = {tuple(row["terms"]): row for row in instance["published"]}
        rows = list(equations.values())
        left = matrix(rows, instance["variables"])
        right = np.array([row["sum"] for row in rows], dtype=float)
        for cell in instance["hidden"]:
            cost = np.zeros(instance["variables"])
            for variable in cell["terms"]:
                cost[variable] += 1
            ends, by = [], set()
            for sign in (1, -1):
                found = linprog(sign * cost, A_eq=left, b_eq=right, bounds=(0, None), method="highs")
                programmes += 1
                if found.status == 3:
                    ends.append(-sign * np.inf)
                elif found.status == 0:
                    ends.append(sign * found.fun)
                    by.update(rows[row]["name"] for row in np.flatnonzero(np.abs(found.eqlin.marginals) > 1e-9))
                else:
                    raise SystemExit(f"{instance['name']}: {found.message}")
            low, high = ends
            width = high - low
            if np.isfinite(width) and (narrowest is None or width < narrowest):
                narrowest = width
            if width < cell["protection"] - 1e-6:
                line = {"instance": instance["name"], "cell": cell["name"], "value": cell["value"]}
                print(json.dumps(line | {"low": low, "high": high, "by": sorted(by)}))
    print(json.dumps({"programmes": programmes, "narrowest": narrowest}))


main()

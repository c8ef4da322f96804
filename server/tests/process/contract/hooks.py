"""What a stranger who only reads the description cannot guess: points, a device's token, whole and sealed responses.

Schemathesis loads this file. It draws from them for some of the requests that fit the description; those that are
made to break it stay as they are.
"""

import copy
import json
import os
import random
import uuid

import schemathesis

WORLD = json.load(open(os.environ["NGHE_DAN_CONTRACT"], encoding="utf-8"))
SEALED = "application/nghe-dan-sealed"


@schemathesis.serializer(SEALED)
def sealed(ctx, value):
    return value if isinstance(value, bytes) else bytes(str(value), "utf-8")


@schemathesis.auth().apply_to(path_regex="^/api/v1/device(/|$)")
class Device:
    """A device in trial; schemathesis itself leaves the token out where it must be missed."""

    def get(self, case, context):
        return WORLD["tokens"]["device"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.auth().apply_to(path_regex="^/api/v1/points/[^/]+/slips$")
class Issuer:
    """A portal that may issue slips."""

    def get(self, case, context):
        return WORLD["tokens"]["issuer"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


def numbered(number):
    """An id for each case that a run begins with."""
    seed = uuid.uuid5(uuid.UUID(WORLD["taken"]["id"]), str(number))
    return str(uuid.UUID(int=seed.int, version=4))


@schemathesis.hook
def before_add_examples(context, examples):
    """Every answer that needs to know something is asked for once, whatever chance draws later."""
    operation = context.operation
    if operation.path == "/api/v1/points/{code}":
        for code in WORLD["points"].values():
            examples.append(operation.Case(path_parameters={"code": code}))
    if operation.path == "/api/v1/points/{code}/slips":
        body = {"dossiers": [{"number": "H20.18-261122-0001", "handled_by": "82", "field": "land"}]}
        for name in ("open", "closed", "unknown"):
            code = WORLD["points"][name]
            examples.append(
                operation.Case(path_parameters={"code": code}, body=body, media_type="application/json")
            )
    if operation.path.startswith("/api/v1/device"):
        report = {"clock": "2026-11-22T02:00:00Z", "unsent": 0, "refused": 0, "program": "0.1.0"}
        redemption = {"code": WORLD["code"], "token": "5a" * 32}
        body = {"/api/v1/devices": redemption, "/api/v1/device/contact": report}.get(operation.path)
        known = {} if body is None else {"body": body, "media_type": "application/json"}
        examples.append(operation.Case(**known))
    if operation.path == "/api/v1/indicators":
        for unit in WORLD["units"]:
            examples.append(operation.Case(query={"unit": unit, "children": "code"}))
    if operation.path != "/api/v1/responses/{id}":
        return

    def put(document, number=None, token=None):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        path = {"id": WORLD["taken"]["id"] if number is None else numbered(number)}
        examples.append(
            operation.Case(path_parameters=path, headers=headers, body=document, media_type="application/json")
        )

    open_, closed = WORLD["documents"]
    put(open_, 1)
    put(open_, 2, WORLD["tokens"]["device"])
    put(open_, 3, WORLD["tokens"]["elsewhere"])
    put(open_, 4, "nobody")
    put({**open_, "point": WORLD["points"]["unknown"]}, 5)
    put(closed, 6)
    put({**closed, "answered_on": "2026-11-19"}, 7)
    put(WORLD["taken"]["document"])
    put(open_)
    letter = WORLD["sealed"]
    examples.append(
        operation.Case(path_parameters={"id": letter["id"]}, body=bytes.fromhex(letter["body"]), media_type=SEALED)
    )


@schemathesis.hook
def before_call(context, case, kwargs):
    # Cases of the coverage phase are each about one value, which must stay.
    if case.meta is None or not case.meta.generation.mode.is_positive or case.meta.phase.name == "coverage":
        return
    # The same request is changed in the same way, so that a failure can be repeated.
    chance = random.Random(f"{case.path_parameters}{case.query}{case.body}")
    if case.operation.path.startswith("/api/v1/points/{code}") and chance.random() < 0.5:
        case.path_parameters["code"] = chance.choice(list(WORLD["points"].values()))
    if case.operation.path == "/api/v1/responses/{id}":
        answer(case, chance)
    if case.operation.path == "/api/v1/indicators" and chance.random() < 0.6:
        case.query["unit"] = chance.choice(WORLD["units"])
        case.query.pop("campaign", None)
        case.query["period"] = chance.choice(["campaign", "2026", "2026-Q4", "2026-11"])
        for name in ("channel", "children"):
            case.query.pop(name, None)
        if chance.random() < 0.5:
            case.query["children"] = chance.choice(["code", "name", "weakest_first"])
    if case.operation.path == "/api/v1/questionnaires/{key}/{version}" and chance.random() < 0.5:
        case.path_parameters.update({"key": "desk-rating", "version": "1"})


def answer(case, chance):
    token = chance.choice([None, None, "device", "elsewhere", "unknown"])
    case.headers.pop("Authorization", None)
    if token is not None:
        case.headers["Authorization"] = f"Bearer {WORLD['tokens'].get(token, 'nobody')}"
    if case.media_type == SEALED or chance.random() < 0.3:
        return
    document = copy.deepcopy(chance.choice(WORLD["documents"]))
    case.path_parameters["id"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    document["nonce"] = f"{chance.getrandbits(128):032x}"
    kind = chance.random()
    if kind < 0.2:
        document["point"] = WORLD["points"]["unknown"]
    elif kind < 0.4:
        # One field of the generated document: a value that the description allows.
        field = chance.choice(sorted(case.body)) if isinstance(case.body, dict) and case.body else None
        if field is not None:
            document[field] = case.body[field]
    elif kind < 0.5:
        # An id that is taken, by the same content or by another.
        case.path_parameters["id"] = WORLD["taken"]["id"]
        if kind < 0.45:
            document = WORLD["taken"]["document"]
    case.body = document

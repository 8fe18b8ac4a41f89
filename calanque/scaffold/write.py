"""Write the contract of a plan as ODCS, with comments for whoever decides the rest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from calanque.contracts.promise import SEEN
from calanque.contracts.shapes import PREFIX
from calanque.contracts.undecided import UNDECIDED
from calanque.scaffold.bronze import open_entry
from calanque.scaffold.plan import Column, Plan
from calanque.scaffold.roles import is_row_number
from calanque.scaffold.shape import entries_of

ADVICE = {
    "domain": "what the feed is about, one word: a tag of its DAG",
    "purpose": "the purpose that the data serve, in snake_case; tokens are bound to it",
    "description": "a sentence: what the rows are; in both languages as 'English. / Français.', like every text here",
    "legalBasis": "a sentence: by what right the city holds these data",
    "origin": "the public, agents, a device or an authority: reported | enforced | measured | published",
    "rowStandsFor": "what counts when rows are counted: person | fact",
    "personColumn": "of facts, take this line out; of persons, the token that tells them apart",
    "language": "of the free text; redaction reads fr: of another language, make these columns personal",
    "write": "append (each file is new rows) | snapshot (the newest file is the state) | merge (new versions of rows)",
}
UNDECIDED_CLASS = (
    "Decide: personal (stays out of bronze) | free_text (redacted there) | identifier (a token there) | open.",
    "A column like it, to be completed, stands in comments in bronze.",
)


DOMAIN = {
    "area": "places",
    "asset": "places",
    "detection": "detections",
    "enforcement": "enforcement",
    "incident": "incidents",
    "observation": "observations",
    "planned_event": "events",
    "report": "reports",
    "statistic": "statistics",
}
"""What a feed of a shape is about."""
ORIGIN = {
    **dict.fromkeys(("area", "asset", "statistic"), "published"),
    **{"detection": "measured", "enforcement": "enforced", "observation": "measured"},
}
"""Who makes the rows of a shape; those of the others are reported."""


def _shape(plan: Plan) -> str:
    return plan.shape.name.removeprefix(PREFIX) if plan.shape else ""


def contract_text(plan: Plan) -> str:
    """Return the text of the contract, YAML with comments."""
    return "\n".join([*_head(plan), *_landing(plan), *_bronze(plan), ""])


def _head(plan: Plan) -> Iterator[str]:
    yield f"# From a sample, {plan.table.file_name}, {plan.table.row_count:,} rows. Read it: a sample is no promise."
    if plan.table.malformed_count:
        yield f"# Left out as malformed: {plan.table.malformed_count:,}; of a batch such rows go to quarantine."
    yield "# Not from the sample, but proposed: owner, schedule, days kept, regime, recipients. Correct them."
    yield f"# Each '{UNDECIDED}' is refused by `calanque feeds check {plan.feed}` until somebody has decided."
    title = plan.feed.replace("_", " ").capitalize()
    yield from ("apiVersion: v3.1.0", "kind: DataContract", f"id: {plan.feed}", f"name: {title}", "version: 1.0.0")
    yield (
        f"status: active\ndomain: {DOMAIN[_shape(plan)]}"
        if plan.shape
        else f"status: active\ndomain: {UNDECIDED} # {ADVICE['domain']}"
    )
    yield f"description:\n  purpose: {UNDECIDED} # {ADVICE['description']}"
    yield "team:\n  name: data\n  members:\n    - username: data-engineering\n      role: owner"
    yield "slaProperties:"
    yield '  - {property: frequency, value: 1, unit: d, scheduler: airflow, schedule: "@daily"}'
    for tier, days in (("landing", 30), ("bronze", 365), ("quarantine", 30)):
        yield f"  - {{property: retention, value: {days}, unit: d, element: {tier}}}"
    yield "customProperties:"
    yield from (f"  {line}" for line in _properties(plan))


def _properties(plan: Plan) -> Iterator[str]:
    yield _property("territory", plan.territory)
    yield _property("timeZone", plan.time_zone)
    yield _property("regime", "rgpd")
    if plan.shape:
        yield _property("shape", _shape(plan))
    yield (
        _property("purpose", "public_space")
        if plan.shape
        else f"{_property('purpose', UNDECIDED)} # {ADVICE['purpose']}"
    )
    yield f"{_property('legalBasis', UNDECIDED)} # {ADVICE['legalBasis']}"
    yield _property("provenance", dict.fromkeys(("producer", "licence", "citation"), UNDECIDED))
    yield _property("recipients", ["analysts"])
    origin = ORIGIN.get(_shape(plan), "reported") if plan.shape else None
    yield _property("origin", origin) if origin else f"{_property('origin', UNDECIDED)} # {ADVICE['origin']}"
    personal = [c.name for c in plan.columns if c.proposal.classification not in ("open", UNDECIDED)]
    yield _property("isPersonal", bool(personal))
    if personal and plan.shape:
        yield _property("promise", _promise(plan, personal))
    yield _property("isSynthetic", False)
    is_fact = plan.shape is not None and plan.shape.meta.person is None
    yield (
        _property("rowStandsFor", "fact")
        if is_fact
        else f"{_property('rowStandsFor', UNDECIDED)} # {ADVICE['rowStandsFor']}"
    )
    tokens = [entry["name"] for entry, _ in entries_of(plan) if entry["classification"] == "identifier"]
    if tokens:
        yield f"{_property('personColumn', UNDECIDED)} # {ADVICE['personColumn']}: {' | '.join(tokens)}"
    if any(column.proposal.classification == "free_text" for column in plan.columns):
        yield f"{_property('language', UNDECIDED)} # {ADVICE['language']}"
    suffixes = "".join(Path(plan.table.file_name).suffixes[-2:]) or ".csv"
    yield _property("source", {"kind": "drop", "pattern": f"{plan.feed}/*{suffixes}"})
    yield _property("fileFormat", plan.table.file_format)
    yield _property("unknownColumns", "refuse")
    key = f"; of both last: key: [{plan.shape.meta.key}]" if plan.shape else ""
    yield f"{_property('write', {'mode': UNDECIDED})} # {ADVICE['write']}{key}"
    yield from _duplicates(plan)
    yield _property("maxRefusedRate", 0.05)


def _promise(plan: Plan, personal: list[str]) -> dict[str, Any]:
    place, time, rows = SEEN.get(_shape(plan), ("exact", "exact", "single"))
    loaded = {name for entry, _ in entries_of(plan) for name in entry["transformSourceObjects"]}
    left_out = [name for name in personal if name not in loaded]
    return {"place": place, "time": time, "rows": rows} | ({"leftOut": left_out} if left_out else {})


def _duplicates(plan: Plan) -> Iterator[str]:
    if plan.shape:
        yield _property("duplicates", {"key": [plan.shape.meta.key], "action": "quarantine"})
        return
    made = [(entry["transformSourceObjects"], entry["name"]) for entry, _ in entries_of(plan)]
    named = {sources[0]: name for sources, name in made if len(sources) == 1}
    if plan.key and set(plan.key) <= named.keys():
        yield "# The smallest set of columns that tells the rows of the sample apart."
        yield _property("duplicates", {"key": [named[name] for name in plan.key], "action": "quarantine"})
    else:
        yield "# No column, and no three together, tell the rows of the sample apart: no duplicates are declared."


def _property(name: str, value: Any) -> str:
    return f"- {_flow({'property': name, 'value': value})}"


def _landing(plan: Plan) -> Iterator[str]:
    yield "schema:\n  - name: landing\n    physicalType: file\n    properties:"
    for column in plan.columns:
        yield from (f"      # {line}" for line in _evidence(column))
        properties = []
        if column.proposal.names_places:
            properties.append({"property": "namesPlaces", "value": True})
        if column.markers:
            properties.append({"property": "nullMarkers", "value": list(column.markers)})
        line = {
            "name": column.name,
            "logicalType": "string",
            "classification": column.proposal.classification,
            "description": f"{column.described}.",
            **({"customProperties": properties} if properties else {}),
        }
        yield f"      - {_flow(line)}"


def _evidence(column: Column) -> Iterator[str]:
    values = column.values
    missing = f", {values.missing_count:,} rows without" if values.missing_count else ""
    yield f"{column.name}: {values.kind}{missing}; {column.proposal.evidence}."
    if column.proposal.classification == UNDECIDED:
        yield from UNDECIDED_CLASS


def _bronze(plan: Plan) -> Iterator[str]:
    yield "  - name: bronze\n    physicalType: table\n    properties:"
    for entry, comments in entries_of(plan):
        yield from (f"      # {line}" for line in comments)
        yield from (f"      {line}" for line in _lines(entry))
    for column in plan.columns if plan.shape is None else ():
        if is_row_number(column.values):
            yield f"      # {column.name} counts the rows of its file: it says nothing outside of it and stays out."
        elif column.proposal.classification == UNDECIDED:
            yield f"      # {column.name}, if it is open:"
            yield from (f"      # {line}" for line in _lines(open_entry(plan, column)))


def _lines(entry: dict[str, Any]) -> Iterator[str]:
    (first, *others) = entry.items()
    yield f"- {first[0]}: {first[1]}"
    yield from (f"  {key}: {_flow(value)}" for key, value in others)


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=100_000)
    return text.removesuffix("\n").removesuffix("\n...")

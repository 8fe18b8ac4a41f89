"""Does a feed's classification agree with its data? The privacy engine reads a sample of every column called open.

`feeds check --data` asks it of the columns of a file, the gate of the open text columns that a batch brings to bronze.

A column leaks when personal values are too many to be chance:

- a type with a form (phone, e-mail, plate, address…): in 2 distinct values, or in 0.5 % of them when they are few;
- PERSON: in 3 distinct values and 1 % of them, because a common word may be a name (June, August);
- a type made of digits only, in a column of numbers, dates or listed codes: in 20 %, because one in ten numbers of
  sixteen digits passes the check of a bank card.

In columns of numbers, dates or listed codes only identifiers count: a number is no person, address or position.
A number with a fraction is a measure, whatever its digits. A column of whole numbers that each stand on many rows is a
code (a census tract): a number of an identity document stands on its holder's rows alone, and has no check digit that
would tell it from a code.
Where few values stand on many rows they are mostly kinds and units ("theft", "m³"), in which the engine, which reads
French, takes unknown words for names: persons count there when the words are listed names (`name_words`).
In columns that the contract declares `namesPlaces`, persons and addresses do not count: places are named after persons.
Nor do types that it says the values read like, with its reason (`readsLike`).
The way of a planned event is public: lines of places are, in the column that its route is made of, and in no other.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from calanque.contracts.model import BronzeColumn, Closed, FeedContract, LandingColumn
from calanque.contracts.shapes import shapes
from calanque.ingest.name_words import GUESSED, hold_names
from calanque.ingest.sample import Sample
from calanque.ingest.staged_sample import stretch
from calanque.privacy.spans import Span

LEAST_COUNT, LEAST_SHARE = 2, 0.005
LEAST_PERSON_COUNT, LEAST_PERSON_SHARE = 3, 0.01
LEAST_CHANCE_SHARE = 0.2
LONG_TEXT_WORDS = 6
# A value made of more columns than this says nothing about one of them: it is a fingerprint of the row.
SOURCE_COUNT_MAX = 2
TOKEN_KINDS = {"PERSON": "person", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "FR_PLATE": "plate"}
PLACES = frozenset({"PERSON", "POSTAL_ADDRESS", "GPS_POSITION"})
NOT_IDENTIFIERS = PLACES | {"BIRTH_DATE"}
DIGITS_ONLY = frozenset(
    {"PHONE_NUMBER", "FR_NIR", "CREDIT_CARD", "IP_ADDRESS", "FR_SIREN", "FR_SIRET", "FR_TAX_NUMBER"}
)
DOCUMENTS = frozenset({"FR_RESIDENCE_PERMIT", "FR_IDENTITY_CARD", "FR_DRIVING_LICENCE", "FR_PASSPORT"})
CODE_ROW_COUNT = 5
"""Rows of each distinct value from which whole numbers are a code, and not their holders' numbers."""
CODE_RULES = frozenset({"handle.underscored"})
"""Rules that read words joined by a sign, as codes are, for an account."""
# A SHA-256 hides what it is of; among its 64 signs some read as numbers of papers by chance.
DIGEST = re.compile("[0-9a-f]{64}")
_POLYGON, _POINTS = r'"type": ?"(?:Multi)?Polygon"', r'"coordinates": ?[\d\s.,eE+\-\[\]]*'
OUTLINE = re.compile(rf"\{{(?:{_POLYGON}, ?{_POINTS}|{_POINTS}, ?{_POLYGON})\}}")
"""The outline of an area: its many numbers are no one's position."""
ROUTE = re.compile(r'LINESTRING \([\d\s.,\-]*\)|\{"type": ?"LineString", ?"coordinates": ?[\d\s.,eE+\-\[\]]*\}')
LITERAL = re.compile(r"'([^']*)'")
MEASURE, WHOLE = re.compile(r"[+-]?\d+\.\d+"), re.compile(r"\d+")


class Leak(Closed):
    """Personal values of one type in a column that the contract calls open; never a value."""

    column: str
    type: str
    rule: str
    hit_count: int
    value_count: int
    advice: str


def find_leaks(contract: FeedContract, sample: Sample) -> list[Leak]:
    """Return every leak of the sample, by column in the contract's order, then by type.

    Args:
        contract: the feed's contract.
        sample: distinct values of its landing columns.
    """
    route = _route(contract)
    ways = route.sources if route else ()
    return [
        leak
        for column in contract.landing
        if column.classification == "open"
        for leak in _leaks(
            _Column(contract, column.name, (column,), is_coded=_is_coded(contract, column.name)),
            sample,
            _without_routes(sample.values[column.name]) if column.name in ways else sample.values[column.name],
        )
    ]


def open_text(contract: FeedContract) -> list[BronzeColumn]:
    """Return the columns of bronze that hold text which anybody may read and no list or grid bounds."""
    return [
        column
        for column in contract.bronze
        if column.classification == "open"
        and column.physical_type == "string"
        and not (column.is_protected or column.enum or column.projected)
    ]


def find_bronze_leaks(contract: FeedContract, sample: Sample) -> list[Leak]:
    """Return every leak of the sample, by open text column of bronze in the contract's order, then by type.

    Of a long value a stretch is read, and words that the contract writes itself (`CASE … THEN 'works'`) are not.

    Args:
        contract: the feed's contract; what it says of a landing column is true of what is made of it.
        sample: distinct values of these columns.
    """
    landed, route, leaks = {column.name: column for column in contract.landing}, _route(contract), list[Leak]()
    for column in open_text(contract):
        values = sample.values[column.name]
        values = _without_routes(values) if column is route else values
        sources, own = tuple(landed[name] for name in column.sources), set(LITERAL.findall(column.expression or ""))
        texts = tuple(stretch(value) for value in values if _is_read(value) and value not in own)
        leaks += _leaks(_Column(contract, column.name, sources), sample, texts)
    return leaks


class _Column(NamedTuple):
    """A column that is read, and the columns of the file that it is made of."""

    contract: FeedContract
    name: str
    sources: tuple[LandingColumn, ...]
    is_coded: bool = False


def _leaks(column: _Column, sample: Sample, values: tuple[str, ...]) -> Iterator[Leak]:
    ignored = NOT_IDENTIFIERS if column.is_coded else frozenset[str]()
    ignored = ignored.union(*map(_unmeant, column.sources))
    row_count = round(sample.row_count * sample.shares.get(column.name, 1))
    for kind, (count, rule) in personal_types(values, row_count, column.is_coded, name=column.name).items():
        if kind not in ignored:
            yield Leak(
                column=column.name,
                type=kind,
                rule=rule,
                hit_count=count,
                value_count=len(values),
                advice=f"{_advice(column.contract, kind, values)}; if nobody is meant, say readsLike",
            )


def _without_routes(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values if not ROUTE.fullmatch(value))


def _is_read(value: str) -> bool:
    return not any(form.fullmatch(value) for form in (MEASURE, OUTLINE, DIGEST))


def personal_types(
    values: tuple[str, ...], row_count: int, is_coded: bool, *, is_short: bool = False, name: str = ""
) -> dict[str, tuple[int, str]]:
    """Return the types of personal values that are too many to be chance: how many values, and the rule most met.

    Args:
        values: distinct values of a column, without blanks.
        row_count: rows that these values were drawn from.
        is_coded: whether the column holds numbers, dates or listed codes.
        is_short: whether the values are so few that somebody can read them: then no person among them is chance.
        name: that of the column, which may say that its values are kinds or units.
    """
    from calanque.privacy.redact import find_values

    texts = list(filter(_is_read, values))
    spans = [span for found in find_values(texts) for span in _one_a_type(found)]
    if is_coded:
        spans = [span for span in spans if span.rule not in CODE_RULES]
    if (is_short or row_count >= CODE_ROW_COUNT * len(values)) and not hold_names(values, name):
        spans = [span for span in spans if span.rule != GUESSED]
    hits = Counter(span.type for span in spans)
    is_code = row_count >= CODE_ROW_COUNT * len(values) and all(WHOLE.fullmatch(value) for value in values)
    rules = {kind: Counter(span.rule for span in spans if span.type == kind).most_common(1)[0][0] for kind in hits}
    return {
        kind: (count, rules[kind])
        for kind, count in sorted(hits.items())
        if ((is_short and kind == "PERSON") or not _is_chance(kind, count, len(values), is_coded))
        and not (is_code and kind in DOCUMENTS)
    }


def _one_a_type(found: list[Span]) -> list[Span]:
    return list({span.type: span for span in sorted(found, key=lambda span: span.score)}.values())


def _is_coded(contract: FeedContract, name: str) -> bool:
    """Say whether every bronze column made from this one is a number, a date, a position or a listed value."""
    made = [c for c in contract.bronze if name in c.sources and len(c.sources) <= SOURCE_COUNT_MAX]
    return bool(made) and all(c.physical_type != "string" or c.enum or c.projected for c in made)


def _unmeant(column: LandingColumn) -> frozenset[str]:
    named = PLACES - {"GPS_POSITION"} if column.names_places else frozenset[str]()
    return named.union(column.reads_like.types if column.reads_like else ())


def _route(contract: FeedContract) -> BronzeColumn | None:
    shape = shapes().get(contract.shape or "")
    is_of_shape = shape is not None and any(column.name == "route" for column in shape.columns)
    return contract.filling().get("route") if is_of_shape else None


def _is_chance(kind: str, hit_count: int, value_count: int, is_coded: bool) -> bool:
    share = hit_count / value_count
    if kind == "PERSON":
        return hit_count < LEAST_PERSON_COUNT or share < LEAST_PERSON_SHARE
    if is_coded and kind in DIGITS_ONLY:
        return share < LEAST_CHANCE_SHARE
    return hit_count < LEAST_COUNT and share < LEAST_SHARE


def _advice(contract: FeedContract, kind: str, values: tuple[str, ...]) -> str:
    words = sorted(len(value.split()) for value in values)
    if words[len(words) // 2] >= LONG_TEXT_WORDS:
        return "classify it free_text, and redact it in bronze"
    if kind in ("POSTAL_ADDRESS", "GPS_POSITION", "BIRTH_DATE"):
        return "classify it personal, and keep of it a cell or a zone only, or leave it out of bronze"
    named = "; if these are names of places, say namesPlaces" if kind == "PERSON" else ""
    token = TOKEN_KINDS.get(kind, "identifier")
    written = f"'protection: token', 'tokenKind: {token}' and 'tokenPurpose: {contract.purpose}'"
    return f"classify it identifier, with {written} in bronze{named}"

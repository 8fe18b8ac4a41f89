"""A classification for each column, proposed by the redaction engine, with its evidence: counts and rules, no value."""

import random
import re
from typing import NamedTuple

from calanque.contracts.forbidden import words_of
from calanque.contracts.undecided import UNDECIDED
from calanque.ingest.column_scan import LONG_TEXT_WORDS, NOT_IDENTIFIERS, TOKEN_KINDS, personal_types
from calanque.ingest.name_words import KIND_WORDS
from calanque.scaffold.values import LISTED_MAX, Values

SAMPLE_COUNT = 1_000
SEED = 13_055
MOSTLY = 0.5
PLACE_WORDS = frozenset(
    {"neighborhood", "neighbourhood", "quartier", "district", "borough", "suburb", "area", "zone", "ward", "station"}
    | {"arrondissement", "site", "sensor", "counter", "compteur", "location", "intersection", "park", "place", "city"}
    | {"commune"}
)
ADDRESS_WORDS = frozenset({"address", "adresse", "street", "rue", "voie"})
COORDINATE_WORDS = frozenset(
    {"x", "y", "easting", "northing", "coord", "coordinate", "coordinates", "coordonnee", "coordonnees"}
    | {"lon", "lat", "long", "lng", "longitude", "latitude", "longitud", "latitud", "xlong", "ylat"}
)
PERSON_WORDS = frozenset(
    {"login", "user", "account", "compte", "agent", "officer", "badge", "matricule", "employee", "staff", "driver"}
    | {"owner", "reporter", "victim", "victime", "contact", "phone", "telephone", "tel", "mobile", "portable"}
)
_TWO_NUMBERS = r"-?\d{1,3}\.\d+\s*[,; ]\s*-?\d{1,3}\.\d+"
POINT = re.compile(
    r"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\([^()]*\)"
    r'|\{[^{}]*"type": ?"Point"[^{}]*\}|\{(?=[^{}]*"lat)(?=[^{}]*"lon)[^{}]*\}'
    rf"|{_TWO_NUMBERS}",
    re.IGNORECASE,
)
"""A position in one column: WKT, a GeoJSON geometry, an object, or two numbers."""
NO_IDENTIFIERS = frozenset({"PERSON", "POSTAL_ADDRESS", "GPS_POSITION", "BIRTH_DATE", "HANDLE", "FR_AGENT_NUMBER"})


class Proposal(NamedTuple):
    """The classification of a column and why; `token_kind` is said of an identifier."""

    classification: str
    evidence: str
    names_places: bool = False
    token_kind: str | None = None


def proposal_of(values: Values, is_position: bool) -> Proposal:
    """Return what a column is likely to be; `to_decide` when the engine's evidence is not enough."""
    if is_position:
        return Proposal("personal", "a position may be somebody's home: only its cell and zone go to bronze")
    if values.distinct and all(POINT.fullmatch(value) for value in values.distinct):
        return Proposal("personal", "each value is a position, which may be somebody's home")
    proposal = _of_values(values)
    # However they are written: degrees in a form that nobody foresaw are text, in which no rule finds a position.
    if proposal.classification == "open" and not COORDINATE_WORDS.isdisjoint(words_of(values.name)):
        return Proposal(UNDECIDED, f"its name says that it may be a position; {proposal.evidence}")
    return proposal


def _of_values(values: Values) -> Proposal:
    texts = _drawn(values.distinct)
    is_short = values.kind in ("list", "text") and len(texts) <= LISTED_MAX
    found = personal_types(texts, values.row_count, values.is_coded, is_short=is_short, name=values.name)
    if values.is_coded and values.kind != "list":
        found = {kind: hit for kind, hit in found.items() if kind not in NOT_IDENTIFIERS}
    hits = ", ".join(f"{kind} in {count:,} ({rule})" for kind, (count, rule) in found.items())
    evidence = f"{hits} of {len(texts):,} distinct values" if hits else f"no personal value in {len(texts):,} distinct"
    names = set(words_of(values.name))
    if not texts:
        return Proposal(UNDECIDED, "the sample holds no value of it")
    if names & PERSON_WORDS and not names & KIND_WORDS and not found:
        return Proposal(UNDECIDED, f"its name says that it may tell who; {evidence}")
    if values.kind == "text" and names & ADDRESS_WORDS:
        return Proposal("personal", f"an address may be somebody's home; {evidence}")
    if not found:
        return Proposal("open", evidence)
    return _of_hits(found, texts, names, evidence)


def _of_hits(found: dict[str, tuple[int, str]], texts: tuple[str, ...], names: set[str], evidence: str) -> Proposal:
    lengths = sorted(len(text.split()) for text in texts)
    if lengths[len(lengths) // 2] >= LONG_TEXT_WORDS:
        return Proposal("free_text", evidence)
    if names & PLACE_WORDS and set(found) <= {"PERSON", "POSTAL_ADDRESS"}:
        return Proposal("open", f"{evidence}; its name says that these are places", names_places=True)
    kind, (count, _) = max(found.items(), key=lambda item: item[1][0])
    if count >= MOSTLY * len(texts):
        if kind in ("GPS_POSITION", "POSTAL_ADDRESS"):
            return Proposal("personal", evidence)
        if kind not in NO_IDENTIFIERS:
            return Proposal("identifier", evidence, token_kind=TOKEN_KINDS.get(kind, "identifier"))
    return Proposal(UNDECIDED, evidence)


def _drawn(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) <= SAMPLE_COUNT:
        return values
    return tuple(random.Random(SEED).sample(values, SAMPLE_COUNT))  # noqa: S311 - a sample, no secret

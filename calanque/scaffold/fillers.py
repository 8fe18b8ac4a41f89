"""Which columns of a sample fill the columns of a shape: by name, by the words of their names, and by their values."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from calanque.contracts.forbidden import words_of
from calanque.contracts.shapes import Shape, ShapeColumn, shapes
from calanque.contracts.undecided import UNDECIDED
from calanque.scaffold.roles import is_row_number

if TYPE_CHECKING:
    from calanque.scaffold.plan import Column, Plan

_KINDS = frozenset(
    {"type", "category", "categorie", "kind", "nature", "class", "classe", "offence", "offense", "crime", "mci"}
    | {"infraction", "motif", "subject", "sujet"}
)
_PLACES = frozenset(
    {"neighbourhood", "neighborhood", "quartier", "district", "arrondissement", "borough", "ward", "beat", "quadrant"}
)
WORDS: dict[str, frozenset[str]] = {
    "type": _KINDS,
    "kind": _KINDS,
    "category": _KINDS,
    "object_class": _KINDS,
    "premises": frozenset({"premises", "premise", "lieu"}),
    "neighbourhood": _PLACES,
    "zone": _PLACES | {"zone"},
    "area": _PLACES | {"area", "codgeo", "insee", "commune", "departement", "region", "community", "code"},
    "area_code": frozenset({"code", "insee", "id", "depco", "numero", "number", "sinfo", "codgeo"}),
    "name": frozenset({"name", "nom", "title", "titre", "libelle", "label", "lib"}),
    "sensor_id": frozenset(
        {
            "sensor",
            "capteur",
            "station",
            "counter",
            "compteur",
            "site",
            "camera",
            "device",
            "poste",
            "series",
            "location",
        }
    ),
    "quantity": frozenset({"quantity", "indicator", "indicateur", "measure", "mesure", "grandeur", "parameter"}),
    "unit": frozenset({"unit", "unite", "units"}),
    "value": frozenset({"value", "valeur", "count", "nombre", "number", "total", "volume", "debit", "taux", "rate"}),
    "object_count": frozenset({"count", "nombre", "quantity"}),
    "outline": frozenset({"geometry", "outline", "shape", "geojson", "contour"}),
    "capacity": frozenset({"capacity", "capacite"}),
    "expected_count": frozenset({"expected", "attendance", "jauge"}),
    "ended_at": frozenset({"end", "ended", "fin", "until", "closed"}),
    "ends_at": frozenset({"end", "ends", "ended", "fin", "until"}),
    "until_at": frozenset({"end", "ended", "fin", "until"}),
    "known_at": frozenset(
        {"reported", "report", "known", "declared", "declaration", "published", "modified", "updated"}
    ),
}
"""The words of a source's column names that say which column of a shape they fill."""
PLACED = ("lon", "lat", "x_m", "y_m", "cell_id", "route")
"""Columns of a shape that are places: none is filled by the word of a name."""
YEAR_NAMES = frozenset({"year", "annee", "an"})
PARTS_OF_YEARS = frozenset({"month", "mois", "quarter", "trimestre", "week", "semaine"})
TIMES = frozenset({"time", "date", "epoch"})
FITTING = {
    "timestamp": TIMES,
    "double": frozenset({"integer", "number"}),
    "int": frozenset({"integer"}),
    "string": frozenset({"text", "list", "integer"}),
    "boolean": frozenset({"boolean"}),
}


def fillers_of(plan: "Plan", shape: Shape) -> "dict[str, Column]":
    """Return the columns of a sample by those of a shape that they fill; its key and places are made of others."""
    found: dict[str, Column] = {}
    free = [column for column in plan.columns if _may_fill(plan, column)]
    made = {*made_of(plan, shape), *PLACED}
    # The narrowest words first: `premises_type` is the premises before it is the type.
    wanted = sorted((c for c in shape.columns if c.name not in made), key=lambda c: len(WORDS.get(c.name, ())))
    # A name says more than a word of it, and the moment that rows are about is what no other word claims.
    for search in (_of_name, _of_words, _of_times):
        for column in wanted:
            if column.name not in found:
                one = next((c for c in search(column, free, shape) if c.values.kind in FITTING[column.data_type]), None)
                if one is not None:
                    found[column.name] = one
                    free.remove(one)
    return found


def missing_of(plan: "Plan", shape: Shape) -> list[ShapeColumn]:
    """Return the required columns of a shape that the sample can not fill."""
    found, made = fillers_of(plan, shape), made_of(plan, shape)
    return [c for c in shape.columns if c.is_required and c.name not in found and c.name not in made]


def made_of(plan: "Plan", shape: Shape) -> frozenset[str]:
    """Return the columns of a shape that are made of several of the sample: its key, places, a day and its hour."""
    places = {"lon", "lat", "x_m", "y_m", "cell_id", "zone"} if plan.position else set[str]()
    hour = {str(shape.meta.happened)} if plan.day_and_hour else set[str]()
    spans = {"starts_at", "ends_at"} if year_of(plan) and not _has_time(plan) else set[str]()
    return frozenset({shape.meta.key, *places, *hour, *spans}) & {column.name for column in shape.columns}


def year_of(plan: "Plan") -> "Column | None":
    """Return the column of years that each row is about; None when there is none, or rows are of parts of years."""
    if any(not PARTS_OF_YEARS.isdisjoint(words_of(column.name)) for column in plan.columns):
        return None
    years = (c for c in plan.columns if c.values.kind == "integer" and not YEAR_NAMES.isdisjoint(words_of(c.name)))
    return next((c for c in years if all(1900 <= int(value) <= 2100 for value in c.values.distinct)), None)


def _has_time(plan: "Plan") -> bool:
    return any(column.values.kind in TIMES for column in plan.columns)


def likely_shape(plan: "Plan") -> str | None:
    """Return the shape all of whose required columns the sample fills, the one of most; None when there is none."""
    whole = {name: len(fillers_of(plan, shape)) for name, shape in shapes().items() if not missing_of(plan, shape)}
    return max(whole, key=lambda name: whole[name]) if whole else None


def _may_fill(plan: "Plan", column: "Column") -> bool:
    is_place = plan.position is not None and column.name in plan.position.sources
    return column.proposal.classification in ("open", UNDECIDED) and not is_place and not is_row_number(column.values)


def _of_name(wanted: ShapeColumn, free: "list[Column]", shape: Shape) -> "Iterator[Column]":
    return (column for column in free if "_".join(words_of(column.name)) == wanted.name)


def _of_words(wanted: ShapeColumn, free: "list[Column]", shape: Shape) -> "Iterator[Column]":
    return (c for c in free if not WORDS.get(wanted.name, frozenset()).isdisjoint(words_of(c.name)))


def _of_times(wanted: ShapeColumn, free: "list[Column]", shape: Shape) -> "Iterator[Column]":
    return iter(free if wanted.name == shape.meta.happened else ())

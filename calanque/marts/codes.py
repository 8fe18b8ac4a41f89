"""Codes of a source that nobody has mapped: their rows are counted as other, and said."""

import logging

from calanque.contracts.shapes import shapes
from calanque.engines import spark
from calanque.marts.domains import Domain
from calanque.places.taxonomy import OTHER
from calanque.places.territory import load_territory

log = logging.getLogger(__name__)


def unknown_codes(domain: Domain, territory: str, schema: str) -> dict[str, int]:
    """Return how many rows bear each code that neither the city's file nor the taxonomy knows, and warn of them.

    Args:
        domain: that was built; one that reads no coded shape has none, and places count no codes.
        territory: the city.
        schema: in which it was built, with the shapes it reads as views.
    """
    coded = {} if domain.name == "places" else {name: shapes()[name].meta.coded for name in domain.shapes}
    parts = [
        f"select {column}_code as code from {schema}.shape_{name} "
        f"where {column} = '{OTHER}' and territory = '{territory}'"
        for name, column in coded.items()
        if column
    ]
    if not parts:
        return {}
    found = spark.rows(f"select code, count(*) as n from ({' union all '.join(parts)}) group by code order by code")
    known = {OTHER, *load_territory(territory).codes}
    unknown = {str(row.code): int(row.n) for row in found if row.code not in known}
    if unknown:
        codes = ", ".join(f"{code} ({count:,} rows)" for code, count in unknown.items())
        log.warning("Unknown codes are counted as other: %s. Map them in infra/territories/%s.yml.", codes, territory)
    return unknown

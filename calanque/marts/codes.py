"""Codes of a source that nobody has mapped: their rows are counted as other, and said."""

import logging
from collections.abc import Mapping, Sequence

from calanque.contracts.shapes import shapes
from calanque.engines import spark
from calanque.marts.domains import DOMAINS
from calanque.places.taxonomy import OTHER
from calanque.places.territory import load_territory
from calanque.sql_text import listed

log = logging.getLogger(__name__)
Codes = dict[str, int]


def unknown_codes(built: Mapping[str, Sequence[str]], schema: str) -> dict[tuple[str, str], Codes]:
    """Return how many rows bear each code that neither the city's file nor the taxonomy knows, and warn of them.

    Args:
        built: cities by domain; a domain that reads no coded shape has none, and places count no codes.
        schema: in which they were built, with the shapes they read as views.

    Returns:
        Rows by code, by domain and city; nothing for those without one.
    """
    parts = [
        f"select '{name}' as domain, territory, {column}_code as code from {schema}.shape_{shape} "
        f"where {column} = '{OTHER}' and territory in ({listed(cities)})"
        for name, cities in built.items()
        for shape, column in _coded(name).items()
        if cities
    ]
    if not parts:
        return {}
    unknown: dict[tuple[str, str], Codes] = {}
    counted = f"select domain, territory, code, count(*) as n from ({' union all '.join(parts)}) group by all"
    for row in spark.rows(counted):
        if row.code not in {OTHER, *load_territory(row.territory).codes}:
            unknown.setdefault((row.domain, row.territory), {})[str(row.code)] = int(row.n)
    for (_, city), found in unknown.items():
        codes = ", ".join(f"{code} ({count:,} rows)" for code, count in sorted(found.items()))
        log.warning("Unknown codes are counted as other: %s. Map them in infra/territories/%s.yml.", codes, city)
    return unknown


def _coded(domain: str) -> dict[str, str]:
    """Return the coded column of each shape of a domain that has one."""
    coded = {} if domain == "places" else {name: shapes()[name].meta.coded for name in DOMAINS[domain].shapes}
    return {name: column for name, column in coded.items() if column}

"""What offices publish of a synthetic Marseille: a register of cameras, recorded crime, the counts of partners.

The register has the columns of Paris's list of cameras, crime those of the ministry's statistical office (SSMSI) at the
level of communes, partners a sheet of the city's own. All figures are made up.
"""

import random
from datetime import timedelta
from typing import NamedTuple

from calanque.csv_file import csv_file, decimal
from calanque.twin.days import first_day
from calanque.twin.dirt import soiled
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import position, spots

CAMERAS = (
    *("Code postal", "Numéro", "Implantation", "Précision de l'implantation", "Date de mise en service"),
    *("lon", "lat"),
)
CRIME = (
    *("CODGEO_2025", "annee", "indicateur", "unite_de_compte", "nombre", "taux_pour_mille", "est_diffuse"),
    *("insee_pop", "insee_pop_millesime"),
)
PARTNERS = ("PARTENAIRE", "ARRONDISSEMENT", "MOIS", "INDICATEUR", "NOMBRE")
ARRONDISSEMENTS = tuple(f"132{number:02d}" for number in range(1, 17))
_POPULATION = dict(
    zip(
        ARRONDISSEMENTS,
        (38, 24, 53, 49, 46, 42, 35, 79, 77, 57, 57, 61, 94, 63, 79, 16),
        strict=True,
    )
)
"""Thousands of inhabitants, about."""


class _Indicator(NamedTuple):
    name: str
    unit: str
    per_thousand: float


INDICATORS = (
    _Indicator("Cambriolages de logement", "Infraction", 3.1),
    _Indicator("Vols de véhicule", "Véhicule", 3.4),
    _Indicator("Vols dans les véhicules", "Véhicule", 5.2),
    _Indicator("Vols sans violence contre des personnes", "Victime entendue", 14.0),
    _Indicator("Vols avec armes", "Infraction", 0.4),
    _Indicator("Destructions et dégradations volontaires", "Infraction", 8.5),
)
COUNTED = {
    "RTM": ("agressions_reseau", "degradations_reseau"),
    "BAILLEURS": ("troubles_de_jouissance",),
    "MARINS_POMPIERS": ("feux_de_poubelle", "feux_de_vehicule"),
}
"""What each partner counts by arrondissement and month."""
_SMALL = 11


def generate_cameras(last_day: str, days: int, count: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return a register of cameras as CSV: `;` between fields, days as dd/MM/yyyy.

    Args:
        last_day: last day on which one was put into service, YYYY-MM-DD.
        days: how many days back the first was.
        count: number of cameras.
        seed: other seed, other cameras.
        dirt: share of lines that are sent twice; as many lie at 0, 0.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"cameras/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    near, rows = spots(draw), list[list[str]]()
    for number in range(1, count + 1):
        lon, lat = position(draw, near)
        since = first + timedelta(days=draw.randrange(days))
        street = f"{draw.choice(STREETS)}, {draw.choice(STREETS)}"
        kind = draw.choice(("croisement", "place", "numéro"))
        day = since.strftime("%d/%m/%Y")
        rows.append([f"130{draw.randint(1, 16):02d}", f"C{number:04d}", street, kind, day, f"{lon:.5f}", f"{lat:.5f}"])

    def is_nowhere(row: list[str]) -> None:
        row[-2:] = ["0", "0"]

    sent = soiled(rows, round(dirt * count), draw, is_nowhere)
    return csv_file(CAMERAS, sent)


def generate_crime_figures(first_year: int, years: int, seed: int) -> bytes:
    """Return recorded crime by arrondissement and year as CSV with decimal commas, as the office publishes it.

    A figure that the office does not publish, because it is small, is `NA` and `ndiff`.
    """
    draw = random.Random(f"crime_figures/{seed}/{first_year}/{years}")  # noqa: S311  (reproducible rows, not secrets)
    rows = [
        _crime_row(draw, code, year, indicator)
        for year in range(first_year, first_year + years)
        for indicator in INDICATORS
        for code in ARRONDISSEMENTS
    ]
    return csv_file(CRIME, rows)


def _crime_row(draw: random.Random, code: str, year: int, indicator: _Indicator) -> list[str]:
    population = 1_000 * _POPULATION[code]
    number = round(population / 1_000 * indicator.per_thousand * draw.lognormvariate(0, 0.3))
    is_published = number >= _SMALL
    rate = decimal(1_000 * number / population, 7)
    published = [str(number), rate, "diff"] if is_published else ["NA", "NA", "ndiff"]
    return [code, str(year), indicator.name, indicator.unit, *published, str(population), str(year)]


def generate_partners(first_month: str, months: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return what partners count, by arrondissement and month, as CSV; months are YYYY-MM, counts of 11 or more.

    Args:
        first_month: YYYY-MM.
        months: how many.
        seed: other seed, other counts.
        dirt: share of lines with a count under 11, which a partner should not have sent; as many are sent twice.

    Raises:
        CalanqueError: if the numbers make no sense, or the month is not a month.
    """
    first = first_day(f"{first_month}-01", 1, dirt, months)
    draw = random.Random(f"partners/{seed}/{first_month}/{months}")  # noqa: S311  (reproducible rows, not secrets)
    rows = []
    for ahead in range(months):
        year, month = divmod(first.year * 12 + first.month - 1 + ahead, 12)
        for partner, counted in COUNTED.items():
            for code in ARRONDISSEMENTS:
                for indicator in counted:
                    number = _SMALL + round(_POPULATION[code] * draw.lognormvariate(-0.5, 0.4))
                    rows.append([partner, code, f"{year}-{month + 1:02d}", indicator, str(number)])

    def is_small(row: list[str]) -> None:
        row[-1] = str(draw.randrange(1, _SMALL))

    sent = soiled(rows, round(dirt * len(rows)), draw, is_small)
    return csv_file(PARTNERS, sent)

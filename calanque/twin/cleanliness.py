"""Synthetic reports of dirt and waste in Marseille, in the columns of Dans Ma Rue and the encoding of an older export.

One line a report: `1000017;PROPRETÉ;Déchets au sol;12 RUE PARADIS, 13006 MARSEILLE;13006;…;43.289712,5.379018`, in
Windows-1252, with or without capitals and accents, and the date in one of two formats. Nobody wrote or sent them.
"""

import random
import unicodedata
from datetime import datetime, timedelta

from calanque.csv_file import csv_file
from calanque.twin.days import PARIS, WHOLE, Part, first_day
from calanque.twin.dirt import no_time, put, soiled
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import position, spots

ENCODING = "windows-1252"
HEADER = (
    *("ID DECLARATION", "TYPE DECLARATION", "SOUS TYPE DECLARATION", "ADRESSE", "CODE POSTAL", "VILLE"),
    *("ARRONDISSEMENT", "CONSEIL DE QUARTIER", "DATE DECLARATION", "ANNEE DECLARATION", "MOIS DECLARATION"),
    *("OUTIL SOURCE", "INTERVENANT", "ID_DMR", "geo_shape", "geo_point_2d"),
)
NOWHERE = "0.0,0.0"
KINDS = {
    ("Propreté", "Déchets au sol"): 24,
    ("Propreté", "Déjections canines"): 8,
    ("Propreté", "Corbeille de rue pleine ou débordante"): 13,
    ("Dépôts sauvages", "Encombrants : meubles, matelas"): 19,
    ("Dépôts sauvages", "Gravats et gros œuvre"): 7,
    ("Dépôts sauvages", "Sacs d’ordures hors des bacs"): 12,
    ("Objets abandonnés", "Vélo ou trottinette hors d’usage"): 5,
    ("Graffitis, tags, affiches et autocollants", "Graffitis sur une façade"): 9,
    ("Graffitis, tags, affiches et autocollants", "Affiches et autocollants"): 3,
}
"""Type and subtype of a report, each with its weight."""
_TOOLS = ("Application mobile", "Site internet", "Appel téléphonique")
_HOURS = range(7, 23)
_FIRST_NUMBER = 1_000_000
_SECTORS = (1, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8)
"""Sector town hall of the arrondissements from 1 to 16, without the last."""


def generate_cleanliness(
    last_day: str, days: int, count: int, seed: int, dirt: float = 0.0, part: Part = WHOLE
) -> bytes:
    """Return reports as CSV: Windows-1252, `;` between fields, header first.

    Spoilt are those without a readable date, and those at 0, 0. Arguments are those of `calanque.twin.days`.
    """
    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"cleanliness/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    start = datetime(first.year, first.month, first.day)
    near = {kind: spots(draw, part, kind[1]) for kind in KINDS}
    times = sorted(
        start + timedelta(days=draw.randrange(days), hours=draw.choice(_HOURS), minutes=draw.randrange(60))
        for _ in range(count)
    )
    rows = [_row(draw, number, at, near) for number, at in enumerate(times, part.first_number)]

    spoil = no_time(HEADER.index("DATE DECLARATION"), draw), put(HEADER.index("geo_point_2d"), NOWHERE)
    sent = soiled(rows, round(dirt * count), draw, *spoil)
    return csv_file(HEADER, sent, ENCODING)


def _row(
    draw: random.Random,
    number: int,
    at: datetime,
    near: dict[tuple[str, str], list[tuple[float, float]]],
) -> list[str]:
    (kind,) = draw.choices(list(KINDS), list(KINDS.values()))
    lon, lat = position(draw, near[kind])
    arrondissement = draw.randrange(1, 16)
    address = f"{draw.randrange(1, 200)} {draw.choice(STREETS)}, 130{arrondissement:02d} Marseille".upper()
    local = at.replace(tzinfo=PARIS)
    return [
        str(_FIRST_NUMBER + number),
        *(_as_typed(draw, text) for text in kind),
        *(address, f"130{arrondissement:02d}", "MARSEILLE", str(arrondissement)),
        f"MAIRIE DE SECTEUR {_SECTORS[arrondissement - 1]}",
        local.isoformat() if draw.random() < 0.5 else f"{at:%d/%m/%Y %H:%M}",
        *(str(at.year), str(at.month), draw.choice(_TOOLS), "DIRECTION DE LA PROPRETÉ", f"P-{at:%Y}-{number:06d}"),
        f'{{"coordinates": [{lon:.6f}, {lat:.6f}], "type": "Point"}}',
        f"{lat:.6f},{lon:.6f}",
    ]


def _as_typed(draw: random.Random, text: str) -> str:
    """Return a text as it stands, in capitals, or in capitals that lost their accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return draw.choices((text, text.upper(), plain.upper()), (6, 3, 1))[0]

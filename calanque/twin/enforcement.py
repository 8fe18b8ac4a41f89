"""Synthetic fines and impounds of Marseille, as a municipal police would export them: all invented.

One line an act: `PV-000017;04/06/2026 22:51;STAT_GEN;12 RUE PARADIS;5,381;43,296;VX-123-YZ;…`. Times are local;
positions are rounded to a thousandth of a degree, about 80 by 110 m.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from calanque.csv_file import csv_file, decimal
from calanque.twin import invented
from calanque.twin.days import WHOLE, Part, first_day
from calanque.twin.dirt import soiled_acts
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import position, spots

if TYPE_CHECKING:
    from faker import Faker

FINES = (
    *("NUM_PV", "CONSTATE_LE", "CODE_FAIT", "ADRESSE", "LON", "LAT", "IMMAT"),
    *("CONTREVENANT", "AGENT", "OBSERVATIONS"),
)
IMPOUNDS = ("NUM_FICHE", "ENLEVE_LE", "MOTIF", "ADRESSE", "LON", "LAT", "IMMAT", "TITULAIRE", "AGENT", "RENDU_LE")
FINED_FOR = {"STAT_GEN": 46, "STAT_TG": 22, "CIRC_INT": 9, "DEPOT_SAUV": 8, "TAPAGE_NOCT": 9, "IVRESSE": 6}
"""Codes of the city's own list, each with its weight."""
IMPOUNDED_FOR = {"STAT_GEN": 50, "STAT_TG": 30, "EPAVE": 20}
_CLOCK = "%d/%m/%Y %H:%M"
_HOURS = tuple({8: 3, 9: 6, 10: 8, 11: 7, 14: 6, 15: 7, 16: 8, 17: 6, 22: 4, 23: 3}.get(h, 1) for h in range(24))
_AGENT_COUNT = 60
_NOTES = (
    "Devant l'entrée du garage, gêne la sortie.",
    "Sur passage piéton, {name} dit ne pas avoir vu le marquage.",
    "Récidive, avertissement déjà donné.",
    "Présence de {name}, à rappeler au {phone}.",
    "Arrêt de bus occupé plus de dix minutes.",
    "Verbalisé en présence de M. {name}.",
    "Rien à ajouter.",
)
_OF_VEHICLES = ("STAT_GEN", "STAT_TG")


class _Act(NamedTuple):
    """What fines and impounds have in common."""

    draw: random.Random
    number: int
    at: datetime
    code: str
    first_name: str
    last_name: str
    place: list[str]
    """Address, longitude and latitude with a decimal comma."""
    plate: str
    agent: str


def generate_fines(last_day: str, days: int, count: int, seed: int, *, dirt: float = 0.0, part: Part = WHOLE) -> bytes:
    """Return fines as CSV: UTF-8, `;` between fields, header first.

    Spoilt are acts without a readable time, and acts at 0, 0. Arguments are those of `calanque.twin.days`.
    """

    def row(act: _Act) -> list[str]:
        phone = invented.phone(act.draw)
        note = act.draw.choice(_NOTES).format(name=f"{act.first_name} {act.last_name}", phone=phone)
        is_absent = act.code in _OF_VEHICLES and act.draw.random() < 0.8
        name = "" if is_absent else invented.cased(act.draw, act.first_name, act.last_name)
        return [f"PV-{act.number:06d}", act.at.strftime(_CLOCK), act.code, *act.place, act.plate, name, act.agent, note]

    first = first_day(last_day, days, dirt, count)
    return _written(FINES, FINED_FOR, row, first, days, count, f"fines/{seed}", dirt, part)


def generate_impounds(
    last_day: str, days: int, count: int, seed: int, *, dirt: float = 0.0, part: Part = WHOLE
) -> bytes:
    """Return vehicles taken to the pound as CSV; a blank return where it still stands there. See `generate_fines`."""

    def row(act: _Act) -> list[str]:
        name = invented.cased(act.draw, act.first_name, act.last_name)
        back = act.at + timedelta(hours=act.draw.randrange(4, 200))
        returned = "" if act.code == "EPAVE" or act.draw.random() < 0.1 else back.strftime(_CLOCK)
        taken = act.at.strftime(_CLOCK)
        return [f"FOU-{act.number:05d}", taken, act.code, *act.place, act.plate, name, act.agent, returned]

    first = first_day(last_day, days, dirt, count)
    return _written(IMPOUNDS, IMPOUNDED_FOR, row, first, days, count, f"impounds/{seed}", dirt, part)


def _written(
    header: tuple[str, ...],
    kinds: Mapping[str, int],
    row: Callable[[_Act], list[str]],
    first: date,
    days: int,
    count: int,
    seed: str,
    dirt: float,
    part: Part,
) -> bytes:
    from faker import Faker

    start = datetime(first.year, first.month, first.day)
    draw = random.Random(f"{seed}/{start}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    faker = Faker("fr_FR")
    faker.seed_instance(f"{seed}/{start}/{days}")
    near = {code: spots(draw, part, code) for code in kinds}
    times = sorted(_time(draw, start, days) for _ in range(count))
    rows = [row(_act(draw, faker, number, at, kinds, near)) for number, at in enumerate(times, part.first_number)]
    return csv_file(header, soiled_acts(header, header[1], rows, round(dirt * count), draw))


def _time(draw: random.Random, first: datetime, days: int) -> datetime:
    hour = draw.choices(range(24), _HOURS)[0]
    return first + timedelta(days=draw.randrange(days), hours=hour, minutes=draw.randrange(60))


def _act(
    draw: random.Random,
    faker: "Faker",
    number: int,
    at: datetime,
    kinds: Mapping[str, int],
    near: Mapping[str, list[tuple[float, float]]],
) -> _Act:
    code = draw.choices(list(kinds), list(kinds.values()))[0]
    lon, lat = position(draw, near[code])
    address = f"{draw.randrange(1, 240)} {draw.choice(STREETS)}".upper()
    place = [address, decimal(lon, 3), decimal(lat, 3)]
    agent = f"PM{draw.randrange(_AGENT_COUNT):04d}"
    return _Act(draw, number, at, code, faker.first_name(), faker.last_name(), place, invented.plate(draw), agent)

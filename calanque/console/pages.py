"""How a page of the console is made: one layout, two languages, and text that is never taken for HTML."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FunctionLoader, StrictUndefined
from text_unidecode import unidecode

from calanque.console.lac_words import REASONS, WORDS
from calanque.contracts.model import in_language
from calanque.contracts.page import Language
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from calanque.console.readers import Reader

# No script at all: what a page shows is what the server wrote.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'",
    "Cache-Control": "no-store",
}
TEMPLATES = Path(__file__).parent / "templates"
# All are read with this module: one replaced under a running server would be shown by code that is older than it.
_TEXTS = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")}
_ENVIRONMENT = Environment(
    loader=FunctionLoader(lambda name: (_TEXTS[name], f"{TEMPLATES / name}", None)),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ZONE = "Europe/Paris"
"""In whose time the DPO and engineers read pages that are of no city."""
PARTICLES = frozenset({"à", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sous", "sur"})
"""Words that French writes small within the name of a place."""
SHORTEST_NAME = 4
ROMAN = re.compile("[IVX]{2,}")
# What stands between thousands: in French a narrow space that does not break.
_THOUSANDS = {"en": ",", "fr": "\u202f"}


def render(template: str, language: Language, title: str, **values: Any) -> str:
    """Return a page as HTML.

    Args:
        template: file of `templates/`.
        language: of the page.
        title: of the page.
        values: what the template names.
    """
    formats = {
        "number": lambda count: number(count, language),
        "counted": lambda count, text: text.split("|")[0 if is_singular(count, language) else -1],
        "share": lambda rate, digits=0: "–" if rate is None else share(rate, digits, language),
        "of": lambda name: of(name, language),
        "place_name": place_name,
        "spoken": lambda text: in_language(text, language),
        "meaning": lambda reason: REASONS[language].get(reason.partition(":")[0], ""),
    }
    words = WORDS[language]
    text = _ENVIRONMENT.get_template(template)
    return text.render(title=title, language=language, w=words, at=at, machine=machine, **formats, **values)


def is_singular(count: float, language: Language) -> bool:
    """Return whether a word beside a number is in the singular: in French up to two (`1,8 fait`), in English at one."""
    return abs(count) < 2 if language == "fr" else count == 1


def number(count: int, language: Language) -> str:
    """Return a count as a language writes it."""
    return f"{count:,}".replace(",", _THOUSANDS[language])


def decimal(value: float, digits: int, language: Language) -> str:
    """Return a number with so many decimals as a language writes it."""
    return f"{value:.{digits}f}".replace(".", "," if language == "fr" else ".")


def share(rate: float, digits: int, language: Language) -> str:
    """Return a share as a percentage with so many decimals, as a language writes it."""
    return f"{decimal(100 * rate, digits, language)}{' ' if language == 'fr' else ''}%"


def shown(html: str, status_code: int = 200, policy: str | None = None) -> HTMLResponse:
    """Return the answer that bears a page; `policy` is that of one with a script."""
    headers = HEADERS | ({"Content-Security-Policy": policy} if policy else {})
    return HTMLResponse(html, status_code, headers=headers)


def sentence(language: Language, text: str, status_code: int, reader: "Reader | None" = None) -> HTMLResponse:
    """Return a page that says one sentence, with the menu of a reader who is known."""
    known = {"reader": reader} if reader else {}
    page = render("sentence.html", language, WORDS[language]["lac"], sentence=text, **known)
    return shown(page, status_code)


def address(path: str, said: Mapping[str, Any]) -> str:
    """Return the address of a view: what it says goes with the path, but what is empty."""
    return f"{path}?{urlencode({name: value for name, value in said.items() if value})}"


def of(name: str, language: Language) -> str:
    """Return whose something is, as a language writes it: French has `d’` before a vowel."""
    if language == "en":
        return f"of {name}"
    return f"d’{name}" if unidecode(name)[:1].lower() in "aeiouy" else f"de {name}"


def place_name(name: str) -> str:
    """Return the name of a place as print has it, where its source writes it in capitals; a code stays what it is.

    `place_name("SAINT-JEAN-DU-DESERT")` is `Saint-Jean-du-Desert`, and `place_name("L'ESTAQUE")` is `L'Estaque`.
    """
    if not name.isupper() or len(name) < SHORTEST_NAME:
        return name
    first, *rest = (part if ROMAN.fullmatch(part) else part.capitalize() for part in re.split(r"([\W_]+)", name))
    return "".join([first, *(part.lower() if part.lower() in PARTICLES else part for part in rest)])


def by_name(name: str) -> list[str | int]:
    """Return what names of places are sorted by: numbers by what they count, letters whatever their case and accents.

    `sorted(["10e", "École", "1er", "Endoume"], key=by_name)` is `["1er", "10e", "École", "Endoume"]`.
    """
    parts = re.split(r"(\d+)", unidecode(name).lower())
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def titles(cities: Iterable[str]) -> str:
    """Return the names of cities as a sentence lists them.

    Raises:
        CalanqueError: if one has no right file.
    """
    return ", ".join(load_territory(city).title for city in cities)


def at(time: datetime | date | None, zone: ZoneInfo | str = "UTC") -> str:
    """Return a time as people read it, in a zone; a day as it is."""
    if time is None:
        return "–"
    if not isinstance(time, datetime):
        return f"{time:%Y-%m-%d}"
    local = time.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone) if time.tzinfo else time
    return f"{local:%Y-%m-%d %H:%M}"


def machine(time: datetime) -> str:
    """Return a time as the attribute `datetime` wants it."""
    return time.isoformat(timespec="seconds")

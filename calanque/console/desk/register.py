"""The page *Register*: every treatment with its sheet, as the contracts are now, for engineers and the DPO."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from calanque.console import pages
from calanque.console.desk.register_words import WORDS
from calanque.console.desk.retention import last_purge
from calanque.console.given import given
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, seer
from calanque.contracts.page import Language
from calanque.errors import CalanqueError
from calanque.governance import register_sheet
from calanque.governance.register import Register, Treatment, register

Regime = Literal["", "title_iii", "rgpd"]
Personal = Literal["", "yes"]
Seeing = Annotated[Reader, Depends(seer)]
router = APIRouter(prefix="/register")


@router.get("", response_class=HTMLResponse)
def treatments(asking: Seeing, language: Spoken, regime: Regime = "", personal: Personal = "") -> Response:
    """Show the list of treatments, and the sheet of each."""
    try:
        found = register()
        wanted = [one for one in found.treatments if regime in ("", one.regime) and (one.is_personal or not personal)]
        rows = [_row(found, one, language) for one in wanted]
    except CalanqueError as error:
        return pages.sentence(language, str(error), 503)
    values: dict[str, Any] = {
        "r": WORDS[language],
        "rows": rows,
        "counts": _counts(found),
        "problems": found.problems,
        "chosen": {"regime": regime, "personal": personal},
        "kept": f"regime={regime}&personal={personal}&",
        "now": datetime.now(ZoneInfo(pages.ZONE)),
        "zone": pages.ZONE,
        "purge": last_purge(asking.token, language),
        "reader": asking,
    }
    return pages.shown(pages.render("register.html", language, WORDS[language]["register"], **values))


@router.get("/register.ods")
def workbook(asking: Seeing, language: Spoken) -> Response:
    """Give the whole register as a workbook, and write that it was given."""
    from calanque.governance.register_ods import as_ods

    return _given(asking, language, as_ods, "register.ods", "application/vnd.oasis.opendocument.spreadsheet")


@router.get("/register.pdf")
def document(asking: Seeing, language: Spoken) -> Response:
    """Give the whole register as PDF, and write that it was given."""
    from calanque.governance.register_pdf import as_pdf

    return _given(asking, language, as_pdf, "register.pdf", "application/pdf")


def _row(found: Register, one: Treatment, language: Language) -> dict[str, Any]:
    return {
        "one": one,
        "anchor": one.reference.replace("/", "-"),
        "title": one.title(language),
        "territories": one.territories,
        "kept": register_sheet.kept(one, "bronze", language),
        "recipients": register_sheet.recipients(one, language),
        "sections": register_sheet.sheet(found, one, language),
    }


def _counts(found: Register) -> dict[str, int]:
    of_title_iii = [one for one in found.treatments if one.regime == "title_iii"]
    personal = [one for one in found.treatments if one.is_personal and one not in of_title_iii]
    return {
        "all": len(found.treatments),
        "title_iii": len(of_title_iii),
        "personal": len(personal),
        "rest": len(found.treatments) - len(of_title_iii) - len(personal),
        "feeds": sum(len(one.contracts) for one in found.treatments),
    }


def _given(
    asking: Reader, language: Language, written: Callable[[Register, Language, datetime], bytes], name: str, kind: str
) -> Response:
    try:
        found = register()
        content = written(found, language, datetime.now(ZoneInfo(pages.ZONE)))
    except CalanqueError as error:
        return pages.sentence(language, str(error), 503)
    return given(asking, content, name, kind, objects=("governance.register",), row_count=len(found.treatments))

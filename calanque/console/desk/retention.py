"""The page *Conservation*: what is due when and what is late, what was deleted, and which erasures stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from calanque.console import own_api, pages
from calanque.console.desk.retention_words import WORDS
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, seer
from calanque.contracts.page import Language
from calanque.errors import CalanqueError

SHOWN = timedelta(days=31)
MOST_DELETIONS = 200
Only = Literal["all", "personal", "overdue"]
router = APIRouter(prefix="/retention")


@router.get("", response_class=HTMLResponse)
def retention(asking: Annotated[Reader, Depends(seer)], language: Spoken, only: Only = "all") -> Response:
    """Show what each feed holds against the days of its contract."""
    from calanque.governance.holdings import deletions, erasures, holdings, left_out

    now = datetime.now(UTC)
    try:
        found, deleted, erased, others = holdings(), deletions(now - SHOWN), erasures(), left_out()
    except CalanqueError as error:
        return pages.sentence(language, str(error), 503)
    feeds = [list(places) for _, places in groupby(found, key=lambda place: place.feed)]
    late = [place for place in found if place.is_overdue(now)]
    wanted = [
        places
        for places in feeds
        if only == "all" or (places[0].is_personal if only == "personal" else not {*places}.isdisjoint(late))
    ]
    values: dict[str, Any] = {
        "c": WORDS[language],
        "now": now,
        "zone": pages.ZONE,
        "reader": asking,
        "purge": last_purge(asking.token, language),
        "only": only,
        "kept": f"only={only}&",
        "groups": [(name, [one for one in wanted if one[0].is_personal == (name == "personal")]) for name in _GROUPS],
        "late": late,
        "left_out": others,
        "is_whole": not (others or any(place.problem for place in found)),
        "next": min((place for place in found if place.due_at and place not in late), key=_due, default=None),
        "deletions": deleted[:MOST_DELETIONS],
        "deletion_count": len(deleted),
        "erasures": erased,
    }
    return pages.shown(pages.render("retention.html", language, WORDS[language]["title"], **values))


def last_purge(token: str, language: Language) -> tuple[str, bool]:
    """Return in words when the nightly run ended last, and whether that is an alarm: it failed, or is not known."""
    words = WORDS[language]
    try:
        ended = own_api.last_ended(token, "retention")
    except CalanqueError:
        return words["purge_unknown"], True
    if ended is None:
        return words["no_purge"], False
    said = words["purged" if ended.is_done else "purge_failed"]
    return said.format(pages.at(ended.ended_at, pages.ZONE)), not ended.is_done


_GROUPS = ("personal", "others")


def _due(place: Any) -> datetime:
    return place.due_at  # type: ignore[no-any-return]

"""The page *Lac*, the batches behind it, the rows behind those, and the button by which a day is replayed."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from markupsafe import escape

from calanque.console import own_api, pages
from calanque.console.lac import sql as lake_sql
from calanque.console.lac import state as lake_state
from calanque.console.lac.rows import Batch, Feed, Lake, hours_between
from calanque.console.lac_words import QUERIES, WORDS
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, RefusedError, is_sealed, operator, reader, seal, seer
from calanque.contracts import FeedContract, load_contracts
from calanque.contracts.model import in_language, is_in_both
from calanque.contracts.page import Language
from calanque.engines import deltars, trino
from calanque.errors import CalanqueError

ROOT = "/calanque/lac"
MOST_ROWS = 50
COUNTED = "<!-- counted -->"
"""What follows in the page waits for the rows of the marts."""
FeedName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]*$", max_length=100)]
BatchId = Annotated[str, Path(pattern=r"^b[0-9a-f]+$", max_length=80)]
RunId = Annotated[str, Query(pattern=r"^[\w.:+~-]*$", max_length=250)]
Asking = Annotated[Reader, Depends(reader)]
Seeing = Annotated[Reader, Depends(seer)]
Operating = Annotated[Reader, Depends(operator)]
router = APIRouter(prefix="/lac")


@router.get("", response_class=HTMLResponse)
def lac(asking: Asking, language: Spoken) -> Response:
    """Show the state of the lake, as far as it is its reader's: at first what came in, the marts once counted."""
    readings = lake_state.readings(asking)
    try:
        first = next(readings)
    except CalanqueError as error:
        return _unread(language, error)

    def parts() -> Iterator[str]:
        yield _written(first, asking, language).partition(COUNTED)[0]
        try:
            yield _written(next(readings), asking, language).partition(COUNTED)[2]
        except CalanqueError as error:
            yield f"</dl><p>{escape(WORDS[language]['no_answer'])} {escape(error)}</p>"

    # Airflow would pack it, and hold back its beginning.
    headers = pages.HEADERS | {"Content-Encoding": "identity"}
    return StreamingResponse(parts(), headers=headers, media_type="text/html")


def _written(lake: Lake, asking: Reader, language: Language) -> str:
    values: dict[str, Any] = {
        "lake": lake,
        "reader": asking,
        "hours": hours_between,
        "since_days": lake_sql.SINCE_DAYS,
        "action": action_of,
        "sealed": lambda feed: seal(asking.name, action_of(feed)),
        "day_of": _day_of,
        "asked": QUERIES[language],
    }
    return pages.render("lac.html", language, WORDS[language]["lac"], **values)


@router.get("/feeds/{feed}", response_class=HTMLResponse)
def batches(feed: FeedName, asking: Seeing, language: Spoken, run: RunId = "") -> Response:
    """Show the batches of a feed, and the form that replays a day of it."""
    contract = load_contracts().get(feed)
    try:
        found = lake_state.batches_of(feed, asking)
        to_heal = lake_state.to_heal(contract, asking) if contract else ()
    except CalanqueError as error:
        return _unread(language, error)
    if contract is None and not found:
        raise RefusedError(f"There is no feed '{feed}'.", f"Le flux « {feed} » n’existe pas.", 404)
    values = _of_feed(feed, contract, asking) | {
        "batches": found,
        "to_heal": to_heal,
        "started": run,
        "today": contract.day_at(datetime.now(UTC)) if contract else "",
        "sql": lake_sql.batches([feed]),
    }
    return pages.shown(pages.render("feed.html", language, feed, **values))


@router.get("/batches/{feed}/{batch_id}", response_class=HTMLResponse)
def batch(feed: FeedName, batch_id: BatchId, asking: Seeing, language: Spoken, rule: str = "") -> Response:
    """Show by which rules rows of a batch were refused, which rows, and what its gates found."""
    checks = lake_sql.checks(feed, batch_id)
    try:
        with ThreadPoolExecutor(2) as pool:
            gates = pool.submit(trino.query, checks, asking.account)
            reports = lake_state.batches_of(feed, asking, batch_id)
            checked = gates.result()
    except CalanqueError as error:
        return _unread(language, error)
    if not reports:
        return pages.sentence(language, WORDS[language]["not_there"], 404)
    # What was tried last is what somebody asks about, also when an earlier version stands.
    newest = reports[0]
    rule = rule if rule in (newest.reasons or {}) else ""
    values = _of_feed(feed, load_contracts().get(feed), asking) | {
        "batch": newest,
        "checks": [_spoken(check, language) for check in checked] if newest.has_met_gates else [],
        "rule": rule,
        "queries": (lake_sql.batches([feed], batch_id), checks),
        **_rows(newest, rule),
    }
    return pages.shown(pages.render("batch.html", language, batch_id, **values))


@router.post("/feeds/{feed}/replay")
def replay(
    feed: FeedName,
    asking: Operating,
    language: Spoken,
    day: Annotated[date, Form()],
    csrf_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Start the feed's DAG for a day, as the person who asks for it."""
    words = WORDS[language]
    if not is_sealed(csrf_token, asking.name, action_of(feed)):
        return pages.sentence(language, words["sent_wrong"], 403)
    contract = load_contracts().get(feed)
    if contract is None:
        raise RefusedError(
            f"There is no feed '{feed}' with a right contract.", f"Aucun flux « {feed} » n’a de contrat juste.", 404
        )
    instant = instant_of(contract, day, datetime.now(UTC))
    if instant is None:
        return pages.sentence(language, words["not_yet"], 422)
    try:
        run_id = own_api.replay(asking.token, f"feed_{feed}", instant)
    except CalanqueError as error:
        return pages.sentence(language, str(error), 502)
    return RedirectResponse(f"{ROOT}/feeds/{feed}?run={quote(run_id, safe='')}", 303)


def action_of(feed: str) -> str:
    """Return the path to which the form of a feed's replay is sent."""
    return f"{ROOT}/feeds/{feed}/replay"


def instant_of(contract: FeedContract, day: date, now: datetime) -> datetime | None:
    """Return an instant whose run is about a day: a noon in the feed's zone, or now; None if none has come yet."""
    noon = datetime.combine(day - timedelta(days=contract.day.offset_days), time(12), ZoneInfo(contract.time_zone))
    instant = min(noon.astimezone(UTC), now)
    return instant if contract.day_at(instant) == day else None


def _day_of(feed: Feed) -> date:
    """Return the day that the button of a feed replays: that of its last batch, else today."""
    if feed.contract is None:
        raise ValueError(f"The contract of {feed.name} is wrong: it has no day.")
    return feed.batch.day(feed.contract) if feed.batch else feed.contract.day_at(datetime.now(UTC))


def _of_feed(feed: str, contract: FeedContract | None, asking: Reader) -> dict[str, Any]:
    """Return what each page of one feed names."""
    return {
        "feed": feed,
        "contract": contract,
        "reader": asking,
        "zone": contract.time_zone if contract else "UTC",
        "action": action_of(feed),
        "sealed": seal(asking.name, action_of(feed)) if asking.operates else "",
    }


def _spoken(check: Sequence[Any], language: Language) -> tuple[Any, ...]:
    """Return what a gate found with its sentence in the reader's language where it is said in both, and which it is."""
    *facts, said, _ = check
    return *facts, in_language(said, language), language if is_in_both(said) else "en"


def _rows(newest: Batch, rule: str) -> dict[str, Any]:
    """Return the first rows of a batch in quarantine: their names and rules, for no value of a row leaves the lake."""
    if not newest.quarantined_count:
        return {"rows": [], "row_count": 0, "unread": ""}

    def is_wanted(row: Mapping[str, Any]) -> bool:
        return not rule or rule in (row["reasons"] or ())

    columns, mine = ("_row", "reasons"), ("_batch_id", newest.batch_id)
    try:
        found = deltars.first_rows(f"quarantine.{newest.feed}", columns, mine, is_wanted, MOST_ROWS)
    except CalanqueError as error:
        return {"rows": [], "row_count": 0, "unread": str(error)}
    named = []
    for row in found:
        file, _, number = str(row["_row"]).rpartition("#")
        named.append({"file": file, "number": number, "rules": row["reasons"] or ()})
    count = (newest.reasons or {}).get(rule, newest.quarantined_count)
    return {"rows": sorted(named, key=_place), "row_count": count, "unread": ""}


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    number = row["number"]
    return row["file"], int(number) if number.isdecimal() else 0


def _unread(language: Language, error: CalanqueError) -> Response:
    return pages.sentence(language, f"{WORDS[language]['no_answer']} {error}", 503)

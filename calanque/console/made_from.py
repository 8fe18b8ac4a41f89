"""From which feeds a mart is made: who made their data, by what licence, and whether they are late."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from calanque.contracts import load_contracts, title_of
from calanque.contracts.model import in_language
from calanque.contracts.page import Language
from calanque.engines.trino import literal
from calanque.marts.domains import feeds_of
from calanque.marts.door_rules import FRESHNESS

if TYPE_CHECKING:
    from datetime import date

    from calanque.contracts import FeedContract


OLD_DAYS = 31
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "sources": "What this is made of", "feed": "Feed", "producer": "Producer", "licence": "Licence",
        "cite": "To cite", "newest_day": "Newest day", "state": "Loaded", "late": "late", "in_time": "in time",
        "old": "{} days back",
        "refused": "Refused of the newest batch", "unfed": "no longer fed since {}",
        "late_note": "feed that this is made of is late: what is newest may be missing|feeds that this is made of are "
        "late: what is newest may be missing",
    },
    "fr": {
        "sources": "D’où viennent ces chiffres", "feed": "Flux", "producer": "Producteur", "licence": "Licence",
        "cite": "À citer", "newest_day": "Dernier jour", "state": "Chargé", "late": "en retard", "in_time": "à l’heure",
        "old": "il y a {} jours",
        "refused": "Refusé du dernier lot", "unfed": "n’est plus alimenté depuis le {}",
        "late_note": "flux d’où viennent ces chiffres est en retard : le plus récent peut manquer|flux d’où viennent "
        "ces chiffres sont en retard : le plus récent peut manquer",
    },
}  # fmt: skip


class Source(NamedTuple):
    """A feed that a mart is made from: a row of the answer to `question`."""

    feed: str
    territory: str
    title: str
    producer: str
    licence: str
    citation: str
    last_row_local_date: date | None
    is_late: bool
    refused_share: float | None = None
    unfed_since: date | None = None

    @property
    def old_days(self) -> int | None:
        """How many days its newest row lies back, where that is more than a month: loaded in time it may be old."""
        back = (datetime.now(UTC).date() - self.last_row_local_date).days if self.last_row_local_date else 0
        return back if back > OLD_DAYS else None

    def titled(self, language: Language) -> str:
        """Return what it is called in a language by its contract, as the mart has it where none is there any more."""
        return title_of(self.feed, language, self.title)

    def cited(self, language: Language) -> str:
        """Return how whoever shows it names its origin, in a language."""
        named = [in_language(text, language) for text in (self.citation, self.producer, self.licence)]
        return named[0] or ", ".join(named[1:])


def question(*marts: str, city: str = "") -> str:
    """Return the question of the feeds that any of these marts is made from, in one city or in all."""
    of_city = f"\n    and territory = {literal(city)}" if city else ""
    return f"""select feed, territory, title, producer, licence, citation, last_row_local_date,
    coalesce(now() > late_after_at, false) as is_late, last_refused_share,
    cast(no_longer_fed_since_at as date) as unfed_since
from marts.{FRESHNESS}
where arrays_overlap(split(marts, ', '), array[{", ".join(map(literal, marts))}]){of_city}
order by territory, feed"""


def cited(*marts: str, city: str) -> list[FeedContract]:
    """Return the contracts of a city's feeds that any of these marts is made from: whom to cite is in them.

    Whoever reads published figures alone has no right to ask the query door whether a feed is late.

    Raises:
        CalanqueError: if there is no contract at all.
    """
    return feeds_of([one for one in load_contracts().values() if one.territory == city], *marts)

"""What the page *Lac* shows, one record a row: each begins with the columns of its query in `lake_sql`."""

from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from calanque.console.lac.freshness import DayToHeal, Fresh
from calanque.console.own_api import Plan
from calanque.contracts import FeedContract
from calanque.contracts.page import Language
from calanque.marts.domains import marts_of

Mark = Literal["good", "watch", "bad", "calm"]
ENDED = ("published", "refused")


class Batch(NamedTuple):
    """What is reported of a batch under one version of its contract; `stands` of the one whose rows are in bronze."""

    feed: str
    batch_id: str
    contract_version: str
    state: str
    updated_at: datetime
    landed_at: datetime | None
    source_date: date | None
    landed_count: int
    loaded_count: int
    quarantined_count: int
    reasons: dict[str, int] | None
    refused_by: list[str] | None
    refused_because: str | None
    dag_id: str | None
    run_id: str | None
    stands: bool

    @property
    def mark(self) -> Mark:
        """How it went: bad when it is refused, to be watched when rows of it are in quarantine."""
        if self.state == "refused":
            return "bad"
        if self.state not in ENDED:
            return "calm"
        return "watch" if self.quarantined_count else "good"

    @property
    def has_met_gates(self) -> bool:
        """Whether its gates have run: a batch that is refused before them may have met them under another version."""
        if self.state == "refused":
            return any(rule.startswith("gate:") for rule in self.refused_by or ())
        return self.state == "published"

    def day(self, contract: FeedContract) -> date:
        """Return the day that its run was about: the source's, else that of its landing."""
        return self.source_date or contract.day_at(self.landed_at or self.updated_at)


class Gate(NamedTuple):
    """What a gate found of a batch, or of a city's rows of a mart, at one time, counted."""

    tier: str
    subject: str
    batch_id: str
    territory: str | None
    recorded_at: datetime
    check_count: int
    true_count: int
    stopping_count: int

    @property
    def mark(self) -> Mark:
        """Bad when it stopped what comes after, to be watched when it only warned."""
        if self.stopping_count:
            return "bad"
        return "good" if self.true_count == self.check_count else "watch"


class Step(NamedTuple):
    """A success of a step: versions of what it read, by table, and of what it wrote."""

    step: str
    domain: str
    territory: str | None
    recorded_at: datetime
    inputs: dict[str, str]
    outputs: dict[str, str]
    dag_id: str | None
    run_id: str

    @property
    def tables(self) -> dict[str, str]:
        """The tables it read, with their versions."""
        return {name: version for name, version in sorted(self.inputs.items()) if "." in name and version != "absent"}


class Tests(NamedTuple):
    """What dbt's tests found of a mart as a run built it, counted."""

    mart: str
    run_id: str
    event_at: datetime
    test_count: int
    true_count: int

    @property
    def mark(self) -> Mark:
        """A mart whose test failed is not shown: only a test that warns can fail here."""
        return "good" if self.true_count == self.test_count else "watch"


class Feed(NamedTuple):
    """A feed: its contract, None when that is wrong; how fresh it is, None when nothing of it is in the marts.

    `to_heal` are its days that are missing, refused or partial.
    """

    name: str
    contract: FeedContract | None
    fresh: Fresh | None
    batch: Batch | None
    gate: Gate | None
    plan: Plan | None
    to_heal: tuple[DayToHeal, ...] = ()

    @property
    def unfed_since(self) -> datetime | None:
        """When it was found that its contract or its city was taken away; None while it is fed."""
        return self.fresh.unfed_since if self.fresh else None

    @property
    def territory(self) -> str | None:
        """The city it is of, None when nothing says it."""
        if self.contract:
            return self.contract.territory
        return self.fresh.territory if self.fresh else None

    def titled(self, language: Language) -> str:
        """Return what it holds."""
        return self.contract.titled(language) if self.contract else self.name

    @property
    def bronze_only(self) -> Literal["no_mart", "no_shape"] | None:
        """Why its rows stay in bronze; None where marts are made of its shape, and where no contract says it."""
        if self.contract is None or marts_of(self.contract.shape):
            return None
        return "no_mart" if self.contract.shape else "no_shape"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are shown."""
        return ZoneInfo(self.contract.time_zone if self.contract else "UTC")


class Mart(NamedTuple):
    """A mart, or the rows that it has of a city; `feeds` and `data_at` say from what, `step` who built it.

    `row_count` is None of a mart that cannot be read; `late_feeds` are those of its feeds that are late.
    """

    name: str
    territory: str | None
    row_count: int | None
    feeds: tuple[str, ...]
    late_feeds: tuple[str, ...]
    data_at: datetime | None
    step: Step | None
    gate: Gate | None
    tests: Tests | None


class Model(NamedTuple):
    """The model of a city: rows of `CHAMPIONS`, `RECORDS` and `FORECASTS`, and when it is to forecast next."""

    decided: Any
    records: tuple[Any, ...]
    forecast: Any
    plan: Plan | None

    @property
    def champion(self) -> str | None:
        """The version that serves, None when the counts do."""
        if self.decided is None:
            return None
        _, _, promoted, promoted_at, retired_at, *_ = self.decided
        return promoted if promoted and (retired_at is None or promoted_at > retired_at) else None


class City(NamedTuple):
    """What the lake has of a city."""

    name: str
    title: str
    feeds: tuple[Feed, ...]
    marts: tuple[Mart, ...]
    model: Model | None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are shown."""
        return self.feeds[0].zone if self.feeds else ZoneInfo("UTC")


class Lake(NamedTuple):
    """The state of the lake.

    Attributes:
        at: when it was read, UTC.
        cities: what it has, city by city.
        homeless: feeds of which nothing says the city: their contract is wrong, and nothing of them is loaded.
        marts: those that are of no city.
        recent: the batches of the last 24 hours, each as it was last tried.
        queries: what was asked, by what it gave.
    """

    at: datetime
    cities: tuple[City, ...]
    homeless: tuple[Feed, ...]
    marts: tuple[Mart, ...]
    recent: tuple[Batch, ...]
    queries: dict[str, str]

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """Every feed."""
        return (*(feed for city in self.cities for feed in city.feeds), *self.homeless)

    @property
    def late(self) -> tuple[Feed, ...]:
        """The feeds that are late."""
        return tuple(feed for feed in self.feeds if feed.fresh and feed.fresh.is_late)

    @property
    def old(self) -> tuple[Feed, ...]:
        """The feeds whose newest row is about a day that is longer ago than a batch is promised for."""
        return tuple(feed for feed in self.feeds if feed.fresh and feed.fresh.is_old(self.at, feed.zone))

    @property
    def to_heal(self) -> tuple[Feed, ...]:
        """The feeds with days that are missing, refused or partial."""
        return tuple(feed for feed in self.feeds if feed.to_heal)

    @property
    def red(self) -> tuple[Feed, ...]:
        """The feeds whose contract is wrong or whose last batch was refused."""
        fed = (feed for feed in self.feeds if feed.unfed_since is None)
        return tuple(f for f in fed if f.contract is None or (f.batch and f.batch.mark == "bad"))

    @property
    def every_mart(self) -> tuple[Mart, ...]:
        """Every mart, once a city."""
        return (*(mart for city in self.cities for mart in city.marts), *self.marts)

    @property
    def mart_names(self) -> set[str]:
        """The marts."""
        return {mart.name for mart in self.every_mart}

    @property
    def row_count(self) -> int:
        """Rows of all marts."""
        return sum(mart.row_count or 0 for mart in self.every_mart)

    @property
    def unread(self) -> tuple[Mart, ...]:
        """The marts that cannot be read."""
        return tuple(mart for mart in self.every_mart if mart.row_count is None)

    @property
    def forecast_count(self) -> int:
        """Cities that have a forecast."""
        return sum(1 for city in self.cities if city.model and city.model.forecast)

    def nowhere(self, title: str) -> City:
        """Return what is of no city, as a city would be."""
        return City("", title, self.homeless, self.marts, None)

    def total(self, column: str) -> int:
        """Return the sum of a count over the batches of the last 24 hours."""
        return sum(getattr(batch, column) for batch in self.recent)


def hours_between(earlier: datetime, later: datetime) -> str:
    """Return whole hours from one time to another, in figures."""
    hours = int((later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds() // 3600)
    return f"{hours}" if hours else "< 1"

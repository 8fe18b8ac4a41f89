"""The files and terms behind a table, and the screen that shows them: on a walk and on batches made up here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from calanque.cli.lineage import page
from calanque.engines import delta, spark
from calanque.governance.lineage import LineageTree
from calanque.ingest import batches
from calanque.ingest.batches import Source, sources_of
from calanque.ingest.records import BatchReport, LandedFile

FEED, BRONZE, MART = "citizen_reports", "bronze.citizen_reports", "marts.fct_report_zone_week"
BATCH_COUNT, ROWS_EACH = 25, 100


class Bronze:
    """A bronze table of 25 daily batches at version 30; older versions are there only as far back as `oldest`."""

    def __init__(self) -> None:
        self.oldest = 0
        self.asked: list[str] = []

    def rows(self, query: str) -> list[dict[str, Any]]:
        self.asked.append(query)
        _, _, wanted = query.partition("VERSION AS OF ")
        version = int(wanted.split()[0]) if wanted else 30
        if version < self.oldest:
            raise RuntimeError("[DELTA_FILE_NOT_FOUND_DETAILED] gone")
        return [
            {
                "_batch_id": f"b{n:016d}",
                "landed_on": date(2026, 11, n),
                "contract_version": "1.0.0",
                "row_count": ROWS_EACH,
            }
            for n in range(min(version, BATCH_COUNT), 0, -1)
        ]


@pytest.fixture
def bronze(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bronze]:
    table = Bronze()
    monkeypatch.setattr(spark, "rows", table.rows)
    monkeypatch.setattr(delta, "data_version", lambda name: 30)
    monkeypatch.setattr(batches, "read_report", report_of)
    yield table


def report_of(feed: str, batch_id: str) -> BatchReport | None:
    if batch_id.endswith("1"):
        return None
    file = LandedFile(
        name=f"reports-{batch_id[-2:]}.csv", size_bytes=1, sha256="0", row_count=None, is_cut=False, is_decodable=True
    )
    return BatchReport(
        feed=feed,
        batch_id=batch_id,
        contract_version="1.0.0",
        state="published",
        run_id="cli__20261124T080000",
        updated_at=datetime(2026, 11, 24, tzinfo=UTC),
        files=(file,),
    )


def mart(version: str | None, column: str | None = None) -> LineageTree:
    landing = LineageTree(dataset=f"/lake/landing/{FEED}", column=column and "reporter_name", how=column and "token")
    below = LineageTree(
        dataset=BRONZE, column=column and "reporter_token", version=version, job="publish", origins=(landing,)
    )
    return LineageTree(
        dataset=MART,
        column=column,
        version="3",
        row_count=7,
        job="build",
        written_at="2026-11-25T08:00:00+00:00",
        models=("risk-toronto version 7",),
        origins=(below,),
    )


def shown(tree: LineageTree, sources: tuple[Source, ...], width: int = 150) -> str:
    screen = Console(file=StringIO(), width=width)
    screen.print(page(tree, sources))
    return screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("read", "oldest", "count", "is_present"),
    [
        pytest.param("30", 0, 25, False, id="the version that was read is the present one"),
        pytest.param("3", 0, 3, False, id="later batches are not in it"),
        pytest.param("3", 20, 25, True, id="the version that was read is gone"),
        pytest.param(None, 0, 25, False, id="no version was recorded"),
    ],
)
def test_the_batches_are_those_of_the_version_that_was_read(
    bronze: Bronze, read: str | None, oldest: int, count: int, is_present: bool
) -> None:
    bronze.oldest = oldest
    (source,) = sources_of(mart(read))
    assert (source.batch_count, source.row_count, source.is_present) == (count, count * ROWS_EACH, is_present)
    assert [batch.batch_id for batch in source.batches] == [f"b{n:016d}" for n in range(count, 0, -1)]
    assert ("as bronze holds them now" in shown(mart(read), (source,))) == is_present


def test_the_newest_are_listed_and_the_rest_counted(bronze: Bronze) -> None:
    sources = sources_of(mart("30"), newest=10)
    text = shown(mart("30"), sources)
    assert text.index("b0000000000000025") < text.index("b0000000000000016")
    assert "b0000000000000015" not in text
    assert "and 15 older" in text
    assert "1,500" in text


def test_the_screen_says_files_terms_and_model(bronze: Bronze) -> None:
    text = shown(mart("30", "report_count"), sources_of(mart("30", "report_count"), 10))
    for words in (
        "risk-toronto version 7",
        "reports-24.csv",
        "not recorded",
        "made up by this project",
        "Public-interest task of the city, RGPD article 6(1)(e).",
        "landing 30 days, bronze 1,095 days, quarantine 30 days",
        "token of reporter_name (identifier)",
    ):
        assert words in text, words
    assert len(text.splitlines()) < 40
    assert text.index("risk-toronto version 7") < text.index("through") < text.index("licence")


def test_a_feed_without_its_contract_is_still_shown(bronze: Bronze) -> None:
    tree = LineageTree(dataset="bronze.old_feed", job="publish", written_at="2026-11-25T08:00:00+00:00")
    (source,) = sources_of(tree)
    assert (source.terms, source.batch_count) == (None, 25)
    assert "not there any more" in shown(tree, (source,))


def test_a_bronze_table_is_looked_at_as_it_is_now(bronze: Bronze) -> None:
    sources_of(LineageTree(dataset=BRONZE, version="3", job="publish"))
    assert "VERSION AS OF" not in bronze.asked[0]

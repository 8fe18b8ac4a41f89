"""Every feed of the twin by three days: what the lake's own test shows of a few, where there is time for all."""

from pathlib import Path

import pytest
from drop_feed import Feed
from three_days import account_for_three_days

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun

TWIN = [name for name, contract in load_contracts().items() if contract.source.kind == "twin"]


@pytest.mark.parametrize("name", TWIN)
def test_every_row_of_three_days_is_accounted_for(first: DemoRun, feed: Feed, name: str, tmp_path: Path) -> None:
    account_for_three_days(feed, name, tmp_path)

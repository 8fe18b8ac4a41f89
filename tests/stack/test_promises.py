"""What a personal feed promises is what its rows are, what the register says, and what its mart obeys."""

from itertools import chain

import pytest
from project import DROPPED
from promises import broken

from calanque.contracts import load_contract
from calanque.contracts.page import promised
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.governance.register import register
from calanque.governance.register_sheet import sheet


@pytest.mark.parametrize("feed", DROPPED)
def test_what_people_see_of_a_personal_feed_is_as_coarse_as_promised(first: DemoRun, feed: str) -> None:
    contract = load_contract(feed)
    assert contract.is_personal and broken(contract) == []
    (treatment,) = (one for one in register().treatments if contract in one.contracts)
    lines = chain.from_iterable(section.lines for section in sheet(register(), treatment, "fr"))
    assert promised(contract, "fr") in [value for line in lines for value in line.values]


def test_what_a_patrol_found_by_itself_is_told_apart_and_kept_out_of_what_forecasts_learn_from(first: DemoRun) -> None:
    from ml import marts

    told = dict(trino.query("select origin, count(*) from fct_incidents where territory = 'marseille' group by origin"))
    assert set(told) == {"reported", "enforced"}
    assert 0.1 < told["enforced"] / sum(told.values()) < 0.2
    assert set(marts.read_reported("marseille")["origin"]) == {"reported"}

"""How the engine runs a plan follows the rows that it is for."""

import pytest

from calanque.engines import dbt, spark
from calanque.settings import Settings


def is_compiled() -> bool:
    """Whether the engine compiles a plan of this process: its stages then have numbers."""
    return "*(1)" in spark.sql("select id % 7 as n from range(1000)")._explain_string()


@pytest.mark.parametrize("row_count", [0, spark.COMPILED_FROM_ROWS - 1, spark.COMPILED_FROM_ROWS])
def test_a_plan_is_compiled_for_many_rows_alone(stack: Settings, row_count: int) -> None:
    with spark.over_rows(row_count):
        assert is_compiled() == (row_count >= spark.COMPILED_FROM_ROWS)
    assert not is_compiled()
    told = dbt._environment((), row_count)
    assert (told["CALANQUE_WHOLE_STAGE"] == "true") == (row_count >= spark.COMPILED_FROM_ROWS)


def test_it_is_so_again_after_what_failed(stack: Settings) -> None:
    with pytest.raises(RuntimeError), spark.over_rows(spark.COMPILED_FROM_ROWS):
        raise RuntimeError
    assert not is_compiled()

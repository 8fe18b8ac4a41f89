"""The page of the privacy pack: its Python runs as it is printed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "calanque" / "privacy" / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=[f"block-{number}" for number, _ in enumerate(BLOCKS)])
def test_each_block_of_the_page_runs(block: str) -> None:
    exec(compile(block, str(PAGE), "exec"), {})

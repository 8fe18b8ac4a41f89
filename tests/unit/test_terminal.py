"""What the command line prints is what is to be copied from it."""

import pytest
from rich.table import Table

from calanque.cli.terminal import console

TOKEN = "v1:email:pt5uwmf2zjul4ed6lqbpwldsjsyedyog"


@pytest.mark.parametrize("kind", ["in-a-table", "in-a-line"])
def test_a_token_is_printed_as_it_is(kind: str) -> None:
    """Between colons the name of a kind of token is that of a little picture, too."""
    table = Table("token")
    table.add_row(TOKEN)
    with console.capture() as printed:
        console.print(table if kind == "in-a-table" else f"calanque dpo erase --token {TOKEN}")
    assert TOKEN in printed.get()

"""The terminal, one for all commands: wide enough for tables where its width is not known; and who is at it."""

import getpass
import sys

from rich.console import Console

# A token of an address has ":email:" in it, which is to be copied as it is.
console = Console(width=None if sys.stdout.isatty() else 150, highlight=False, emoji=False)


def tell(action: str, table: str, row_count: int) -> None:
    """Tell the journal what whoever is at the terminal has done with rows of a table."""
    from calanque.journal import log

    log.tell(source="command_line", who=getpass.getuser(), action=action, objects=(table,), row_count=row_count)

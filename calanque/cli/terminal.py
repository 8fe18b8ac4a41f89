"""The terminal, one for all commands: wide enough for tables where its width is not known."""

import sys

from rich.console import Console

console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)

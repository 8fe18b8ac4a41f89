"""The command line: thin commands over the package; heavy imports happen inside the commands."""

from calanque.cli.main import app, run

__all__ = ["app", "run"]

"""`python -m calanque`."""

from calanque.cli import run

run()

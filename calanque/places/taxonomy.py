"""The common taxonomy of `infra/taxonomy.yml`: what a kind of fact is called in the marts of every city."""

from functools import cache

from calanque.closed import Closed
from calanque.settings import settings
from calanque.yaml_file import read_closed

OTHER = "other"
"""What a code becomes that neither the taxonomy nor the territory's file knows."""


class Label(Closed):
    """A kind in the words of people."""

    en: str
    fr: str


class _Taxonomy(Closed):
    incident: dict[str, Label]


@cache
def incident_types() -> dict[str, Label]:
    """Return the kinds of incidents with their labels.

    Raises:
        CalanqueError: if the file is not closed.
    """
    return read_closed(settings().root / "infra" / "taxonomy.yml", _Taxonomy).incident

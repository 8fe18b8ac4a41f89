"""The common taxonomy of `infra/taxonomy.yml`: what a kind of fact is called in the marts of every city."""

from functools import cache
from typing import Literal

from calanque.closed import Closed
from calanque.settings import settings
from calanque.yaml_file import read_closed

OTHER = "other"
"""What a code becomes that neither the taxonomy nor the territory's file knows."""

ALL_TYPES = "all"
"""What marts write in the place of a kind where they speak of every kind together."""
_EVERY = {"en": "All types", "fr": "Tous types"}


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


def type_label(kind: str, language: Literal["en", "fr"]) -> str:
    """Return what people call a kind of incidents, or all kinds together; one that nobody named is its own name.

    Raises:
        CalanqueError: if the file is not closed.
    """
    if kind == ALL_TYPES:
        return _EVERY[language]
    label = incident_types().get(kind)
    return kind if label is None else str(getattr(label, language))

"""Who produced a row: the public by reporting, agents by what they found, a device, or an authority."""

from typing import Annotated, Literal

from pydantic import Field

from calanque.closed import Closed

Made = Literal["reported", "enforced", "measured", "published"]
PEOPLE_TELL = ("incident", "report", "enforcement")
"""Shapes whose rows somebody wrote down."""


class OriginOf(Closed):
    """Who produced a row, by the value of a column of bronze; of any other value it is the feed's `origin`."""

    column: str
    values: Annotated[dict[str, Made], Field(min_length=1)]

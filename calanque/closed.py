"""The two bases of what is read from files: a frozen, closed record, and one whose keys are written in camelCase."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Closed(BaseModel):
    """A frozen record in which an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Options(Closed):
    """Options in a contract: camelCase there, as ODCS asks of custom properties."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

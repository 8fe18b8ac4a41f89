"""Gates: what must be true of a whole batch or mart, read closed from `expectations/{landing,marts}/<name>.yml`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from calanque.contracts.folders import Folders
from calanque.contracts.model import Closed, Severity
from calanque.errors import CalanqueError
from calanque.yaml_file import read_yaml, sentence_of

GateKind = Literal["landing", "marts"]
# Measured with GX 1.24: quantiles crash its JSON (numpy boolean), strftime parsing takes 5 s a million rows. Of a table
# a gate reads the columns that it names, and no other.
UNUSABLE = {
    "expect_column_quantile_values_to_be_between": "it crashes Great Expectations' report",
    "expect_column_values_to_match_strftime_format": "it is too slow; type the column in the contract instead",
    **dict.fromkeys(
        (
            "expect_table_column_count_to_be_between",
            "expect_table_column_count_to_equal",
            "expect_table_columns_to_match_ordered_list",
            "expect_table_columns_to_match_set",
        ),
        "the contract says which columns there are",
    ),
}

UNIQUE = ("expect_compound_columns_to_be_unique", "expect_column_values_to_be_unique")


class Expectation(Closed):
    """One expectation by its Great Expectations name in snake case; `advice` says what to do when it fails."""

    expectation: Annotated[str, Field(pattern=r"^expect_[a-z_]+$")]
    column: str | None = None
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Severity
    advice: str = ""


class Gate(Closed):
    """The expectations of one batch or mart."""

    name: str
    kind: GateKind
    expectations: Annotated[tuple[Expectation, ...], Field(min_length=1)]

    @property
    def columns(self) -> frozenset[str]:
        """The columns that its lines name."""
        named = [line.column for line in self.expectations if line.column]
        for line in self.expectations:
            for key, value in line.kwargs.items():
                if key.startswith("column_"):
                    named += value if isinstance(value, list) else [value]
        return frozenset(named)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that together tell one row from all others, by the first line that holds it; none without one."""
        lines = [line for line in self.expectations if line.expectation in UNIQUE]
        return next((tuple(line.kwargs.get("column_list", [line.column])) for line in lines), ())


class Check(Closed):
    """What one expectation found; `observed` is a figure about the batch, never a value of a personal column."""

    name: str
    column: str | None
    severity: Severity
    success: bool
    observed: str | None
    sentence: str


class GateResult(Closed):
    """What one gate found; `passed` is false when a critical check failed, `territory` is the city of a mart's rows."""

    feed: str
    batch_id: str
    territory: str | None = None
    passed: bool
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The critical checks that failed, those that stop the batch."""
        return tuple(check for check in self.checks if not check.success and check.severity == "critical")


def load_gate(name: str, kind: GateKind, folders: Folders | None = None) -> Gate:
    """Return one gate.

    Raises:
        CalanqueError: naming the file and the field, if the file is missing, empty, or has a typo.
    """
    return read_gate((folders or Folders()).expectations / kind / f"{name}.yml", kind)


def read_gate(path: Path, kind: GateKind) -> Gate:
    """Return the gate in one file.

    Raises:
        CalanqueError: naming the file and the field.
    """
    content = read_yaml(path)
    try:
        gate = Gate(**{"name": path.stem, "kind": kind, **content})
    except ValidationError as error:
        raise CalanqueError(f"{path.name}: {sentence_of(error, has_values=True)}.") from error
    for index, item in enumerate(gate.expectations):
        if item.expectation in UNUSABLE:
            reason = UNUSABLE[item.expectation]
            raise CalanqueError(
                f"{path.name}: field 'expectations.{index}': {item.expectation} is not used here: {reason}."
            )
    if not any(item.severity == "critical" for item in gate.expectations):
        raise CalanqueError(f"{path.name}: field 'expectations': a gate without a critical expectation stops nothing.")
    return gate

"""The one module that imports Great Expectations: it runs a gate on rows in memory."""

from __future__ import annotations

import logging
import os
from string import Template
from typing import TYPE_CHECKING, Any

from calanque.contracts.gates import Check, Expectation, Gate, GateResult
from calanque.contracts.model import in_language
from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from great_expectations.expectations.expectation import Expectation as GxExpectation

# Counts are enough for a sentence; the rows themselves must not reach a report or a log.
COUNTS = ("observed_value", "unexpected_count", "element_count", "unexpected_percent")
ONLY_COUNTS = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
LEVELS = {"critical": logging.ERROR, "warning": logging.WARNING}
log = logging.getLogger(__name__)


def build_expectation(item: Expectation) -> GxExpectation:
    """Return the Great Expectations object of one line of a gate.

    Raises:
        CalanqueError: if the name does not exist there, or its arguments are wrong.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations.expectations as catalogue

    found = getattr(catalogue, "".join(part.title() for part in item.expectation.split("_")), None)
    if found is None:
        raise CalanqueError(f"Great Expectations has no '{item.expectation}': check its spelling in expectations/.")
    arguments = {**item.kwargs, "severity": item.severity} | ({"column": item.column} if item.column else {})
    unknown = set(arguments) - set(found.__fields__)
    if unknown:
        raise CalanqueError(f"'{item.expectation}' has no argument '{min(unknown)}': correct it in expectations/.")
    try:
        built: GxExpectation = found(**arguments)
    except (TypeError, ValueError) as error:
        raise CalanqueError(f"'{item.expectation}' refuses its arguments: {' '.join(str(error).split())}.") from error
    return built


def run_gate(
    gate: Gate,
    frame: pd.DataFrame,
    batch_id: str,
    feed: str,
    personal_columns: Iterable[str] = (),
    territory: str | None = None,
) -> GateResult:
    """Run every expectation of a gate on a whole batch, in one checkpoint.

    Args:
        gate: the expectations.
        frame: the rows, with the columns that the gate names.
        batch_id: identifier written in the result (for a mart: its table version).
        feed: name of the feed or mart.
        personal_columns: columns of which not even a minimum may be reported.
        territory: the city of the rows, of a mart.

    Returns:
        One check per expectation, in the order of the file; row values never appear in it.

    Raises:
        CalanqueError: if an expectation could not be computed (a missing column, say).
    """
    context = _quiet_context()
    asset = context.data_sources.add_pandas(feed).add_dataframe_asset(feed)
    batch = asset.add_batch_definition_whole_dataframe("batch")
    # It copies what it is given for each of its metrics: of a wide frame that takes ten times as long.
    found = _validate(context, batch, gate.expectations, frame[[name for name in frame if name in gate.columns]])
    hidden = frozenset(personal_columns)
    checks = tuple(_check(item, one, item.column in hidden) for item, one in zip(gate.expectations, found, strict=True))
    stops = any(not check.success and check.severity == "critical" for check in checks)
    result = GateResult(feed=feed, batch_id=batch_id, territory=territory, passed=not stops, checks=checks)
    say(gate.name, result)
    return result


def say(name: str, result: GateResult) -> None:
    """Log the gate in as many lines as it has expectations, and one."""
    held = sum(check.success for check in result.checks)
    outcome = "passed" if result.passed else "NOT passed"
    subject = f"{result.feed} for {result.territory}" if result.territory else result.feed
    log.info("Gate %s of %s %s: %d of %d hold.", name, subject, outcome, held, len(result.checks))
    for check in result.checks:
        level, kind = (logging.INFO, "") if check.success else (LEVELS[check.severity], f"{check.severity}: ")
        log.log(level, "%s%s", kind, in_language(check.sentence, "en"))


def _quiet_context() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # It sets its own level when it is imported, to tell of a folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _validate(context: Any, batch: Any, items: tuple[Expectation, ...], frame: pd.DataFrame) -> list[dict[str, Any]]:
    import great_expectations as gx

    name = "gate"
    expectations = [build_expectation(item) for item in items]
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations))
    validation = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=name, validation_definitions=[validation], result_format=ONLY_COUNTS)
    )
    outcome = checkpoint.run(batch_parameters={"dataframe": frame})
    results = next(iter(outcome.run_results.values())).results
    # Great Expectations may reorder results; each carries its own configuration's id.
    by_id = {result.expectation_config.id: _plain(result) for result in results}
    return [by_id[expectation.id] for expectation in suite.expectations]


def _plain(result: Any) -> dict[str, Any]:
    raised = result.exception_info or {}
    inner = [raised, *(value for value in raised.values() if isinstance(value, dict))]
    if any(item.get("raised_exception") for item in inner):
        name = result.expectation_config.type
        column = result.expectation_config.kwargs.get("column", "the table")
        raise CalanqueError(
            f"The gate could not compute {name} on {column}: check that the column exists in the batch."
        )
    return {"success": bool(result.success), **{key: result.result.get(key) for key in COUNTS}}


def _check(item: Expectation, found: dict[str, Any], is_hidden: bool) -> Check:
    observed = _observed(found, is_hidden)
    columns = item.column or ", ".join(item.kwargs.get("column_list", ()))
    place = f" on {columns}" if columns else ""
    figure = observed or "no figure"
    if found["success"]:
        spared = 1 - float(item.kwargs.get("mostly", 1))
        allowed = f"; up to {100 * spared:.3g} % may" if spared and found["unexpected_count"] else ""
        said = f"holds ({figure}{allowed})."
    else:
        said = f"fails ({figure}): {_words(item)} {item.advice}".rstrip()
    return Check(
        name=item.expectation,
        column=item.column,
        severity=item.severity,
        success=found["success"],
        observed=observed,
        sentence=f"{item.expectation}{place} {said}",
    )


def _words(item: Expectation) -> str:
    """Return what an expectation asks, in a sentence of Great Expectations: its bounds, and no value of a row."""
    from great_expectations.render.renderer.inline_renderer import InlineRenderer

    (said,) = InlineRenderer(render_object=build_expectation(item).configuration).get_rendered_content()
    values = {name: param["value"] for name, param in (said.value.params or {}).items()}
    # It has no sentence for an expectation that it shows as a graph.
    template = said.value.template or "look at its line in expectations/"
    words = Template(template).safe_substitute(values).rstrip(".")
    return f"{words[0].lower()}{words[1:]}."


def _observed(found: dict[str, Any], is_hidden: bool) -> str | None:
    if found["unexpected_count"] is not None and found["element_count"] is not None:
        return f"{found['unexpected_count']:,} of {found['element_count']:,} rows break it"
    value = found["observed_value"]
    # Sets and lists of values could carry rows; one number or date is a figure about the batch.
    if is_hidden or value is None or isinstance(value, (list, dict, set, tuple)):
        return None
    return f"{value:,}" if isinstance(value, int | float) else str(value)

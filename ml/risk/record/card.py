"""The model card, written from the results so that it cannot disagree with them."""

from collections.abc import Iterable, Sequence

from ml.risk.config import RiskConfig
from ml.risk.model.method import CHALLENGER, RIVALS
from ml.risk.model.slots import Profile
from ml.risk.model.trained import BASELINE_WORDS, RiskModel
from ml.risk.record.slot_record import SlotRecord
from ml.risk.record.train import Training
from ml.risk.record.validate import Span, Validation, gain_text, metric_name

SHOWN_PROFILES = (Profile.ALL_TYPES, Profile.TYPE, Profile.PLACE)
LIMITS = """\
- It forecasts places and weeks, never persons: no row about a person enters it and no score of a person leaves it.
- It learns from what the public reports. Where people report less, it sees less; that is not less harm.
- It says where incidents are likely, not why, and not what a patrol would change.
- Within the week it knows day and hour only: no holiday, no event, no weather.
- "At most N, nine times in ten" is about the week's count in one cell; most are empty most weeks, so most N are 0.
- It must be shown beside the plain counts, and serves only while it beats them."""
BY_TYPE = "By type:"
AUDIT_TITLE = "## Audit"
NOT_AUDITED = "Not audited yet: the DAG `audit_risk` does it, when somebody asks."


def head(card: str) -> str:
    """Return the first sections of a card: what the model is, the decision on it, its data and its back-test."""
    return card.partition(f"\n\n{BY_TYPE}")[0]


def model_card(training: Training, config: RiskConfig, data_version: str) -> str:
    """Return the card in Markdown: what, data, figures with intervals, decision, limits."""
    model, validation = training.model, training.validation
    parts = [
        f"# Model card: {model.name}-{model.territory}",
        "Expected number of reported incidents in each grid cell next week, by type, with the number that is not "
        f"exceeded with a probability of {model.config.bound_probability:.0%}, and the probability of one or more, "
        f"beside {BASELINE_WORDS[model.baseline][0]} ({model.baseline}), the best of the plain counts by its record.",
        "## Decision",
        training.reason.en,
        "## Data",
        _data(model, validation, config, data_version),
        f"## Back-test, {validation.first_day} to {validation.last_day}",
        _protocol(validation, config),
        _figures(validation, validation.all_weeks),
        *[
            f"Outside {name} ({span.week_count} weeks):\n\n{_figures(validation, span)}"
            for name, span in validation.outside.items()
        ],
        BY_TYPE,
        _by_type(validation),
        "## Calibration and bound",
        _calibration(validation, config),
        "## Slots of six hours",
        _slots(training.slots),
        "## What the model is made of",
        _weights(model),
        "## Limits",
        LIMITS,
    ]
    return with_audit("\n\n".join(parts), NOT_AUDITED)


def with_audit(card: str, audit: str) -> str:
    """Return a card whose last section says what the audit of the model found, in the place of what stood there."""
    return f"{card.partition(AUDIT_TITLE)[0].rstrip()}\n\n{AUDIT_TITLE}\n\n{audit}\n".lstrip()


def _data(model: RiskModel, validation: Validation, config: RiskConfig, data_version: str) -> str:
    exception = config.training.enforced_exception
    excepted = (
        f"by written exception {exception.decision_record}: {exception.reason}"
        if exception
        else "left out, and refused by the code"
    )
    return "\n".join(
        [
            f"- Types: {', '.join(model.types)}.",
            f"- Training table version: {data_version}; weeks before {model.trained_until.isoformat()}.",
            f"- Grid: {validation.cell_count:,} cells of {validation.cell_area_m2:,.0f} m2 in EPSG:{model.grid.crs}, "
            "empty ones included.",
            f"- Rows produced by enforcement: {excepted}.",
            f"- {_known(validation.complete_weeks)}",
        ]
    )


def _known(complete_weeks: int | None) -> str:
    if complete_weeks is None:
        return "Known: nothing tells when an incident was known; each counts from the week in which it happened."
    return (
        "Known: an incident counts from the week in which it was known. 95 in 100 of a week's incidents are known "
        f"within {complete_weeks} {'week' if complete_weeks == 1 else 'weeks'} of it; what the model learns from is "
        "that old."
    )


def _protocol(validation: Validation, config: RiskConfig) -> str:
    shares = " and ".join(
        f"{share:.0%} of the area ({count} cells)"
        for share, count in zip(validation.area_shares, validation.top_counts, strict=True)
    )
    backtest = config.backtest
    return (
        f"{validation.all_weeks.week_count} weekly forecasts, {validation.all_weeks.event_count:,} incidents; each "
        "forecast knows only the weeks before it; weights refitted every "
        f"{config.challenger.refit_weeks} weeks. Flagged: {shares}. "
        "Ties count at their expectation under random order. Log score in nats per incident over a uniform map, every "
        "method given the same weekly total and the uniform floor that suited it best on past weeks. Gains: paired "
        f"bootstrap by week, {backtest.bootstrap_draws:,} draws, {backtest.bootstrap_coverage:.0%} interval."
    )


def _figures(validation: Validation, span: Span) -> str:
    small, large = validation.area_shares
    columns = [metric_name(kind, share) for kind in ("hit_rate", "pai", "pei") for share in (small, large)]
    columns += ["log_score"]
    rows = [[method, *(_number(name, row[name]) for name in columns)] for method, row in span.figures.items()]
    for baseline in RIVALS:
        gains = span.differences[baseline][CHALLENGER]
        rows.append([f"{CHALLENGER} minus {baseline}", *(gain_text(name, gains[name], " pt") for name in columns)])
    return table_text(["method", *columns], rows)


def table_text(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows))


def _number(name: str, value: float) -> str:
    if name.startswith("hit_rate"):
        return f"{value:.2%}"
    return f"{value:.3f}"


def _by_type(validation: Validation) -> str:
    large = metric_name("hit_rate", validation.area_shares[-1])
    rows = [
        [kind, method, f"{figures[method][large]:.2%}", f"{figures[method]['log_score']:.3f}"]
        for kind, figures in validation.by_type.items()
        for method in (validation.best_baseline, CHALLENGER)
    ]
    return table_text(["type", "method", large, "log_score"], rows)


def _calibration(validation: Validation, config: RiskConfig) -> str:
    rows = [
        [str(number), f"{part.expected:.1f}", f"{part.observed:.0f}", f"{part.observed / part.expected:.2f}"]
        for number, part in enumerate(validation.calibration[CHALLENGER], start=1)
    ]
    coverage = [
        [kind, method, f"{every:.1%}", f"{flagged:.1%}"]
        for method, by_type in validation.coverage.items()
        for kind, (every, flagged) in by_type.items()
    ]
    covered = validation.rank_coverage.get(CHALLENGER)
    covered_text = "not measured, too few weeks" if covered is None else f"{covered:.1%} of the counts"
    parts = [
        "Incidents expected and happened, by decile of the forecast over all cells and weeks:",
        table_text(["decile", "model expects", "happened", "ratio"], rows),
        "How often the count of a published cell did not exceed `upper_count`, the whole number published for "
        f"{config.bound_probability:.0%}. A whole number promises at least that; nearly all cells are empty.",
        table_text(["type", "method", "all cells", "flagged cells"], coverage),
        f"The method itself, in the model's own cells flagged at {validation.area_shares[-1]:.0%} of the area, a "
        f"count on the edge taken in proportion to the part of its probability that lies below: {covered_text}.",
    ]
    return "\n\n".join(parts)


def _slots(slots: SlotRecord) -> str:
    heaps = "; ".join(
        f"{name} " + ", ".join(f"{share:.0%} at {hour} h" for hour, share in hours.items())
        for name, hours in slots.disbelieved.items()
    )
    parts = [
        "The week's count is shared out over 28 slots: day by 0-6, 6-12, 12-18 and 18-24 h local time. Log score given "
        f"week, cell and type, nats per incident over equal shares, {slots.week_count} weeks. `place` is the type's "
        "profile with what happened around the cell. The finest profile that beats each coarser one with its interval "
        "above 0 is served, else that of all types.",
        slot_table(slots),
        "Registers write an unknown hour as midnight or noon. Where these stand out, as many incidents as in the "
        f"larger of the hours beside are believed; the others are neither learnt from nor judged on: {heaps}.",
    ]
    return "\n\n".join(parts)


def slot_table(slots: SlotRecord) -> str:
    """Return the table of the slots' profiles, pooled over types first."""
    heads = ["type", *SHOWN_PROFILES, "type minus all_types", "place minus type", "served"]
    served, rows = dict(zip(slots.disbelieved, slots.served, strict=True)), []
    for name, row in slots.scores.items():
        scores = [f"{row[profile]:.4f}" for profile in SHOWN_PROFILES]
        gains = (slots.gains[name][Profile.TYPE][Profile.ALL_TYPES], slots.gains[name][Profile.PLACE][Profile.TYPE])
        gained = [f"{gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]" for gain in gains]
        rows.append([name, *scores, *gained, served.get(name, "")])
    return table_text(heads, rows)


def _weights(model: RiskModel) -> str:
    lines = [
        "The weighted geometric mean of a convex pool of kernel surfaces and a Poisson regression on their logarithms. "
        "`365d/80m` is counts of half-life 365 days spread over 80 m, "
        "`house 1460d/160m` those at one kind of place. Heaviest weights of the pool:",
        "",
    ]
    for index, kind in enumerate(model.types):
        weights = ", ".join(f"{name} {weight:.0%}" for name, weight in model.main_weights(index))
        lines.append(f"- {kind}: {weights}; over-dispersion {model.dispersion[index]:.2f}.")
    return "\n".join(lines)

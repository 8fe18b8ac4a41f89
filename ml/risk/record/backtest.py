"""The protocol on any CSV of incidents: `calanque backtest`."""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from shapely.geometry.base import BaseGeometry

from calanque.errors import CalanqueError
from calanque.places.grid import far_out
from ml.delays import DAYS_A_WEEK
from ml.risk.config import RiskConfig, risk_config
from ml.risk.model.cube import CountCube, build_cube
from ml.risk.model.method import RIVALS, MethodName
from ml.risk.record.delay import delay_cost, sentence
from ml.risk.record.history import plan, verdict
from ml.risk.record.incidents import Incidents, backtest_grid, read_boundary, read_incidents
from ml.risk.record.validate import Validation, gain_text, metric_name, validate

LABELS = {
    MethodName.DECAY: "counts, half-life {half_life:g} d",
    MethodName.KDE: "counts smoothed, tuned",
    MethodName.POOL: "pool of surfaces",
    MethodName.REGRESSION: "Poisson regression",
    MethodName.STACK: "risk model (mean of both)",
}
MAX_ORIGINS = 520
M2_A_KM2 = 1e6


@dataclass(frozen=True)
class BacktestRequest:
    """What to back-test: `cell_m` in metres whatever the CRS's unit; `start` is the first day of the first forecast.

    With `known_after_days` each incident counts so many days after it happened, whatever the file says.
    """

    csv_path: Path
    crs: int
    cell_m: float
    origins: int
    boundary: Path | None = None
    start: date | None = None
    types: tuple[str, ...] | None = None
    known_after_days: int | None = None


def run_backtest(request: BacktestRequest, config: RiskConfig | None = None) -> tuple[dict[str, Any], list[Table]]:
    """Run the rolling back-test of forecasting.md on a CSV: occurred_at, lon, lat, type; premises, known_at if told.

    Args:
        request: file, CRS (EPSG), cell size, number of weekly origins, and what narrows them.
        config: the parameters, default `ml/risk/model.yml`.

    Returns:
        The result as plain values for JSON, and two tables to print: figures by type and method, and paired gains.

    Raises:
        CalanqueError: on bad input, with a sentence that says what to change.
    """
    config = config or risk_config()
    _check(request)
    incidents = read_incidents(request.csv_path, request.crs, list(request.types) if request.types else None)
    boundary = read_boundary(request.boundary, request.crs) if request.boundary else None
    if request.known_after_days is not None:
        incidents = incidents.known_after(request.known_after_days)
    allowed = plan(incidents, request.origins, request.start, config)
    used = replace(request, origins=allowed.origins)
    cube, outside_count = cube_of(used, incidents, boundary)
    validation, rolled = validate(cube, allowed.config, allowed.origins)
    cost = delay_cost(rolled, allowed.config)
    # A boundary that was given reaches for no point far out.
    far = 0 if request.boundary else int(far_out(incidents.x, incidents.y).sum())
    limits = [*allowed.limits]
    if far:
        every = f"{far:,} of {len(incidents.day):,} points"
        limits.append(f"{every} lie far out of the city and are not followed by its hull.")
    said = " ".join(filter(None, (*limits, sentence(cube, cost, allowed.config))))
    tables = [
        table_of(validation, allowed.config, request.cell_m, said),
        gains_table(validation, allowed.config, request.cell_m),
    ]
    result = _result(used, allowed.config, validation, incidents, outside_count)
    area_km2 = round(validation.cell_count * validation.cell_area_m2 / M2_A_KM2, 3)
    result |= {"area_km2": area_km2, "far_out_count": far, "origins_asked": request.origins, "limits": limits}
    return result | {"delay_cost": {name: asdict(gain) for name, gain in cost.items()}}, tables


def _check(request: BacktestRequest) -> None:
    if not 1 <= request.origins <= MAX_ORIGINS:
        raise CalanqueError(f"--origins must lie between 1 and {MAX_ORIGINS} weeks; the protocol asks for 52 or more.")
    if not request.cell_m > 0:
        raise CalanqueError("--cell must be a size in metres above 0, such as 250.")


def require_writable(target: Path) -> None:
    """Refuse a file that could not be written after the run.

    Raises:
        CalanqueError: if its folder is missing or it can not be opened.
    """
    was_there = target.exists()
    try:
        target.open("a", encoding="utf-8").close()
    except OSError as error:
        reason = "its folder does not exist" if not target.parent.is_dir() else "it can not be written"
        raise CalanqueError(f"The result can not go to {target}: {reason}. Give another file with --json.") from error
    if not was_there:
        target.unlink()


def cube_of(request: BacktestRequest, incidents: Incidents, boundary: BaseGeometry | None) -> tuple[CountCube, int]:
    """Return the cube whose last `origins` weeks are to be forecast, and how many incidents lie in no cell.

    Without a boundary, the one that `read_boundary` gives of the request's, the area is a hull of the past.
    """
    start = _start(request, incidents)
    past = incidents.take(incidents.day < np.datetime64(start))
    if len(past.day) == 0:
        raise CalanqueError(f"No incident lies before {start}: choose a later first forecast with --from.")
    grid = backtest_grid(request.csv_path.stem, request.crs, request.cell_m, boundary, past)
    cell = grid.cell_index(incidents.x, incidents.y)
    inside = cell >= 0
    if not inside.any():
        raise CalanqueError(
            "No incident lies inside the boundary: check that both are in degrees and of the same city."
        )
    first_day = start - timedelta(days=(start - past.day.min().astype(date)).days // DAYS_A_WEEK * DAYS_A_WEEK)
    until = start + timedelta(days=request.origins * DAYS_A_WEEK - 1)
    kept = incidents.take(inside)
    place = grid.within_cell(kept.x, kept.y)
    cells = cell[inside].astype(np.intp)
    cube = build_cube(
        *(grid, first_day, until, kept.day, cells, kept.kind),
        within=place,
        premises=kept.premises_known(past),
        known_days=kept.known_day,
    )
    return cube, int((~inside).sum())


def _start(request: BacktestRequest, incidents: Incidents) -> date:
    last = incidents.day.max().astype(date)
    length = timedelta(days=request.origins * DAYS_A_WEEK)
    start: date = request.start or last + timedelta(days=1) - length
    if start + length - timedelta(days=1) > last:
        raise CalanqueError(
            f"{request.origins} weeks from {start} end after the last incident ({last}): give an earlier --from or "
            "fewer --origins."
        )
    return start


def _result(
    request: BacktestRequest, config: RiskConfig, validation: Validation, incidents: Incidents, outside_count: int
) -> dict[str, Any]:
    return {
        "incidents_file": request.csv_path.name,
        "incident_count": len(incidents.day),
        "astray_count": incidents.astray_count,
        "outside_boundary_count": outside_count,
        "crs": request.crs,
        "cell_m": request.cell_m,
        "origins": request.origins,
        "boundary": request.boundary.name
        if request.boundary
        else "concave hull of the incidents before the first origin",
        "labels": labels(config),
        "parameters": config.model_dump(mode="json"),
        "validation": validation.to_dict(),
        "decision": verdict(validation, config)._asdict(),
    }


def labels(config: RiskConfig) -> dict[str, str]:
    """Return the printed name of each method."""
    return {str(method): text.format(half_life=config.baseline.half_life_days) for method, text in LABELS.items()}


def table_of(validation: Validation, config: RiskConfig, cell_m: float, limits: str = "") -> Table:
    """Return the figures as a table, pooled over types first when there are several; `limits` is said below it."""
    small, large = validation.area_shares
    columns = [metric_name(kind, share) for kind in ("hit_rate", "pai", "pei") for share in (small, large)]
    heads = [f"{kind}@{share:.0%}" for kind in ("hit", "PAI", "PEI") for share in (small, large)]
    title = (
        f"{cell_m:g} m, {validation.all_weeks.week_count} weeks, {validation.first_day} to {validation.last_day}, "
        f"{validation.all_weeks.event_count:,} incidents, {validation.cell_count:,} cells, "
        f"{validation.cell_count * validation.cell_area_m2 / M2_A_KM2:,.0f} km²"
    )
    table = Table(title=title, caption=f"{verdict(validation, config).reason} {limits}".strip())
    for head in ("type", "method"):
        table.add_column(head, no_wrap=True)
    for head in (*heads, "log score"):
        table.add_column(head, justify="right")
    names = labels(config)
    blocks = dict(validation.by_type)
    if len(blocks) > 1:
        blocks = {"all types": validation.all_weeks.figures, **blocks}
    for kind, figures in blocks.items():
        for method, row in figures.items():
            hits = [f"{100 * row[name]:.2f} %" for name in columns[:2]]
            indices = [f"{row[name]:.3f}" for name in columns[2:]]
            table.add_row(kind, names[method], *hits, *indices, f"{row['log_score']:.3f}")
        table.add_section()
    return table


def gains_table(validation: Validation, config: RiskConfig, cell_m: float) -> Table:
    """Return what each method wins over each rival, pooled over types, with its paired interval by week."""
    small, large = validation.area_shares
    metrics = [metric_name("hit_rate", small), metric_name("hit_rate", large), "log_score"]
    title = f"Gain with its 95 % interval, cells of {cell_m:g} m, {validation.all_weeks.week_count} weeks"
    if not verdict(validation, config).is_decided:
        title += ": too few to decide anything"
    table = Table(title=title)
    for head in ("method", "against"):
        table.add_column(head, no_wrap=True)
    for head in (f"hit@{small:.0%}, points", f"hit@{large:.0%}, points", "log score"):
        table.add_column(head, justify="right")
    names = labels(config)
    for rival, methods in validation.all_weeks.differences.items():
        for method, gains in methods.items():
            if method not in RIVALS:
                table.add_row(names[method], names[rival], *(gain_text(name, gains[name]) for name in metrics))
        table.add_section()
    return table

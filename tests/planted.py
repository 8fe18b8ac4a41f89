"""What the generator of citizen reports has written of persons into its rows."""

from datetime import date

from calanque.twin.citizen_reports import DEMO_COUNT, DEMO_SEED, PlantedValue, _reports


def planted_values(
    day: date | None = None, count: int = DEMO_COUNT, seed: int = DEMO_SEED, days: int | None = None
) -> list[PlantedValue]:
    """Return every invented personal value that `generate_reports` writes for the same arguments."""
    return [value for report in _reports(day, count, seed, days) for value in report.planted]

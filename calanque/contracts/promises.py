"""What a contract promises, from the standard's `slaProperties`: how long rows are kept, and when batches come."""

from open_data_contract_standard.model import OpenDataContractStandard

from calanque.contracts.problems import refused

# A century: more is a slip of the pen.
RETENTION_DAYS_MAX = 36_525
LATENCY_HOURS_MAX = 366 * 24


def retention_days(odcs: OpenDataContractStandard) -> dict[str, int]:
    """Return the days that each tier keeps rows.

    Raises:
        ContractError: if they are not whole days within bounds, or a tier has them twice.
    """
    days: dict[str, int] = {}
    for item in odcs.slaProperties or []:
        if item.property == "retention":
            if item.unit != "d" or type(item.value) is not int or not 0 < item.value <= RETENTION_DAYS_MAX:
                raise refused(
                    "slaProperties.retention", f"must be a whole number of days, 1 to {RETENTION_DAYS_MAX} (unit d)."
                )
            if str(item.element) in days:
                raise refused("slaProperties.retention", f"the '{item.element}' tier is written twice.")
            days[str(item.element)] = item.value
        elif item.property not in ("frequency", "latency"):
            raise refused(f"slaProperties.{item.property}", "only retention, frequency and latency are understood.")
    return days


def frequency(odcs: OpenDataContractStandard) -> dict[str, str | None]:
    """Return the schedule of the feed, and how often a batch comes in words.

    Raises:
        ContractError: if it is not said once.
    """
    found = [item for item in odcs.slaProperties or [] if item.property == "frequency"]
    if len(found) != 1:
        raise refused("slaProperties.frequency", "must be written once, with the schedule of the feed.")
    (item,) = found
    if item.scheduler not in (None, "airflow"):
        raise refused("slaProperties.frequency.scheduler", "is always airflow.")
    return {"schedule": item.schedule, "frequency": " ".join(str(part) for part in (item.value, item.unit) if part)}


def latency(odcs: OpenDataContractStandard) -> dict[str, int]:
    """Return the hours after a batch within which the next one is promised, where the contract says them.

    Raises:
        ContractError: if they are not whole hours or days within a year, or said twice.
    """
    found = [item for item in odcs.slaProperties or [] if item.property == "latency"]
    if not found:
        return {}
    value, hours = found[0].value, {"h": 1, "d": 24}.get(str(found[0].unit))
    if len(found) > 1 or hours is None or type(value) is not int or not 0 < value * hours <= LATENCY_HOURS_MAX:
        raise refused(
            "slaProperties.latency", "is written once, a whole number of hours or days (unit h or d) up to a year."
        )
    return {"latency_hours": value * hours}

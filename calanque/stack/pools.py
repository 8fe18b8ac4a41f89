"""One Airflow pool of one slot per writer, so that a Delta table has one writer at a time; two for long computing."""

from calanque.contracts import load_contracts

MARTS_POOL = "marts"
FORECAST_POOL = "forecast"
TRAINING_POOL = "training"
AUDIT_POOL = "audit"


def feed_pool(feed: str) -> str:
    """Return the pool of the one writer of a feed's bronze and quarantine tables."""
    return f"bronze_{feed}"


def pools() -> dict[str, str]:
    """Return every pool with what it guards."""
    return {
        **{feed_pool(feed): f"The one writer of bronze.{feed} and quarantine.{feed}" for feed in load_contracts()},
        MARTS_POOL: "The one writer of silver and of the marts that dbt builds",
        FORECAST_POOL: "The one writer of the forecast and of the near-repeat layer",
        TRAINING_POOL: "One training at a time: it takes a core for minutes, and no other city's forecast waits for it",
        AUDIT_POOL: "One audit at a time: it takes a core for a minute, and must not make the forecast wait",
    }

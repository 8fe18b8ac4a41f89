"""Who signs in where, and the one sentence about whom this installation does not keep out."""

from typing import TYPE_CHECKING

from calanque.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

NOT_PROTECTED = (
    "Keep this machine to yourself: another of its users can be anybody to HDFS and to the metastore, which believe "
    "the name they are given."
)
# One password an account, the same at each door.
DOORS = {
    "engineer": "Airflow, Trino, MLflow",
    "analyst": "Airflow, Trino, MLflow",
    "dpo": "Airflow, Trino, MLflow",
    "analyst_2": "Trino",
    "elected": "Airflow (its page of published figures), Trino: published figures alone",
    "training": "MLflow, for the tasks: the one account that writes there",
}


def table(settings: Settings) -> "Table":
    """Return the accounts with their passwords, which lie in `home/secrets`.

    Raises:
        CalanqueError: if the stack has never been started.
    """
    from rich.table import Table

    result = Table(title="Accounts", caption=f"from {settings.home / 'secrets'}/password_<account>")
    for name in ("account", "signs in to", "password"):
        result.add_column(name, overflow="fold")
    for account, doors in DOORS.items():
        result.add_row(account, doors, settings.secret(f"password_{account}"))
    return result

"""Where a batch lies on HDFS at each step."""

from calanque.settings import settings


def landing_path(feed: str, batch_id: str) -> str:
    """Folder of the raw files and their manifest."""
    return f"/lake/landing/{feed}/{batch_id}"


def staging_path(feed: str, batch_id: str, contract_version: str) -> str:
    """Folder of the protected batch under one contract version."""
    return f"/lake/staging/{feed}/{batch_id}/{contract_version}"


def attempt_path(feed: str, batch_id: str, contract_version: str, attempt: str) -> str:
    """Folder of one attempt's good rows before publication."""
    return f"{staging_path(feed, batch_id, contract_version)}/{attempt}"


def published_path(table: str, staged: str) -> str:
    """Folder of the same rows below their table, by the path or the name of the staged one."""
    return f"/lake/{table.replace('.', '/')}/{staged.rpartition('/')[2]}"


def contract_path(feed: str, version: str) -> str:
    """File of the resolved contract of a version."""
    return f"/lake/governance/contracts/{feed}/{version}.json"


def spark_path(path: str) -> str:
    """URI of an HDFS path for Spark."""
    return f"{settings().hdfs_uri}{path}"

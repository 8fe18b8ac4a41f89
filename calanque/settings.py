"""Where this installation runs: folders, addresses and secrets, read once from the environment."""

import os
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from calanque.errors import CalanqueError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "CALANQUE_"
KEYS_VARIABLE = "CALANQUE_TOKEN_KEYS"
KEY_FILE_VARIABLE = "CALANQUE_TOKEN_KEY_FILE"


class Ports(BaseModel):
    """TCP ports of the services, all on the loopback address unless the cluster profile says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    postgres: int = 15432
    namenode_rpc: int = 18020
    namenode_http: int = 19870
    datanode_data: int = 19866
    datanode_http: int = 19876
    datanode_ipc: int = 19886
    metastore: int = 19083
    metastore_marts: int = 19084
    spark_connect: int = 15002
    mlflow: int = 15500
    trino: int = 18443
    trino_internal: int = 18444
    journal: int = 18445
    airflow: int = 18080
    supervisor: int = 19001


# Threads that wait spin, and take the core from what they wait for when other work is beside them.
PATIENT_THREADS = {"OMP_WAIT_POLICY": "PASSIVE"}


class Settings(BaseSettings):
    """Settings of one installation; every field can be set as `CALANQUE_<NAME>` (nested: `CALANQUE_PORTS__TRINO`)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", env_file=None
    )

    profile: Literal["local", "cluster"] = "local"
    root: Path = ROOT
    home: Path = ROOT / ".calanque"
    cache: Path = Path.home() / ".cache" / "calanque"
    host: str = "127.0.0.1"
    ports: Ports = Field(default_factory=Ports)
    port_offset: int = Field(default=0, description="Added to every port, so that two stacks can run side by side.")
    hdfs_url: str | None = Field(default=None, description="Cluster profile: hdfs://nameservice")
    webhdfs_address: str | None = Field(default=None, description="Cluster profile: http(s) address of the NameNode.")
    database_url: str | None = Field(default=None, description="Cluster profile: postgresql://user:password@host:port")
    metastore_url: str | None = Field(default=None, description="Cluster profile: thrift://host:port")
    spark_master: str | None = Field(default=None, description="Default local[*]; cluster profile: yarn")
    drop_still_s: float = Field(
        default=5, ge=0, description="Seconds between two looks at a dropped file: one that changes is being written."
    )
    row_bytes: int = Field(
        default=16 * 1024**2,
        ge=1024,
        le=64 * 1024**2,
        description="Longest row, line or value of a file; a contract may say its own.",
    )
    columns: int = Field(
        default=2_000, ge=1, le=20_000, description="Most columns of a file; a contract may say its own."
    )
    alert_webhook: str | None = Field(default=None, description="Address that a failed task is told to, as JSON.")
    alert_email: str | None = Field(default=None, description="Mailbox that a failed task is told to.")
    alert_smtp: str = Field(default="localhost:25", description="Mail server that takes the alerts, without a login.")

    def port(self, name: str) -> int:
        """Return the port of one service, offset included."""
        return int(getattr(self.ports, name)) + self.port_offset

    def address(self, name: str) -> str:
        """Return `host:port` of one service."""
        return f"{self.host}:{self.port(name)}"

    @property
    def hdfs_uri(self) -> str:
        """File system URI of the lake."""
        return self.hdfs_url or f"hdfs://{self.address('namenode_rpc')}"

    @property
    def webhdfs_url(self) -> str:
        """HTTP address of the NameNode."""
        return self.webhdfs_address or f"http://{self.address('namenode_http')}"

    @property
    def metastore_uri(self) -> str:
        """Thrift address of the Hive Metastore."""
        return self.metastore_url or f"thrift://{self.address('metastore')}"

    @property
    def marts_metastore_uri(self) -> str:
        """Thrift address at which the query door knows the schema of the marts only; a cluster has one address."""
        return self.metastore_url or f"thrift://{self.address('metastore_marts')}"

    @property
    def master(self) -> str:
        """Spark master: the same driver on this machine or on YARN."""
        return self.spark_master or ("yarn" if self.profile == "cluster" else "local[*]")

    @property
    def spark_remote(self) -> str:
        """Spark Connect address with its pre-shared key; a secret, never logged."""
        # A token goes over a plain channel only to the name "localhost"; to an address the client would insist on TLS.
        host = "localhost" if self.host == "127.0.0.1" else self.host
        return f"sc://{host}:{self.port('spark_connect')}/;token={self.secret('spark_token')};use_ssl=false"

    @property
    def mlflow_uri(self) -> str:
        """Address of the MLflow server."""
        return f"http://{self.address('mlflow')}"

    @property
    def airflow_url(self) -> str:
        """Address of the Airflow API server and UI."""
        return f"http://{self.address('airflow')}"

    @property
    def trino_url(self) -> str:
        """Address of the query door."""
        return f"https://{self.address('trino')}"

    def database(self, name: str) -> str:
        """Return the PostgreSQL URL of one database, password included; a secret, never logged."""
        base = self.database_url or f"postgresql://calanque:{self.secret('postgres')}@{self.address('postgres')}"
        return f"{base}/{name}"

    @property
    def logs(self) -> Path:
        """The one folder of every service's log."""
        return self.home / "logs"

    @property
    def fetching(self) -> Path:
        """Folder of files on their way from a source to landing; a start of the stack empties it."""
        return self.home / "fetching"

    def secret(self, name: str) -> str:
        """Return one secret of `home/secrets`.

        Raises:
            CalanqueError: if the secret was never made.
        """
        path = self.home / "secrets" / name
        if not path.is_file():
            raise CalanqueError(f"The secret '{name}' does not exist: start the stack once with 'calanque stack up'.")
        return path.read_text(encoding="utf-8").strip()

    def make_secret(self, name: str, value: str | None = None) -> str:
        """Return the secret, made on first call (256 random bits by default), readable by its owner only."""
        path = self.home / "secrets" / name
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(value or secrets.token_hex(32))
        return self.secret(name)


@cache
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        CalanqueError: naming each variable that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        from calanque.yaml_file import problems_by_path

        wrong = [f"{PREFIX}{'__'.join(path).upper()}: {text}." for path, text in problems_by_path(error, True)]
        raise CalanqueError(f"The environment is wrong. {' '.join(wrong)}") from None
    except SettingsError as error:
        raise CalanqueError(f"The environment is wrong, where a variable {PREFIX}… must be JSON: {error}.") from None


def key_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an environment that hold keys or tell where they are: only Spark's workers need them."""
    return {name: environment[name] for name in (KEYS_VARIABLE, KEY_FILE_VARIABLE) if name in environment}


def keyless(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without those variables: what another program is started with."""
    keys = key_variables(environment)
    return {name: value for name, value in environment.items() if name not in keys}

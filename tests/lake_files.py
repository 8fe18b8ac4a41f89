"""The lake's files as a whole, for whoever must show what lies in it: every file, and the blocks of each."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from calanque.engines.hdfs import READ_TIMEOUT_S, Lake, lake


def walk(of: Lake, path: str) -> Iterator[tuple[str, int]]:
    """Yield (path, bytes) of every file under a folder, hidden and temporary ones too."""
    found = of._try(lambda: of._client.list(path, status=True), path)
    for name, status in sorted(found):
        whole = f"{path.rstrip('/')}/{name}"
        if status["type"] == "DIRECTORY":
            yield from walk(of, whole)
        else:
            yield whole, int(status["length"])


def fsck(of: Lake, path: str) -> str:
    """Return the NameNode's list of files under a folder with the blocks of each; the superuser's to ask."""
    query = {"ugi": of.user, "path": path, "files": "1", "blocks": "1", "showprogress": "0"}
    answer = httpx.get(f"{of.url}/fsck", params=query, timeout=READ_TIMEOUT_S)
    answer.raise_for_status()
    return answer.text


def write_json(path: str, value: Any) -> None:
    """Write a value as JSON, as the user `lake`, over what is there."""
    lake().write(path, json.dumps(value), overwrite=True)

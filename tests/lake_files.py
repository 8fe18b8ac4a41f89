"""The lake's files as a whole, for whoever must show what lies in it: every file, and the blocks of each."""

from collections.abc import Iterator

import httpx

from calanque.engines.hdfs import READ_TIMEOUT_S, Lake


def walk(lake: Lake, path: str) -> Iterator[tuple[str, int]]:
    """Yield (path, bytes) of every file under a folder, hidden and temporary ones too."""
    found = lake._try(lambda: lake._client.list(path, status=True), path)
    for name, status in sorted(found):
        whole = f"{path.rstrip('/')}/{name}"
        if status["type"] == "DIRECTORY":
            yield from walk(lake, whole)
        else:
            yield whole, int(status["length"])


def fsck(lake: Lake, path: str) -> str:
    """Return the NameNode's list of files under a folder with the blocks of each; the superuser's to ask."""
    query = {"ugi": lake.user, "path": path, "files": "1", "blocks": "1", "showprogress": "0"}
    answer = httpx.get(f"{lake.url}/fsck", params=query, timeout=READ_TIMEOUT_S)
    answer.raise_for_status()
    return answer.text

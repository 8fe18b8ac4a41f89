"""Measure the journal without a lake: `python benchmarks/journal.py [--entries 1000000]`; prints one Markdown row.

Entries are as long as those of queries. *Hashed* is what an append costs beside its commit: the hash of each entry and
the tree's edge. *Exported* is the zip of tiles, *verified* what an auditor's machine does with it and one key.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from calanque.journal.notes import LOG, Checkpoint, Signer, signed_checkpoint
from calanque.journal.tiles import write_export
from calanque.journal.tree import grown, leaf_hash, root_of
from calanque.journal.verify import verify_export

ACT = {
    "acted_at": "2026-11-29T10:00:00.123Z", "action": "consultation", "client": "trino-python-client/0.336.0",
    "event_id": "20261129_100000_00001_abcde", "motif": "bilan mensuel de la voirie",
    "objects": ["marts.fct_incidents: occurred_at, territory, type"], "outcome": "done", "row_count": 12,
    "salt": "0" * 32, "source": "query_door", "who": "analyst",
}  # fmt: skip


def main(count: int) -> None:
    """Make entries, hash them, export them and verify the export."""
    text = json.dumps(ACT, sort_keys=True, separators=(",", ":"))
    entries = [text.replace("_00001_", f"_{number:09d}_").encode() for number in range(count)]
    key = Signer.read("calanque.journal", LOG, os.urandom(32))
    began = time.monotonic()
    leaves = [leaf_hash(entry) for entry in entries]
    size, edge = grown(0, [], leaves)
    hashed = time.monotonic()
    note = signed_checkpoint(Checkpoint("calanque.journal", size, root_of(edge)), key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.zip"
        write_export(path, note, {}, leaves, dict(enumerate(entries)))
        exported = time.monotonic()
        verify_export(path, key.verifier())
        verified = time.monotonic()
        megabytes = path.stat().st_size / 1e6
    print(
        f"| {count:,} entries of {len(entries[0])} B: hashed, exported ({megabytes:,.0f} MB), verified | "
        f"{hashed - began:.1f} s, {exported - hashed:.1f} s, {verified - exported:.1f} s |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    main(parser.parse_args().entries)

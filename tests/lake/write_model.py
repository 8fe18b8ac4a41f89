"""What a table must hold after some files, in plain loops: nothing of it is shared with Calanque."""

import io
from typing import Any

import pandas as pd

COLUMNS = ("event_id", "happened_on", "kind", "state", "revision")
KINDS, STATES = ("noise", "waste"), ("open", "gone")


class Model:
    """A table and its quarantine, by batch labels; a version has `batch`, and `closed_by` once it is not current."""

    def __init__(self, mode: str, within: bool = False) -> None:
        self.mode, self.within = mode, within
        self.versions: list[dict[str, Any]] = []
        self.quarantine: list[tuple[str, str, str]] = []

    def read(self, batch: str, text: str) -> list[dict[str, Any]]:
        """Return the good rows of a file; the others go to quarantine."""
        good: list[dict[str, Any]] = []
        for values in pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False).to_dict("records"):
            reason = None
            if values["kind"] not in KINDS:
                reason = "not_in_enum:kind"
            else:
                row = {**values, "revision": int(values["revision"])}
                reason = self._repeats(row, good)
            if reason:
                self.quarantine.append((batch, values["event_id"], reason))
            else:
                good.append(row)
        return good

    def _repeats(self, row: dict[str, Any], before: list[dict[str, Any]]) -> str | None:
        for other in before:
            if other["event_id"] != row["event_id"]:
                continue
            if self.mode == "append":
                return "duplicate:event_id"
            if self.mode == "snapshot" and (not self.within or other["happened_on"] == row["happened_on"]):
                return "duplicate:event_id+happened_on" if self.within else "duplicate:event_id"
            if self.mode == "merge" and other["revision"] == row["revision"]:
                return None if other == row else "duplicate:event_id+revision"
        return None

    def current(self) -> list[dict[str, Any]]:
        """Return the current versions."""
        return [version for version in self.versions if version["closed_by"] is None]

    def add(self, row: dict[str, Any], batch: str, closed_by: str | None = None) -> None:
        """Record a version."""
        self.versions.append({**row, "batch": batch, "closed_by": closed_by})

    def apply(self, batch: str, text: str) -> None:
        """Take one file."""
        good = self.read(batch, text)
        if self.mode == "append":
            for row in good:
                self.add(row, batch)
        elif self.mode == "snapshot":
            self._snapshot(batch, good)
        else:
            for row in sorted(good, key=lambda row: row["revision"]):
                self._merge(batch, row, good)

    def _snapshot(self, batch: str, good: list[dict[str, Any]]) -> None:
        days = {row["happened_on"] for row in good}
        kept: list[dict[str, Any]] = []
        for version in self.current():
            if self.within and version["happened_on"] not in days:
                continue
            same = [row for row in good if all(row[name] == version[name] for name in COLUMNS)]
            if same:
                kept += same
            else:
                version["closed_by"] = batch
        for row in good:
            if row not in kept:
                self.add(row, batch)

    def _merge(self, batch: str, row: dict[str, Any], good: list[dict[str, Any]]) -> None:
        known = [version for version in self.versions if version["event_id"] == row["event_id"]]
        if any(all(row[name] == version[name] for name in COLUMNS) for version in known):
            return
        newest = max((version["revision"] for version in known if version["batch"] != batch), default=-1)
        later = [
            other for other in good if other["event_id"] == row["event_id"] and other["revision"] > row["revision"]
        ]
        if row["revision"] < newest or later:
            self.add(row, batch, closed_by=batch)
            return
        for version in known:
            if version["closed_by"] is None:
                version["closed_by"] = batch
        self.add(row, batch, closed_by=batch if row["state"] == "gone" else None)

    def table(self) -> list[tuple[Any, ...]]:
        """Return the versions as sorted rows."""
        rows = [(*(v[name] for name in COLUMNS), v["batch"], v["closed_by"] or "") for v in self.versions]
        return sorted(rows)

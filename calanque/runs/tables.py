"""The tables of runs: what each says, its columns with their meaning, and how they are made.

They lie below `/lake/governance`, are only ever added to, and are read in SQL (`lake.governance` at the query door) by
engineers and the DPO, the journal by the DPO alone. Every row says when it was written, and by which run of which DAG.
"""

from __future__ import annotations

from typing import NamedTuple

from calanque.engines import delta
from calanque.engines.hdfs import lake
from calanque.sql_text import literal, quoted

READERS = ("engineer", "dpo")
# Readers open the log at each run; with this many commits after a checkpoint that takes some 50 ms.
CHECKPOINT_INTERVAL = 25
# Bounds of a sentence or of a whole event would only fill the log.
_NO_BOUNDS = frozenset(
    {"entry", "event", "leaf", "motif", "note", "observed", "refused_because", "refused_files", "sentence"}
)
Columns = tuple[tuple[str, str, str], ...]
_WRITTEN: Columns = (
    ("day", "date", "Day on which the row was written, UTC."),
    ("recorded_at", "timestamp", "When the row was written, UTC."),
    ("dag_id", "string", "DAG of the run; empty for a run from the command line."),
    ("run_id", "string", "Run of the orchestrator, as Airflow names it."),
)


class RunTable(NamedTuple):
    """One table: `key` is the column whose rows are asked for one value at a time, and lie apart."""

    name: str
    comment: str
    columns: Columns
    key: str | None = None
    readers: tuple[str, ...] = READERS

    @property
    def partitions(self) -> tuple[str, ...]:
        """The columns by which its files lie apart."""
        return ("day", self.key) if self.key else ("day",)


_FILE = (
    "struct<name: string, size_bytes: bigint, sha256: string, row_count: bigint, is_cut: boolean, "
    "is_decodable: boolean, container: struct<name: string, sha256: string>>"
)
BATCH = RunTable(
    "governance.batch",
    "What happened to a batch under one version of its contract; the newest row is its report. "
    "One row per step of a batch.",
    (
        *_WRITTEN,
        ("feed", "string", "Feed, by the name of its contract."),
        ("batch_id", "string", "Batch: the same bytes are the same batch."),
        ("contract_version", "string", "Version of the contract."),
        ("state", "string", "landed, published or refused; until 2026-12 also typed or gated."),
        ("updated_at", "timestamp", "When the batch came to this state, UTC."),
        ("landed_at", "timestamp", "When its files were landed, UTC."),
        ("source_date", "date", "Day that the source names, where it has files by day."),
        ("files", f"array<{_FILE}>", "Its files, as they were landed."),
        ("refused_files", "array<string>", "Why files that came with them were put away, a sentence each."),
        ("landed_count", "bigint", "Rows of its files that are the feed's."),
        ("left_out_count", "bigint", "Rows of its files that are another's, by the contract's keepWhere."),
        ("loaded_count", "bigint", "Good rows, whose effect is in bronze."),
        ("quarantined_count", "bigint", "Rows in quarantine."),
        ("duplicate_count", "bigint", "Good rows that repeat the key of another one, and stay."),
        ("came_again_count", "bigint", "Keys of an append that another batch brought before."),
        ("moved_count", "bigint", "Those of them whose rows are about another instant now."),
        ("changes", "map<string, bigint>", "What a snapshot or a merge did to the table, in rows."),
        ("reasons", "map<string, bigint>", "Refused rows by reason."),
        ("timings_s", "map<string, double>", "Seconds by step, of the last time that each ran."),
        ("bronze_version", "bigint", "Version of the bronze table that its commit made."),
        ("refused_by", "array<string>", "Rules that refused the batch whole."),
        ("refused_because", "string", "The same as a sentence."),
        ("engine_deaths", "bigint", "How often the engine died while it read the batch."),
    ),
    key="feed",
)
GATE_RESULT = RunTable(
    "governance.gate_result",
    "What a gate found of a batch or a mart. One row per expectation and time that it was checked.",
    (
        *_WRITTEN,
        ("tier", "string", "landing for the batch of a feed, marts for a mart."),
        ("subject", "string", "The feed or the mart."),
        ("batch_id", "string", "The batch; of a mart, the run that built it."),
        ("contract_version", "string", "Version of the contract; empty for a mart."),
        (
            "territory",
            "string",
            "City whose rows of a mart it is about; empty for a batch, and for a mart without cities.",
        ),
        ("expectation", "string", "Name of the expectation."),
        ("column_name", "string", "Column that it is about; empty when it is about the table."),
        ("severity", "string", "critical stops what comes after, warning is only said."),
        ("success", "boolean", "Whether the expectation was true."),
        ("observed", "string", "What was found: a figure, never a value of a personal column."),
        ("sentence", "string", "The same as a sentence."),
    ),
)
STEP = RunTable(
    "governance.step",
    "What a finished step had read and wrote: it does nothing while that is the same. One row per step that worked.",
    (
        *_WRITTEN,
        ("step", "string", "Step, such as train.<territory> or marts.<domain>."),
        ("domain", "string", "Domain of a step of the marts; of a step of ml/, its work: train, forecast."),
        ("territory", "string", "Territory that the step worked on; empty when it was several."),
        ("inputs", "map<string, string>", "Version of each table read, hash of the code, and what else it depends on."),
        ("outputs", "map<string, string>", "Version of each table written, and what else it found."),
        ("code", "string", "Hash of the code that ran, and of the versions of the libraries."),
        ("libraries", "map<string, string>", "Version of each library that can change a result."),
        ("seconds", "double", "Time from looking whether there is something to do to the end; empty if not measured."),
    ),
    key="step",
)
LINEAGE_EVENT = RunTable(
    "governance.lineage_event",
    "OpenLineage events of our steps and of dbt. One row per event.",
    (
        *_WRITTEN,
        ("event_at", "timestamp", "When the step ended, UTC."),
        ("event_type", "string", "COMPLETE or FAIL."),
        ("job", "string", "Step or dbt model."),
        ("event_run_id", "string", "Run of the event (UUID), as OpenLineage wants it."),
        ("inputs", "array<string>", "Datasets that were read."),
        ("outputs", "array<string>", "Datasets that were written."),
        ("event", "string", "The whole event, JSON."),
    ),
)
JOURNAL = RunTable(
    "governance.journal",
    "Who did what, in the order in which it came; the root of the tree of its entries is signed. One row per act.",
    (
        *_WRITTEN,
        ("place", "bigint", "Place of the entry, from 0."),
        ("acted_at", "timestamp", "When it was done, UTC."),
        ("who", "string", "Account of the person, or name of the step."),
        ("action", "string", "collection, modification, consultation, communication or erasure."),
        ("objects", "array<string>", "Tables with the columns that were asked for, or documents."),
        ("row_count", "bigint", "Rows that were given, loaded or deleted."),
        ("motif", "string", "Why, as whoever did it said; persons are masked."),
        ("outcome", "string", "done, or why not: the code of the source."),
        ("source", "string", "Who tells of it."),
        ("client", "string", "Program that asked."),
        ("event_id", "string", "Identifier of the act at its source."),
        ("leaf", "string", "Hash of the entry, hexadecimal."),
        ("entry", "string", "The entry as it was hashed, JSON; empty once it has expired."),
    ),
    readers=("dpo",),
)
JOURNAL_CHECKPOINT = RunTable(
    "governance.journal_checkpoint",
    "What was signed of the journal: how many entries, and the root of their tree. One row per signed note.",
    (
        *_WRITTEN,
        ("size", "bigint", "Entries that the note is about."),
        ("edge", "array<string>", "Roots of the full subtrees, hexadecimal; empty of a note that a witness signed."),
        ("note", "string", "The note with its signatures (C2SP signed-note)."),
        ("is_witnessed", "boolean", "Whether a witness has signed it."),
    ),
    readers=("dpo",),
)
CONFLICT_DECISION = RunTable(
    "governance.conflict_decision",
    "What somebody decided of two planned events that can not go together; the newest row of a conflict counts. "
    "One row per decision.",
    (
        *_WRITTEN,
        ("territory", "string", "City of the conflict."),
        ("conflict_id", "string", "The conflict, as in marts.fct_event_conflict."),
        ("state", "string", "to_handle, handled or accepted."),
        ("reason", "string", "Why it is accepted: agreed, far_enough, apart_in_time or measures; else empty."),
        ("decided_by", "string", "Account of the person."),
        ("seen", "string", "Times and distance of the conflict when it was decided: of others it is not decided."),
    ),
    key="territory",
)
TABLES = (BATCH, GATE_RESULT, STEP, LINEAGE_EVENT, JOURNAL, JOURNAL_CHECKPOINT, CONFLICT_DECISION)


def create_sql(table: RunTable) -> str:
    """Return the CREATE TABLE of a table of runs."""
    bounded = [name for name, kind, _ in table.columns if kind in ("string", "timestamp") and name not in _NO_BOUNDS]
    properties = {
        "delta.checkpointInterval": str(CHECKPOINT_INTERVAL),
        "delta.dataSkippingStatsColumns": ",".join(name for name in bounded if name not in table.partitions),
    }
    rendered = ", ".join(f"'{name}' = '{value}'" for name, value in properties.items())
    columns = ", ".join(f"{quoted(name)} {declared}" for name, declared in _declared(table).items())
    return (
        f"CREATE TABLE IF NOT EXISTS {table.name} ({columns}) USING delta "
        f"PARTITIONED BY ({', '.join(table.partitions)}) "
        f"LOCATION '{delta.table_uri(table.name)}' "
        f"COMMENT {literal(table.comment)} TBLPROPERTIES ({rendered})"
    )


def make_tables() -> None:
    """Make the tables that do not exist yet, and add the columns that are new; at the start of the stack, alone."""
    from calanque.engines import spark

    for table in TABLES:
        if delta.last_commit(table.name) is None:
            delta.remove_uncommitted(table.name)
            lake().make_readable(delta.table_path(table.name), *table.readers)
            spark.rows(create_sql(table))
        else:
            spark.add_columns(table.name, _declared(table))


def _declared(table: RunTable) -> dict[str, str]:
    return {name: f"{kind} COMMENT {literal(text)}" for name, kind, text in table.columns}

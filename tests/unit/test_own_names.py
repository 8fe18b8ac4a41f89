"""A column never meets a name of ours in the SQL of a batch, whatever the partner or the contract calls it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify

from calanque.contracts import FeedContract, read_contract
from calanque.contracts.write import MergeWrite, SnapshotWrite
from calanque.formats import FORMATS, FormatOptions
from calanque.formats.base import CORRUPT, FILE, REASON, ROW_NUMBER
from calanque.ingest.repeats import quarantine_keys, quarantine_sql
from calanque.ingest.tables import bronze_columns, staged_columns
from calanque.ingest.typing_sql import GridNumbers, typing_sql
from calanque.ingest.write_sql import commit_sql, merge_sql, snapshot_sql
from calanque.places.territory import load_territory

GOOD = Path(__file__).parents[1] / "contracts" / "good.odcs.yaml"
GRID = GridNumbers("marseille", 2154, 879800.0, 6231400.0, 200, 138, 135, load_territory("marseille").bounding_box)
# Every name that stood in our SQL beside a partner's columns, and what a name can hold.
LANDING = (
    *("_n", "_file", "_corrupt", "_is_good", "_reasons", "_payload", "_row", "_batch_id", "_closed_at"),
    *("_null_markers", "t__v0", "T__V1", "n___n", "r___n", "w0__0", "w0__1", "p0__x", "p0__phi", "c1__", "reasons"),
    *("payload", "s", "a`b", "l'eau", "x y", "v0", "_c_", "date", "order"),
)
BRONZE = (
    *("reasons", "payload", "reason", "at", "differs", "there", "act", "closes", "takes", "rank", "copy", "known"),
    *("current_at", "current_order", "last", "closing", "s", "t", "k", "p", "n", "file", "row", "batch_id", "t__x"),
)
SINCE = "timestamp'2026-01-01 00:00:00'"


def contract_of(folder: Path, landing: tuple[str, ...], bronze: list[dict[str, Any]]) -> FeedContract:
    content = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    columns = [{"name": name, "classification": "open", "description": name} for name in landing]
    content["schema"][0]["properties"], content["schema"][1]["properties"] = columns, bronze
    next(item for item in content["customProperties"] if item["property"] == "isPersonal")["value"] = False
    path = folder / GOOD.name
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_contract(path)


def column(name: str, *sources: str, **more: Any) -> dict[str, Any]:
    shape = {"logicalType": "number", "physicalType": "double", "required": True, "classification": "open"}
    return {"name": name, "description": name, "transformSourceObjects": list(sources), **shape, **more}


def columns_of(select: exp.Expression, view: set[str]) -> set[str]:
    """Return the columns that a SELECT gives, none of which it may add to a `*` that has one of that name already."""
    inner = select.args["from_"].this
    below = view if isinstance(inner, exp.Table) else columns_of(inner.this, view)
    names = [item.alias_or_name.lower() for item in select.expressions if not isinstance(item, exp.Star)]
    assert len(set(names)) == len(names)
    if len(names) == len(select.expressions):
        return set(names)
    assert not below & set(names), "a name of ours is a column's"
    return below | set(names)


@pytest.mark.parametrize("is_personal", [False, True], ids=["open", "personal"])
def test_no_landing_column_meets_a_name_of_the_typing(tmp_path: Path, is_personal: bool) -> None:
    time = "to_utc_timestamp(try_to_timestamp(`_n`, 'dd/MM/yyyy HH:mm'), 'Europe/Paris')"
    made = [
        column("at", "_n", logicalType="timestamp", physicalType="timestamp", transformLogic=time),
        *(column(f"v{at}", name) for at, name in enumerate(LANDING)),
        column("x_m", "_n", "_file", customProperties=[{"property": "projected", "value": "x_m"}]),
    ]
    contract = contract_of(tmp_path, LANDING, made).model_copy(update={"is_personal": is_personal})
    view = [name.lower() for name in (*LANDING, CORRUPT, REASON, FILE, ROW_NUMBER)]
    assert len(set(view)) == len(view)
    given = columns_of(parse_one(typing_sql(contract, "v", GRID, check_encoding=True), read="spark"), set(view))
    kept = {name.lower() for name in (FILE, ROW_NUMBER)}
    assert given == {item["name"] for item in made} | {"_is_good", "_reasons", "_payload"} | kept


class _Read:
    """Stands for the session and its frame, and keeps the columns that a format asks of them."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return self.mapped if name == "mapInPandas" else self

    def __call__(self, *_arguments: Any, **_options: Any) -> "_Read":
        return self

    def schema(self, text: str) -> "_Read":
        self.names = [
            item.name.lower() for item in parse_one(f"CREATE TABLE x ({text})", read="spark").this.expressions
        ]
        return self

    def mapped(self, _read: Any, text: str) -> "_Read":
        return self.schema(text)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS.keys())
def test_no_landing_column_meets_a_name_of_the_reading(form: type[FormatOptions]) -> None:
    said = {"type": "csv", "delimiter": ",", "encoding": "UTF-8", "multiline": False, "record": "rows/row"}
    options = form.model_validate(
        {key: value for key, value in said.items() if key in form.model_fields}
        | {"type": form.model_fields["type"].annotation.__args__[0]}
    )
    read: Any = _Read()
    options.frame(read, ("one", *LANDING, "not_declared"), set(LANDING), ["file"])
    assert {name.lower() for name in LANDING} <= set(read.names)
    assert len(set(read.names)) == len(read.names)


SNAPSHOT = SnapshotWrite(mode="snapshot", key=("s", "reasons"))
MERGE = MergeWrite.model_validate({"mode": "merge", "key": ("s", "at"), "order_by": "t"})


@pytest.mark.parametrize("write", [SNAPSHOT, MERGE], ids=["snapshot", "merge"])
def test_no_bronze_column_meets_a_name_of_the_writing(tmp_path: Path, write: SnapshotWrite | MergeWrite) -> None:
    contract = contract_of(tmp_path, ("x",), [column(name, "x") for name in BRONZE])
    contract = contract.model_copy(update={"write": write})
    staged = dict.fromkeys([*staged_columns(contract), FILE, ROW_NUMBER], "string")
    changes = dict.fromkeys([*staged_columns(contract), "_act", "_closes"], "string")
    tables = {"bronze": {"good": bronze_columns(contract)}, "x": {"staged": staged, "changes": changes}}
    found = merge_sql(contract, write, "x.staged", SINCE) if isinstance(write, MergeWrite) else None
    texts = (
        found or snapshot_sql(contract, write, "x.staged"),
        quarantine_sql(contract, quarantine_keys(contract), "x.staged"),
    )
    for text in texts:
        # Raises for a name that two relations have.
        qualify(parse_one(text, read="spark"), schema=tables, dialect="spark", validate_qualify_columns=True)
    assert set(qualify(parse_one(texts[0], read="spark"), schema=tables, dialect="spark").named_selects) == set(changes)
    parse_one(commit_sql(contract, "x.changes", "b", SINCE), read="spark")

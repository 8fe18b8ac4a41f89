"""What is longer than any row is refused in one pass over the bytes, before an engine or a sample holds it."""

import gzip
import json
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from calanque.contracts.model import FileFormat
from calanque.errors import CalanqueError
from calanque.formats import base
from calanque.formats.base import UnreadableError
from calanque.formats.reading import columns_of
from calanque.settings import Settings

RECORD_BYTES = 16 * 1024**2
LONG = "x" * (RECORD_BYTES + 1)
CSV = {"type": "csv", "delimiter": ",", "encoding": "UTF-8"}
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "csv": (CSV | {"multiline": False}, f"a,b\n1,2\n3,{LONG}\n5,6\n", r"line longer than 16 MiB \(its line 3\)"),
    "csv-quoted": (CSV | {"multiline": False}, f'a,b\n1,"{LONG}"\n', r"line longer than 16 MiB \(its line 2\)"),
    "csv-without-ends": (CSV | {"multiline": False}, "a,b\n" + "1,2 " * (RECORD_BYTES // 3), "line longer than 16 MiB"),
    "csv-lines": (CSV | {"multiline": True}, 'a,b\n1,"' + "x\n" * RECORD_BYTES + '"\n', "value longer than 16 MiB"),
    "csv-never-closed": (CSV | {"multiline": True}, 'a,b\n1,"' + "x\n" * RECORD_BYTES, "value longer than 16 MiB"),
    "json": ({"type": "json"}, f'[{{"a": 1}}, {{"a": "{LONG}"}}]', "value longer than 16 MiB"),
    "geojson-beside": (
        {"type": "geojson"},
        f'{{"type": "FeatureCollection", "name": "{LONG}", "features": []}}',
        "value longer than 16 MiB",
    ),
    "jsonl": ({"type": "jsonl"}, f'{{"a": 1}}\n{{"a": "{LONG}"}}\n', "line longer than 16 MiB"),
    "xml": ({"type": "xml", "record": "r/i"}, f"<r><i><a>1</a></i><i><a>{LONG}</a></i></r>", "longer than 16 MiB"),
    "xml-attribute": ({"type": "xml", "record": "r/i"}, f'<r><i a="{LONG}{LONG}"/></r>', "longer than 16 MiB"),
}


@pytest.mark.parametrize(("written", "text", "sentence"), CASES.values(), ids=CASES.keys())
def test_a_row_or_value_longer_than_any_is_a_refused_file(
    written: dict[str, Any], text: str, sentence: str, tmp_path: Path
) -> None:
    form = TypeAdapter(FileFormat).validate_python(written)
    (path := tmp_path / "a.txt").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableError, match=sentence):
        form.look(path)


def parquet(values: list[str], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"a": ["1"] * len(values), "b": values}), path)


def workbook(values: list[str], path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["a", "b"], *(["1", value] for value in values)):
        book.active.append(row)
    book.save(path)


WRITERS: dict[str, Any] = {
    "csv": (CSV | {"multiline": False}, lambda values, path: path.write_text("a,b\n1," + "\n1,".join(values) + "\n")),
    "csv-rows": (
        CSV | {"multiline": True},
        lambda values, path: path.write_text("a,b\n" + "".join(f'"{value}\n",{value}\n' for value in values)),
    ),
    "json": ({"type": "json"}, lambda values, path: path.write_text(json.dumps([{"a": value} for value in values]))),
    "jsonl": (
        {"type": "jsonl"},
        lambda values, path: path.write_text("\n".join(f'{{"a": "{one}"}}' for one in values)),
    ),
    "xml": (
        {"type": "xml", "record": "r/i"},
        lambda values, path: path.write_text("<r>" + "".join(f"<i><a>{one}</a></i>" for one in values) + "</r>"),
    ),
    "parquet": ({"type": "parquet"}, parquet),
    "xlsx": ({"type": "xlsx"}, workbook),
}


@pytest.mark.parametrize(("written", "write"), WRITERS.values(), ids=WRITERS.keys())
def test_a_contract_and_a_setting_say_how_long_a_row_may_be(
    written: dict[str, Any], write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    write(["x", "y" * 3000, "z"], path)

    def judged(**options: Any) -> Any:
        return TypeAdapter(FileFormat).validate_python(written | options).facts(path)

    assert judged().row_count in (3, None)
    with pytest.raises(UnreadableError, match=r"longer than 2,000 bytes.*: .*; bounds: \{rowBytes\} in fileFormat"):
        judged(bounds={"rowBytes": 2000})
    is_wide = len(judged().header) > 1
    with pytest.raises(UnreadableError, match="more than 1 columns") if is_wide else nullcontext():
        judged(bounds={"columns": 1})
    monkeypatch.setattr(base, "settings", lambda: Settings(row_bytes=2000))
    with pytest.raises(UnreadableError, match="longer than 2,000 bytes"):
        judged()
    assert judged(bounds={"rowBytes": 8000}).row_count in (3, None)


@pytest.mark.parametrize("bounds", [{"rowBytes": 1}, {"rowBytes": 1024**3}, {"columns": 0}, {"lines": 5}])
def test_a_bound_has_bounds_and_no_other_names(bounds: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(FileFormat).validate_python({"type": "json", "bounds": bounds})


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_so_is_one_inside_an_archive(kind: str, tmp_path: Path) -> None:
    form = TypeAdapter(FileFormat).validate_python(CSV | {"multiline": True, "container": {"type": kind}})
    path = tmp_path / f"a.{kind}"
    # What shrinks beyond belief is refused for that.
    text = "a,b\n" + ",".join(f"{number:x}" for number in range(3_000_000))
    if kind == "gzip":
        path.write_bytes(gzip.compress(text.encode(), 1))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("a.csv", text)
    with pytest.raises(CalanqueError, match="longer than 16 MiB"):
        columns_of(path, form)


def test_values_as_long_as_a_row_may_be_are_read(tmp_path: Path) -> None:
    form = TypeAdapter(FileFormat).validate_python(CSV | {"multiline": False})
    (path := tmp_path / "a.csv").write_text(f"a,b\n1,{LONG[:-100]}\n2,3\n", encoding="utf-8")
    assert form.look(path).row_count == 2


PROGRAM = """
import re, sys
from pathlib import Path
from calanque.contracts import load_contract
from calanque.errors import CalanqueError
from calanque.ingest.sample import sample_file
try:
    sample_file(load_contract("toronto_incidents"), Path(sys.argv[1]), 2000, 1)
except CalanqueError as error:
    print(error)
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_a_value_of_200_mb_is_a_sentence_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(200):
            file.write(b"x" * 1024**2)
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True)
    sentence, megabytes = done.stdout.splitlines()
    assert sentence.startswith("a.csv has a line longer than 16 MiB")
    assert int(megabytes) < 500

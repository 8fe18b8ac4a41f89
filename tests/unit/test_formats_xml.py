"""XML by tables: which columns a record has, what is refused in a sentence, and that a file is never held whole."""

import io
import json
import traceback
import tracemalloc
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from fetched import fetch_dropped
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from calanque.contracts import load_contract
from calanque.errors import RefusedBatchError
from calanque.formats import FileFormat, UnreadableError
from calanque.formats.base import Bounds
from calanque.formats.xml_ import XmlFormat
from calanque.ingest.fetch import describe_file

DETECTIONS = load_contract("marseille_detections").model_copy(update={"unknown_columns": "ignore"})
OBJECT = "MetadataStream/VideoAnalytics/Frame/Object"
HEAD = b'<?xml version="1.0" encoding="%s"?>'


def xml(record: str = "r/row", keeps: bool = False) -> XmlFormat:
    return XmlFormat(type="xml", record=record, keeps_empty_parents=keeps)


def read(content: bytes, form: XmlFormat | None = None) -> list[Any]:
    return list((form or xml()).parse(io.BytesIO(content)))


def looked(tmp_path: Path, content: bytes, form: XmlFormat | None = None) -> Any:
    (tmp_path / "a.xml").write_bytes(content)
    return describe_file(tmp_path / "a.xml", form or xml())


FRAMES = b"""<s><f t="1" id="a"><o id="7"/><o id="8"><p f.t="x"/></o></f><f t="2"/><f t="3"><x/><o/></f></s>"""


def test_what_a_record_stands_in_is_told_and_its_own_name_goes_first() -> None:
    assert read(FRAMES, xml("s/f/o")) == [
        {"f.t": "1", "f.id": "a", "id": "7"},
        {"f.t": "1", "f.id": "a", "id": "8", "p.f.t": "x"},
        {"f.t": "3"},
    ]
    assert read(b"<f t='1'><f t='2'><o f.t='3'/><o/></f></f>", xml("f/f/o")) == [{"f.t": "3"}, {"f.t": "2"}]


def test_what_could_hold_records_and_holds_none_is_a_row_where_the_contract_asks() -> None:
    rows = read(FRAMES, xml("s/f/o", keeps=True))
    assert [row["f.t"] for row in rows] == ["1", "1", "2", "3"] and "id" not in rows[2]


LONG = {
    "text": (b"<r><row>" + b"x" * 3000, "a record longer than"),
    "parts": (b"<r><row>" + b"<a/>" * 800, "a record longer than"),
    "tag": (b"<r><row a='" + b"x" * 3000, "a tag or a comment longer than"),
    "comment": (b"<r><!--" + b"x" * 3000, "a tag or a comment longer than"),
}


@pytest.mark.parametrize(("content", "why"), LONG.values(), ids=LONG.keys())
def test_a_record_has_a_bound(content: bytes, why: str, tmp_path: Path) -> None:
    bounded = xml().model_copy(update={"bounds": Bounds(row_bytes=2000)})
    with pytest.raises(UnreadableError, match=why):
        looked(tmp_path, content, bounded)


class Endless(io.RawIOBase):
    """A file of many records that is never in memory."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._head = b"<r>"

    def read(self, _size: int = -1) -> bytes:
        if self._left < 0:
            return b""
        head, self._head, self._left = self._head, b"", self._left - 1
        return head + (b"<row a='1'><b>" + b"x" * 900 + b"</b></row>") * 250 if self._left >= 0 else b"</r>"


def test_a_file_is_read_in_bounded_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in xml().parse(Endless(count))) == 250 * count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(24) < 1.5 * peak(4)


NAMES = st.text("abcdefXYZ_", min_size=1, max_size=8)
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
TEXTS = st.none() | st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
TREES: Any = st.recursive(TEXTS, lambda below: st.dictionaries(NAMES, below, min_size=1, max_size=4), max_leaves=12)


def as_xml(name: str, tree: Any) -> str:
    if not isinstance(tree, dict):
        return f"<{name}>{escape(tree or '')}</{name}>"
    leaves = {key: value for key, value in list(tree.items())[::2] if not isinstance(value, dict)}
    attributes = "".join(f" {key}={quoteattr(value or '')}" for key, value in leaves.items())
    rest = "".join(as_xml(key, value) for key, value in tree.items() if key not in leaves)
    return f"<{name}{attributes}>\n  {rest}\n</{name}>"


@given(st.lists(st.dictionaries(NAMES, TREES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_the_same_objects_are_the_same_rows_in_xml_and_in_json(objects: list[dict[str, Any]]) -> None:
    written = f"<r>{''.join(as_xml('row', one) for one in objects)}</r>".encode()
    json_form: Any = TypeAdapter(FileFormat).validate_python({"type": "json"})
    assert read(written) == list(json_form.parse(io.BytesIO(json.dumps(objects).encode())))


@pytest.mark.parametrize("path", ["", "/r/row", "r//row", "r/ row", "r/row/"])
def test_a_path_goes_from_the_root_by_names(path: str) -> None:
    with pytest.raises(ValidationError, match="record"):
        xml(path)


SAMPLE = "onvif-schemas/sample-videoanalytics-metadata.xml"
RECORDS_OF_PERSONS = (OBJECT, OBJECT.removesuffix("/Object"), f"{OBJECT}/Appearance/Class/Type")
REAL = {
    **{
        f"onvif-{path[-6:]}": (SAMPLE, {"type": "xml", "record": path}, "file has a column about 'face'")
        for path in RECORDS_OF_PERSONS
    },
    "baac-persons": ("toulouse-baac/usagersGPS31.geojson", {"type": "geojson"}, "file has a column about 'sexe'"),
    # Its places are looked at before its columns.
    "baac-accidents": ("paris-baac-iris/accidents2019_paris.geojson", {"type": "geojson"}, "is in EPSG:2154"),
}


@pytest.mark.parametrize(("name", "written", "sentence"), REAL.values(), ids=REAL.keys())
def test_real_files_that_describe_persons_are_refused_at_the_door(
    name: str, written: dict[str, Any], sentence: str, shared: Path, tmp_path: Path
) -> None:
    """Whatever the contract says: not one of their bytes is landed, and the sentence quotes none of their values."""
    form = TypeAdapter(FileFormat).validate_python(written)
    with pytest.raises(RefusedBatchError, match=f"nothing was landed: a {sentence}") as raised:
        fetch_dropped(tmp_path, DETECTIONS, "a", (shared / name).read_bytes(), file_format=form)
    told = "".join(traceback.format_exception(raised.value))
    values = ("Male", "Human'", "LongSleeve", "Shorts", "Backpack", "MyClassifier", "0.8", "1983", "Féminin", "202200")
    assert not [value for value in values if value in told]


def test_the_real_sample_without_what_describes_a_person_is_read(shared: Path, tmp_path: Path) -> None:
    text = (shared / SAMPLE).read_text(encoding="utf-8")
    start, end = text.index("<tt:HumanFace>"), text.index("</tt:HumanBody>") + len("</tt:HumanBody>")
    (tmp_path / "a.xml").write_text(text[:start] + text[end:], encoding="utf-8")
    (row,) = XmlFormat(type="xml", record=OBJECT).parse((tmp_path / "a.xml").open("rb"))
    assert not isinstance(row, str)
    wanted = {"Frame.UtcTime": "2021-10-05T15:13:27.321", "Frame.Source": "MyClassifier", "ObjectId": "15"}
    wanted |= {"Appearance.Class.Type": "Human", "Appearance.Class.Type.Likelihood": "0.8"}
    assert row.items() >= wanted.items()
    facts = describe_file(tmp_path / "a.xml", XmlFormat(type="xml", record=OBJECT))
    assert "/MetadataStream/VideoAnalytics/Frame/Transformation/Scale/x" in facts.header

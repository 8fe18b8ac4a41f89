"""XML by tables: which columns a record has, what is refused in a sentence, and that a file is never held whole."""

import io
import json
import shutil
import traceback
import tracemalloc
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from calanque.contracts import load_contract
from calanque.errors import RefusedBatchError
from calanque.formats import FileFormat, UnreadableError, guess
from calanque.formats.xml_ import XmlFormat
from calanque.ingest.fetch import describe_file, fetch_batch
from calanque.sources import Errand
from calanque.sources.drop import DropSource

OBJECT = "MetadataStream/VideoAnalytics/Frame/Object"
HEAD = b'<?xml version="1.0" encoding="%s"?>'


def xml(record: str = "r/row", keeps: bool = False) -> XmlFormat:
    return XmlFormat(type="xml", record=record, keeps_empty_parents=keeps)


def read(content: bytes, form: XmlFormat | None = None) -> list[Any]:
    return list((form or xml()).parse(io.BytesIO(content)))


def looked(tmp_path: Path, content: bytes, form: XmlFormat | None = None) -> Any:
    (tmp_path / "a.xml").write_bytes(content)
    return describe_file(tmp_path / "a.xml", form or xml())


RECORDS: dict[str, tuple[bytes, Any]] = {
    "attribute-and-child": (b"<r><row a='1'><b>2</b></row></r>", {"a": "1", "b": "2"}),
    "text-beside-an-attribute": (b"<r><row><t p='0.8'>Human</t></row></r>", {"t": "Human", "t.p": "0.8"}),
    "nested": (b"<r><row><a><b><c>1</c></b></a></row></r>", {"a.b.c": "1"}),
    "record-is-text": (b"<r><row>x</row></r>", {"row": "x"}),
    "blank": (b"<r><row><a/><b> \n </b><c d=''/></row></r>", {"a": None, "b": None, "c.d": None}),
    "layout": (b"<r>\n <row>\n  <a>\n x  y \n</a>\n </row>\n</r>", {"a": "x  y"}),
    "cdata-and-entities": (b"<r><row><a>1 &lt; <![CDATA[2 & 3]]>&#233;</a></row></r>", {"a": "1 < 2 & 3é"}),
    "comment-and-instruction": (b"<r><!-- x --><row><?x y?><a>1<!-- -->2</a></row></r>", {"a": "12"}),
    "several": (b"<r><row><a>1</a><a/><a p='2'>x</a></row></r>", {"a": '["1",null,{"#text":"x","p":"2"}]'}),
    "attribute-as-child": (b"<r><row a='1'><a>2</a></row></r>", {"a": '["1","2"]'}),
    "above": (b"<r v='0' w=''><row a='1'/></r>", {"r.v": "0", "r.w": None, "a": "1"}),
    "namespaces": (b"<r xmlns='urn:a' xmlns:b='urn:b'><row b:c='1'><b:d>2</b:d></row></r>", {"c": "1", "d": "2"}),
    "markup": (
        b"<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:schemaLocation='x'><row i:type='y' a='1'/></r>",
        {"a": "1"},
    ),
    "two-values-one-name": (b"<r><row a.b='1'><a><b>2</b></a></row></r>", '{"a.b":"1","a":{"b":"2"}}'),
    "same-element-below": (b"<r><row a='1'><row a='2'/></row></r>", {"a": "1", "row.a": "2"}),
    "utf-16": ("<r><row a='é'/></r>".encode("utf-16"), {"a": "é"}),
    "latin": (HEAD % b"ISO-8859-1" + "<r><row a='é'/></r>".encode("latin-1"), {"a": "é"}),
    "windows": (HEAD % b"Windows-1252" + "<r><row a='€'/></r>".encode("cp1252"), {"a": "€"}),
    "mark-before-declaration": (b"\xef\xbb\xbf" + HEAD % b"utf-8" + "<r><row a='é'/></r>".encode(), {"a": "é"}),
}


@pytest.mark.parametrize(("content", "expected"), RECORDS.values(), ids=RECORDS.keys())
def test_a_record_has_these_columns(content: bytes, expected: Any) -> None:
    assert read(content) == [expected]


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


COUNTS = {
    "cut-in-a-record": (b"<r><row a='1'/><row a='2'><b>", 1, True),
    "cut-in-a-tag": (b"<r><row a='1'/><row a", 1, True),
    "cut-in-a-letter": ("<r><row a='1'/><row a='é".encode()[:-1], 1, True),
    "cut-in-cdata": (b"<r><row a='1'/><row><![CDATA[x", 1, True),
    "cut-between": (b"<r><row a='1'/>\n", 1, True),
    "empty": (b"", 0, False),
    "blank": (b" \n", 0, False),
    "no-record": (b"<r></r>", 0, False),
    "what-is-no-row": (b"<r><row a.b='1'><a><b>2</b></a></row><row c='1'/></r>", 2, False),
}


@pytest.mark.parametrize(("content", "count", "is_cut"), COUNTS.values(), ids=COUNTS.keys())
def test_records_are_counted_and_an_early_end_is_seen(content: bytes, count: int, is_cut: bool, tmp_path: Path) -> None:
    found = looked(tmp_path, content)
    assert (found.row_count, found.is_cut, found.is_decodable) == (count, is_cut, True)
    assert len(read(content)) == count


BOMB = b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
REFUSED = {
    "doctype": (b"<!DOCTYPE r><r><row/></r>", "has a DOCTYPE"),
    "laughs": (b"<!DOCTYPE r [<!ENTITY l0 'ha'>" + BOMB + b"]><r><row>&l9;</row></r>", "has a DOCTYPE"),
    "file": (b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r><row>&x;</row></r>", "has a DOCTYPE"),
    "other-file": (b"<!DOCTYPE r SYSTEM 'http://example.org/a.dtd'><r/>", "has a DOCTYPE"),
    "entity": (b"<r><row>Marie &x;</row></r>", "not well-formed XML at its line 1"),
    "broken": (b"<r>\n<row><a>Marie</b></row></r>", "not well-formed XML at its line 2"),
    "two-roots": (b"<r><row a='1'/></r><r/>", "not well-formed XML"),
    "prefix": (b"<r><x:row a='Marie'/></r>", "not well-formed XML"),
    "text": (b"a,b\n1,2\n", "not well-formed XML"),
    "null": (b"<r><row>Marie\0</row></r>", "not well-formed XML"),
    "bytes": ("<r><row>Marié</row></r>".encode("latin-1"), "has bytes that are not UTF-8"),
    "said-bytes": (HEAD % b"ascii" + "<r><row>Marié</row></r>".encode(), "has bytes that are not ASCII"),
    "encoding": (HEAD % b"zip" + b"<r/>", "is in an encoding that is not read: ask for it in UTF-8"),
    "path": (b"<rows><row/></rows>", "has no element r/row: correct record"),
    "deep": (b"<r><row>" + b"<a>" * 200, "is XML nested too deep"),
    "names": (b"<r><row>" + b"".join(b"<a%d/>" % n for n in range(2001)) + b"</row></r>", "more than 2000 names"),
    "names-beside": (b"<r><row/>" + b"".join(b"<a%d/>" % n for n in range(2001)) + b"</r>", "more than 2000 names"),
    "long-name": (b"<r><row " + b"a" * 201 + b"='1'/></r>", "a name of more than 200 characters"),
    "gzip": (b"\x1f\x8b\x08", r"write container: \{type: gzip\}"),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_file_of_data_is_refused_in_a_sentence_without_a_value(
    content: bytes, why: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableError, match=f"^a.xml .*{why}") as raised:
        looked(tmp_path, content)
    assert "\n" not in str(raised.value)
    assert "Mari" not in "".join(traceback.format_exception(raised.value))


LONG = {
    "text": (b"<r><row>" + b"x" * 3000, "a record longer than"),
    "parts": (b"<r><row>" + b"<a/>" * 800, "a record longer than"),
    "tag": (b"<r><row a='" + b"x" * 3000, "a tag or a comment longer than"),
    "comment": (b"<r><!--" + b"x" * 3000, "a tag or a comment longer than"),
}


@pytest.mark.parametrize(("content", "why"), LONG.values(), ids=LONG.keys())
def test_a_record_has_a_bound(content: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calanque.formats.xml_stream.RECORD_BYTES", 2000)
    with pytest.raises(UnreadableError, match=why):
        looked(tmp_path, content)


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
    assert peak(100) < 1.5 * peak(4)


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


PATHS = {
    "rows": (b"<a><b x='1'/><b x='2'/></a>", "a/b"),
    "text-rows": (b"<a><b>1</b><b>2</b></a>", "a/b"),
    "containers": (b"<s><v><f t='1'><o/><o/></f><f t='2'/></v><v><f t='3'/></v></s>", "s/v/f"),
    "one": (b"<a><b x='1'/></a>", "a/b"),
    "root": (b"<a/>", "a"),
    "cut": (b"<a><b><x>1</x></b><b><x>1</x></b><b", "a/b"),
    "utf-16": ("<a><b x='1'/><b x='2'/></a>".encode("utf-16"), "a/b"),
    "doctype": (b"<!DOCTYPE a><a/>", "record"),
}


@pytest.mark.parametrize(("content", "path"), PATHS.values(), ids=PATHS.keys())
def test_a_file_says_which_elements_are_its_records(content: bytes, path: str, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    assert guess(tmp_path / "a.xml").model_dump(exclude_defaults=True) == {"type": "xml", "record": path}


@pytest.mark.parametrize("path", ["", "/r/row", "r//row", "r/ row", "r/row/"])
def test_a_path_goes_from_the_root_by_names(path: str) -> None:
    with pytest.raises(ValidationError, match="record"):
        xml(path)


def fetched(tmp_path: Path, file: Path, form: Any) -> Any:
    drop, work_dir = tmp_path / "drop", tmp_path / "work"
    for folder in (drop, work_dir):
        folder.mkdir()
    shutil.copy(file, drop)
    update = {"source": DropSource(kind="drop", pattern="*"), "file_format": form, "unknown_columns": "ignore"}
    contract = load_contract("marseille_detections").model_copy(update=update)
    return fetch_batch(contract, Errand("f", None, drop, work_dir))


REAL = {
    "onvif": ("onvif-schemas/sample-videoanalytics-metadata.xml", {"type": "xml", "record": OBJECT}, "face"),
    "onvif-frames": (
        "onvif-schemas/sample-videoanalytics-metadata.xml",
        {"type": "xml", "record": OBJECT.removesuffix("/Object")},
        "face",
    ),
    "onvif-other-records": (
        "onvif-schemas/sample-videoanalytics-metadata.xml",
        {"type": "xml", "record": f"{OBJECT}/Appearance/Class/Type"},
        "face",
    ),
    "baac-persons": ("toulouse-baac/usagersGPS31.geojson", {"type": "geojson"}, "sexe"),
    "baac-accidents": ("paris-baac-iris/accidents2019_paris.geojson", {"type": "geojson"}, "sexe"),
}


@pytest.mark.parametrize(("name", "written", "word"), REAL.values(), ids=REAL.keys())
def test_real_files_that_describe_persons_are_refused_at_the_door(
    name: str, written: dict[str, Any], word: str, shared: Path, tmp_path: Path
) -> None:
    """Whatever the contract says: not one of their bytes is landed, and the sentence quotes none of their values."""
    form = TypeAdapter(FileFormat).validate_python(written)
    with pytest.raises(RefusedBatchError, match=f"nothing was landed: a file has a column about '{word}'") as raised:
        fetched(tmp_path, shared / name, form)
    told = "".join(traceback.format_exception(raised.value))
    values = ("Male", "Human'", "LongSleeve", "Shorts", "Backpack", "MyClassifier", "0.8", "1983", "Féminin", "202200")
    assert not [value for value in values if value in told]


def test_the_real_sample_without_what_describes_a_person_is_read(shared: Path, tmp_path: Path) -> None:
    text = (shared / "onvif-schemas" / "sample-videoanalytics-metadata.xml").read_text(encoding="utf-8")
    start, end = text.index("<tt:HumanFace>"), text.index("</tt:HumanBody>") + len("</tt:HumanBody>")
    (tmp_path / "a.xml").write_text(text[:start] + text[end:], encoding="utf-8")
    (row,) = XmlFormat(type="xml", record=OBJECT).parse((tmp_path / "a.xml").open("rb"))
    assert not isinstance(row, str)
    wanted = {"Frame.UtcTime": "2021-10-05T15:13:27.321", "Frame.Source": "MyClassifier", "ObjectId": "15"}
    wanted |= {"Appearance.Class.Type": "Human", "Appearance.Class.Type.Likelihood": "0.8"}
    assert row.items() >= wanted.items()
    facts = describe_file(tmp_path / "a.xml", XmlFormat(type="xml", record=OBJECT))
    assert "/MetadataStream/VideoAnalytics/Frame/Transformation/Scale/x" in facts.header

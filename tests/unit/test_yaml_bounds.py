"""No file that a person puts among contracts stops their reader: each is wrong by itself, in a sentence."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from calanque.contracts import Folders, read_contracts
from calanque.engines import airflow_feeds
from calanque.errors import CalanqueError
from calanque.yaml_file import LARGEST_BYTES, mapping_of

GOOD = Path(__file__).parents[1] / "contracts" / "good.odcs.yaml"
LEVELS = "abcdefghi"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in pairwise(LEVELS)
)
HOSTILE = {
    "aliases": (BOMB.encode(), "line 1 has an anchor or alias"),
    "one-anchor": (b"id: x\nname: &n y\n", "line 2 has an anchor or alias"),
    "unknown-alias": (b"id: *x\n", "line 1 has an anchor or alias"),
    "merge-key": (b"id:\n  <<: {b: 1}\n", "line 2 has a merge key"),
    "tag": (b"id: !!python/object/apply:os.system [ls]\n", "line 1 has a tag"),
    "own-tag": (b"id: !x y\n", "line 1 has a tag"),
    "two-documents": (b"id: 1\n---\nid: 2\n", "line 2 has a second document"),
    "levels": (b"".join(b" " * level + b"a:\n" for level in range(200)), "more than 50 levels"),
    "flow-levels": (b"a: " + b"[" * 100_000, "maximum nesting depth"),
    "values": (b"a: [" + b"1," * 100_000 + b"]", "more than 50,000 values"),
    "latin-1": (b"id: x\nname: caf\xe9\n", "line 2 is not UTF-8"),
    "utf-16": ("id: x".encode("utf-16"), "line 1 is not UTF-8"),
    "nul": (b"id: \x00\n", "not readable as YAML"),
    "digits": (b"id: " + b"9" * 9_000, "not readable as YAML"),
    "no-such-day": (b"id: 2001-99-99\n", "not readable as YAML"),
    "key-of-keys": (b"? [a]\n: 1\n", "a key must be one value"),
    "key-twice": (b"id: 1\nid: 2\n", "'id' is written twice"),
    "a-list": (b"- id\n", "must be a mapping"),
    "nothing": (b"", "must be a mapping"),
}


@pytest.mark.parametrize(("text", "sentence"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_more_than_plain_yaml_is_a_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(CalanqueError, match=sentence):
        mapping_of("f.yml", text)


def test_a_mark_of_utf_8_and_words_with_signs_are_plain() -> None:
    assert mapping_of("f.yml", b"\xef\xbb\xbfid: 'a & b * c ! <<'\n") == {"id": "a & b * c ! <<"}
    assert len(mapping_of("f.yml", b"".join(b"k%d: 1\n" % number for number in range(20_000)))) == 20_000


def test_of_a_folder_of_hostile_files_every_right_contract_is_read_and_each_other_is_a_dag_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(name: str | bytes, text: bytes = b"") -> Path:
        path = tmp_path / f"{os.fsdecode(name)}.odcs.yaml"
        path.write_bytes(text)
        return path

    put("good", GOOD.read_bytes())
    put("bomb", BOMB.encode())
    put("large", b"#" * (LARGEST_BYTES + 1))
    put("\U0001f600 x")
    put(b"caf\xe9")
    put("n" * 240)
    (tmp_path / "folder.odcs.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.odcs.yaml")
    (tmp_path / "endless.odcs.yaml").symlink_to("/dev/zero")
    (tmp_path / "itself.odcs.yaml").symlink_to("itself.odcs.yaml")
    (tmp_path / "nowhere.odcs.yaml").symlink_to("nowhere")
    folders = Folders(contracts=tmp_path)
    right, wrong = read_contracts(folders)
    assert [*right] == ["good"]
    assert len(wrong) == 10
    assert "is not a file" in str(wrong["pipe"])
    assert "is larger than 1,000,000 bytes" in str(wrong["large"])
    monkeypatch.setattr(airflow_feeds, "Folders", lambda: folders)
    for name, error in wrong.items():
        airflow_feeds.declare_wrong_feed(name, error)

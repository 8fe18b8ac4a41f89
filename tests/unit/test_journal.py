"""The journal without a lake: its tree against published roots, its notes and exports, and each way to tamper."""

import base64
import hashlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calanque.errors import CalanqueError
from calanque.journal import events, spool
from calanque.journal.log import Act
from calanque.journal.notes import LOG, WITNESS, Checkpoint, Signer, Verifier, read_checkpoint, signed_checkpoint
from calanque.journal.tiles import WIDTH, tile_path, write_export
from calanque.journal.tree import grown, leaf_hash, root_of, tree_root
from calanque.journal.verify import verify_export
from calanque.journal.witness import PUBLIC, make, witness

# Entries of Certificate Transparency's own tests, and the roots that it published for the first n of them.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LOG_KEY, OTHER = Signer.read("here.journal", LOG, b"l" * 32), Signer.read("here.journal", LOG, b"o" * 32)


def defined(entries: list[bytes]) -> bytes:
    """Return the root as RFC 6962 defines it, by halves: nothing of this project is asked."""
    if len(entries) < 2:
        return hashlib.sha256(b"\0" + entries[0]).digest() if entries else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return hashlib.sha256(b"\1" + defined(entries[:half]) + defined(entries[half:])).digest()


def test_roots_are_the_published_ones() -> None:
    entries = [bytes.fromhex(text) for text in ENTRIES]
    assert [tree_root([*map(leaf_hash, entries[:size])]).hex() for size in range(1, 9)] == ROOTS
    assert [defined(entries[:size]).hex() for size in range(1, 9)] == ROOTS
    assert tree_root([]) == defined([])


@given(st.lists(st.binary(max_size=3), max_size=70), st.data())
def test_a_tree_that_grows_in_parts_has_the_root_of_the_whole(entries: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(entries)))
    size, edge = grown(0, [], map(leaf_hash, entries[:cut]))
    size, edge = grown(size, edge, map(leaf_hash, entries[cut:]))
    assert (size, root_of(edge)) == (len(entries), defined(entries))
    assert len(edge) == size.bit_count()


# --- notes


def test_a_note_is_written_as_c2sp_says() -> None:
    note = signed_checkpoint(Checkpoint("here.journal", 3, b"r" * 32), LOG_KEY)
    text, _, signature = note.partition("\n\n")
    assert text == f"here.journal\n3\n{base64.b64encode(b'r' * 32).decode()}"
    dash, name, packed = signature.rstrip("\n").split(" ")
    content = base64.b64decode(packed)
    public = LOG_KEY.key.public_key().public_bytes_raw()
    assert (dash, name, len(content)) == ("\u2014", "here.journal", 4 + 64)
    assert content[:4] == hashlib.sha256(b"here.journal\n\x01" + public).digest()[:4]
    LOG_KEY.key.public_key().verify(content[4:], f"{text}\n".encode())
    assert Verifier.read(str(LOG_KEY.verifier())) == Verifier.read(f"{LOG_KEY.verifier()}\n")


def test_a_witness_signs_the_note_and_the_time() -> None:
    seen = Signer.read("dpo", WITNESS, b"w" * 32)
    note = signed_checkpoint(Checkpoint("here.journal", 3, b"r" * 32), LOG_KEY)
    line = seen.signed(note.partition("\n\n")[0] + "\n", at=1_800_000_000)
    assert seen.verifier().seen_at(note + line) == 1_800_000_000 and seen.verifier().seen_at(note) is None
    assert read_checkpoint(note + line, LOG_KEY.verifier()).size == 3
    later = base64.b64decode(line.split(" ")[2])
    forged = base64.b64encode(later[:4] + (1_900_000_000).to_bytes(8, "big") + later[12:]).decode()
    assert seen.verifier().seen_at(f"{note}\u2014 dpo {forged}\n") is None


@pytest.mark.parametrize("text", ["", "a+b", "dpo+00000000+AAAA", str(LOG_KEY.verifier()).replace("here", "there")])
def test_what_is_no_key_ends_in_a_sentence(text: str) -> None:
    with pytest.raises(CalanqueError, match="public key"):
        Verifier.read(text)


# --- exports

SIZE = 2 * WIDTH + 5
TOLD = [f'{{"place":{place}}}'.encode() for place in range(SIZE)]


def exported(path: Path, told: list[bytes], signer: Signer = LOG_KEY, **kept: Any) -> Path:
    leaves = [*map(leaf_hash, told)]
    note = signed_checkpoint(Checkpoint("here.journal", len(leaves), tree_root(leaves)), signer)
    write_export(path, note, kept.get("witnessed", {}), leaves, kept.get("entries", dict(enumerate(told))))
    return path


def test_an_export_is_tiles_that_another_one_agrees_with(tmp_path: Path) -> None:
    path = exported(tmp_path / "a.zip", TOLD)
    with zipfile.ZipFile(path) as archive:
        names = {"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/5", "tile/1/000.p/2"}
        assert set(archive.namelist()) == names | {f"tile/entries/{n}" for n in ("000", "001", "002.p/5")}
        assert archive.read("tile/1/000.p/2")[:32] == defined(TOLD[:WIDTH])
        assert base64.b64decode(archive.read("checkpoint").split(b"\n")[2]) == defined(TOLD)
    assert tile_path("entries", 1_234_067) == "tile/entries/x001/x234/067"
    found = verify_export(path, LOG_KEY.verifier())
    assert (found.entry_count, found.expired_count, found.witnessed_at) == (SIZE, 0, None)
    assert path.read_bytes() == exported(tmp_path / "b.zip", TOLD).read_bytes()


def test_entries_that_have_expired_leave_their_hashes(tmp_path: Path) -> None:
    kept = {place: entry for place, entry in enumerate(TOLD) if place >= WIDTH}
    found = verify_export(exported(tmp_path / "a.zip", TOLD, entries=kept), LOG_KEY.verifier())
    assert (found.entry_count, found.expired_count) == (SIZE, WIDTH)


def altered(path: Path, name: str, change: Callable[[bytes], bytes | None]) -> None:
    """Change one part of an export, or take it out."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    changed = change(parts.pop(name))
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in (parts | ({} if changed is None else {name: changed})).items():
            archive.writestr(one, content)


def rewritten(entries: list[bytes], signer: Signer = LOG_KEY) -> Callable[[Path], Path]:
    return lambda path: exported(path, entries, signer)


def part(name: str, change: Callable[[bytes], bytes | None]) -> Callable[[Path], Path]:
    def tamper(path: Path) -> Path:
        altered(exported(path, TOLD), name, change)
        return path

    return tamper


SWAPPED = [TOLD[1], TOLD[0], *TOLD[2:]]
TAMPERED = {
    "a-changed-byte": (part("tile/entries/001", lambda c: c.replace(b"300", b"301")), "it was changed"),
    "an-entry-removed": (part("tile/entries/002.p/5", lambda c: c[: -len(TOLD[-1]) - 2]), "cut off"),
    "an-entry-added": (part("tile/entries/002.p/5", lambda c: c + b"\0\1x"), "more than it says"),
    "hashes-removed": (part("tile/0/001", lambda c: None), "are missing"),
    "a-changed-hash": (part("tile/0/001", lambda c: bytes(32) + c[32:]), "it was changed"),
    "another-size": (part("checkpoint", lambda c: c.replace(b"517", b"512")), "not signed by"),
    "cut": (part("checkpoint", lambda c: c[:5]), "no export of a journal"),
    "another-key": (rewritten(TOLD, OTHER), "not signed by"),
    "a-swapped-pair": (rewritten(SWAPPED), "the past was rewritten"),
    "a-rewind": (rewritten(TOLD[:100]), "the journal was rewound"),
    "a-line-removed": (rewritten([*TOLD[:7], *TOLD[8:]]), "the past was rewritten"),
}


@pytest.mark.parametrize(("tamper", "why"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_tampered_with_is_found(tamper: Callable[[Path], Path], why: str, tmp_path: Path) -> None:
    """The operator holds the journal's key and rewrites the past with it: then the witness's notes tell."""
    make(tmp_path / "dpo", "dpo")
    checkpoint, note = witness(tmp_path / "dpo", exported(tmp_path / "then.zip", TOLD[:300]), LOG_KEY.verifier())
    assert checkpoint.size == 300
    key = Verifier.read((tmp_path / "dpo" / PUBLIC).read_text(encoding="ascii"))
    seen = note.read_text(encoding="utf-8")
    whole = exported(tmp_path / "whole.zip", TOLD, witnessed={300: seen})
    assert verify_export(whole, LOG_KEY.verifier(), key).witnessed_size == 300
    path = tamper(tmp_path / "now.zip")
    with pytest.raises(CalanqueError, match=why):
        verify_export(path, LOG_KEY.verifier(), key, [seen])
    with pytest.raises(CalanqueError, match=why):
        witness(tmp_path / "dpo", path, LOG_KEY.verifier())


def test_two_journals_of_one_key_are_a_split_view(tmp_path: Path) -> None:
    """Two auditors are shown two pasts, each of them whole: notes of one do not fit the other."""
    for name, entries in (("one", TOLD[:50]), ("two", [*TOLD[:49], b"another"])):
        make(tmp_path / name, name)
        witness(tmp_path / name, exported(tmp_path / f"{name}.zip", entries), LOG_KEY.verifier())
    (note,) = (tmp_path / "one" / "seen").iterdir()
    key = Verifier.read((tmp_path / "one" / PUBLIC).read_text(encoding="ascii"))
    with pytest.raises(CalanqueError, match="the past was rewritten"):
        verify_export(tmp_path / "two.zip", LOG_KEY.verifier(), key, [note.read_text(encoding="utf-8")])


# --- events and spool


def event(**changes: Any) -> dict[str, Any]:
    """Return an event of the query door, of the parts that are read and some that must not be."""
    table = {
        "catalog": "lake",
        "schema": "marts",
        "table": "fct_incidents",
        "columns": [{"column": "type"}, {"column": "lon"}],
    }
    return {
        "metadata": {
            "queryId": "q1",
            "query": "select * from t where name = 'Zéphyrine Quatrebarbes'",
            "tables": [table],
        },
        "context": {"user": "analyst", "source": "motif: bilan de juin", "userAgent": "trino-jdbc/476"},
        "statistics": {"outputRows": 12},
        "endTime": "2026-11-29T10:00:00.123Z",
    } | changes


def test_an_event_is_names_and_counts_and_no_text_of_a_query() -> None:
    act = events.act_of_query(event())
    assert act is not None and "Quatrebarbes" not in json.dumps(act)
    said = Act.model_validate(act)
    assert (said.who, said.objects, said.row_count) == ("analyst", ("marts.fct_incidents: lon, type",), 12)
    assert (said.motif, said.outcome, said.client) == ("bilan de juin", "done", "trino-jdbc/476")
    assert said.acted_at == datetime(2026, 11, 29, 10, 0, 0, 123_000, tzinfo=UTC)
    one, two = json.loads(said.entry()), json.loads(said.entry())
    assert one.pop("salt") != two.pop("salt") and one == two


def test_a_refusal_is_an_entry_and_a_look_at_names_is_none() -> None:
    refused = event(failureInfo={"errorCode": {"name": "PERMISSION_DENIED"}}, metadata={"queryId": "q2", "tables": []})
    assert (events.act_of_query(refused) or {})["outcome"] == "PERMISSION_DENIED"
    for source in ("DBeaver", "motif:", None):
        untold = Act.model_validate(events.act_of_query(event(context={"user": "analyst", "source": source})))
        assert (untold.motif, untold.client) == (None, None if source != "DBeaver" else source)
    assert events.act_of_query(event(metadata={"queryId": "q3", "tables": []})) is None
    names = {"catalog": "lake", "schema": "information_schema", "table": "tables"}
    assert events.act_of_query(event(metadata={"queryId": "q4", "tables": [names]})) is None


def test_acts_wait_until_they_are_taken_and_come_back_after_an_error(tmp_path: Path) -> None:
    for number in range(3):
        spool.add(tmp_path, {"n": number})
    with pytest.raises(CalanqueError), spool.taken(tmp_path) as acts:
        raise CalanqueError("the lake is away")
    spool.add(tmp_path, {"n": 3})
    with spool.taken(tmp_path) as acts:
        assert sorted(act["n"] for act in acts) == [0, 1, 2, 3]
    with spool.taken(tmp_path) as acts:
        assert acts == []


def test_no_act_is_lost_or_doubled_while_it_is_taken(tmp_path: Path) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 200):
            spool.add(tmp_path, {"n": number})

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 200)]
    for writer in writers:
        writer.start()
    found = list[int]()
    while any(writer.is_alive() for writer in writers) or (tmp_path / spool.CURRENT).exists():
        with spool.taken(tmp_path) as acts:
            found += [act["n"] for act in acts]
    assert sorted(found) == list(range(400))


def test_a_full_spool_takes_no_more_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST_BYTES", 10)
    spool.add(tmp_path, {"n": "long enough"})
    with pytest.raises(CalanqueError, match="journal collect"):
        spool.add(tmp_path, {"n": 2})


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[str, Path, subprocess.Popen[bytes]]]:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "journal_token").write_text("secret", encoding="ascii")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "calanque.journal.receiver", f"127.0.0.1:{port}", str(tmp_path)]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        with suppress(httpx.TransportError):
            httpx.get(url)
            break
        assert process.poll() is None, "it ended before it took anything"
        time.sleep(0.1)
    yield url, tmp_path / "journal", process
    process.kill()
    process.wait()


def test_what_the_receiver_has_taken_outlives_it(receiver: tuple[str, Path, subprocess.Popen[bytes]]) -> None:
    url, folder, process = receiver
    headers = {"X-Calanque-Journal": "secret"}
    assert httpx.post(url, json=event()).status_code == 403
    assert httpx.post(url, content=b"no json", headers=headers).status_code == 400
    long = event(metadata=event()["metadata"] | {"query": "select 'x" + "é" * 5_000_000 + "'"})
    assert [httpx.post(url, json=one, headers=headers).status_code for one in (event(), long)] == [200, 200]
    process.send_signal(signal.SIGKILL)
    process.wait()
    with (folder / spool.CURRENT).open("ab") as file:
        file.write(b'{"cut off')
    with spool.taken(folder) as acts:
        assert [act["event_id"] for act in acts] == ["q1", "q1"]
    assert not [path for path in folder.iterdir() if "Quatrebarbes" in path.read_text(encoding="utf-8")]

"""The metastore behind the query door: the schemas of whoever asks, and reading; the rest is answered before it."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from calanque.stack.marts_metastore import CALL, EXCEPTION, REPLY, VERSION, MartsMetastore, Message

Value = str | int | list[str] | dict[int, Any]


def encoded(value: Value) -> tuple[int, bytes]:
    """Return the Thrift kind and bytes of a value."""
    if isinstance(value, str):
        return 11, struct.pack(">i", len(value.encode())) + value.encode()
    if isinstance(value, int):
        return 8, struct.pack(">i", value)
    if isinstance(value, list):
        return 15, struct.pack(">bi", 11, len(value)) + b"".join(encoded(item)[1] for item in value)
    fields = [(number, *encoded(item)) for number, item in value.items()]
    return 12, b"".join(struct.pack(">bh", kind, number) + text for number, kind, text in fields) + b"\0"


def message(kind: int, name: str, fields: dict[int, Value]) -> bytes:
    return struct.pack(">I", VERSION | kind) + encoded(name)[1] + struct.pack(">i", 7) + encoded(fields)[1]


HEARD: list[str] = []


class Behind(socketserver.BaseRequestHandler):
    """A metastore that answers 'real' to whatever it hears."""

    def handle(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                HEARD.append(Message(self.request).name)
                self.request.sendall(message(REPLY, HEARD[-1], {0: "real"}))


@pytest.fixture(scope="module")
def address() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Behind) as behind:
        behind.daemon_threads = True
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        with MartsMetastore(("127.0.0.1", 0), behind.server_address) as server:
            server.serve_beside()
            yield server.server_address
            server.shutdown()
        behind.shutdown()


@pytest.fixture
def door(address: Any) -> Iterator[tuple[socket.socket, list[str]]]:
    """An analyst's connection to the door, and what the metastore behind it has heard."""
    with socket.create_connection(address, timeout=10) as client:
        ask(client, "set_ugi", {1: "analyst", 2: ["analyst"]})
        HEARD.clear()
        yield client, HEARD


def ask(client: socket.socket, name: str, fields: dict[int, Value]) -> Message:
    client.sendall(message(CALL, name, fields))
    return Message(client)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        pytest.param("get_table", {1: "marts", 2: "fct_incidents"}, id="table"),
        pytest.param("get_table_req", {1: {1: "marts", 2: "fct_incidents"}}, id="table-by-request"),
        pytest.param("get_database", {1: "marts"}, id="schema"),
        pytest.param("get_all_tables", {1: "marts"}, id="tables"),
        pytest.param("set_ugi", {1: "analyst", 2: ["analyst"]}, id="who-asks"),
    ],
)
def test_what_is_asked_of_marts_is_passed_on(door, name: str, fields: dict[int, Value]) -> None:
    client, heard = door
    found = ask(client, name, fields)
    assert (found.kind, found.number, found.fields, heard) == (REPLY, 7, {0: "real"}, [name])


SENTENCE = {1: "There is no such schema for whoever asks."}


@pytest.mark.parametrize(
    ("name", "fields", "kind", "told"),
    [
        pytest.param("get_table", {1: "bronze", 2: "f"}, REPLY, {2: SENTENCE}, id="table-of-bronze"),
        pytest.param("get_table", {1: "governance", 2: "batch"}, REPLY, {2: SENTENCE}, id="table-of-runs"),
        pytest.param("get_all_tables", {1: "governance"}, REPLY, {0: []}, id="tables-of-runs"),
        pytest.param("get_table_req", {1: {1: "bronze", 2: "f"}}, REPLY, {2: SENTENCE}, id="by-request"),
        pytest.param("get_database", {1: "silver"}, REPLY, {1: SENTENCE}, id="schema"),
        pytest.param("get_all_tables", {1: "bronze"}, REPLY, {0: []}, id="tables"),
        pytest.param("get_table_meta", {1: "*", 2: "*"}, REPLY, {0: []}, id="pattern"),
        pytest.param("get_all_databases", {}, REPLY, {0: ["marts"]}, id="schemas"),
        pytest.param("get_partition", {1: "bronze", 2: "f"}, EXCEPTION, SENTENCE, id="partition"),
        pytest.param("drop_table", {1: "marts", 2: "fct_incidents"}, EXCEPTION, SENTENCE, id="drop"),
        pytest.param("alter_table", {1: "marts", 2: "fct_incidents"}, EXCEPTION, SENTENCE, id="alter"),
        pytest.param("create_database", {1: {1: "marts"}}, EXCEPTION, SENTENCE, id="create"),
        pytest.param("get_delegation_token", {}, EXCEPTION, SENTENCE, id="token"),
    ],
)
def test_the_rest_is_answered_at_the_door(door, name: str, fields: dict[int, Value], kind: int, told: Any) -> None:
    client, heard = door
    found = ask(client, name, fields)
    assert (found.name, found.kind, found.number, found.fields, heard) == (name, kind, 7, told, [])
    assert ask(client, "get_table", {1: "marts", 2: "f"}).fields == {0: "real"}


@pytest.mark.parametrize(
    ("person", "schemas"),
    [("engineer", ["governance", "marts"]), ("analyst", ["marts"]), ("dpo", ["governance"]), ("lake", [])],
)
def test_each_person_has_the_schemas_that_are_theirs(door, person: str, schemas: list[str]) -> None:
    client, heard = door
    ask(client, "set_ugi", {1: person, 2: [person]})
    assert ask(client, "get_all_databases", {}).fields == {0: schemas}
    for schema in ("governance", "marts", "bronze"):
        found = ask(client, "get_table", {1: schema, 2: "t"}).fields
        assert (found == {0: "real"}) is (schema in schemas)
    assert heard == ["set_ugi", *["get_table"] * len([name for name in schemas if name != "bronze"])]
    journal = ask(client, "get_table", {1: "governance", 2: "journal"}).fields
    assert (journal == {0: "real"}) is (person == "dpo")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(struct.pack(">Ii", VERSION | CALL, -1), id="negative-size"),
        pytest.param(struct.pack(">Ii", VERSION | CALL, 2**31 - 1), id="huge-size"),
        pytest.param(message(CALL, "get_table", {})[:-1] + struct.pack(">bh", 99, 1), id="unknown-kind"),
    ],
)
def test_what_is_no_message_ends_the_connection(door, sent: bytes) -> None:
    client, heard = door
    client.sendall(sent)
    assert client.recv(1) == b""
    assert heard == []

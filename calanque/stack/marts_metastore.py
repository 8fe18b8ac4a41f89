"""The metastore as the query door sees it: for each person the schemas that are theirs, and reading.

Trino opens the log of a table before it asks its own rules, so a table of another tier failed with an error of HDFS
instead of being refused; here there is no such table. Example: after `set_ugi('analyst')`, `get_table('bronze', 'f')`
is answered "no such object" without being passed on; `get_table('marts', 'f')` is passed on, and so is its answer.

The Thrift binary protocol (strict): a message is a kind, a name, a number and a struct; the schema is the first text of
the struct, or of the struct in it.
"""

import socket
import socketserver
import struct
import threading
from typing import Any

from calanque.engines.trino import ROLES, Role

# Who asks is said first on each connection (`set_ugi`); before that, and of anybody else, there is no schema.
SCHEMAS_OF_ROLE: dict[Role, tuple[str, ...]] = {
    "analyst": ("marts",),
    "dpo": ("governance",),
    "elected": ("marts",),
    "engineer": ("governance", "marts"),
}
SCHEMAS_OF = {account: schemas for role, schemas in SCHEMAS_OF_ROLE.items() for account in ROLES[role]}
# Tables of these schemas that are not for a reader all the same: who did what is the DPO's.
HIDDEN_FROM: dict[str, tuple[str, ...]] = {"engineer": ("journal", "journal_checkpoint")}
VERSION, CALL, REPLY, EXCEPTION = 0x80010000, 1, 2, 3
STRING, STRUCT, LIST = 11, 12, 15
_FIXED = {2: ">b", 3: ">b", 4: ">d", 6: ">h", 8: ">i", 10: ">q"}
_MAPS, _SEQUENCES = 13, (14, LIST)
LARGEST_BYTES = 64 * 1024 * 1024
# Of these the caller names itself, or asks what holds no table.
FREE = frozenset({"set_ugi", "getMetaConf", "get_config_value", "getVersion", "getStatus", "getName"})
SCHEMA_CALLS = frozenset({"get_all_databases", "get_databases"})
NAMES = frozenset({"get_all_tables", "get_tables", "get_tables_by_type", "get_table_meta", "get_table_names_by_filter"})
# Number of the field of a result that says "no such object".
ABSENT = {"get_database": 1, "get_table": 2, "get_table_req": 2}


class Message:
    """One message off a connection: its name, kind, number, the fields of its struct, and its bytes as they came."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.raw = bytearray()
        word = self._number(">I")
        if word & 0xFFFF0000 != VERSION:
            raise ValueError("This is no strict Thrift message.")
        self.kind, self.name, self.number = word & 0xFF, self._text(), self._number(">i")
        self.fields: dict[int, Any] = self._struct()

    def _take(self, size: int) -> bytes:
        if not 0 <= size <= LARGEST_BYTES:
            raise ValueError("A Thrift value is larger than the metastore's are.")
        start = len(self.raw)
        while len(self.raw) < start + size:
            part = self._connection.recv(min(65536, start + size - len(self.raw)))
            if not part:
                raise EOFError
            self.raw += part
        return bytes(self.raw[start:])

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _text(self) -> str:
        return self._take(self._number(">i")).decode("utf-8", "replace")

    def _struct(self) -> dict[int, Any]:
        fields = {}
        while kind := self._number(">b"):
            number = self._number(">h")
            fields[number] = self._value(kind)
        return fields

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._text()
        if kind == STRUCT:
            return self._struct()
        if kind == _MAPS:
            key, value, count = self._number(">b"), self._number(">b"), self._number(">i")
            return [(self._value(key), self._value(value)) for _ in range(count)]
        if kind in _SEQUENCES:
            item, count = self._number(">b"), self._number(">i")
            return [self._value(item) for _ in range(count)]
        return self._number(_FIXED[kind])


def answer(call: Message, schemas: tuple[str, ...], hidden: tuple[str, ...] = ()) -> bytes | None:
    """Return what the door is told at once; None for a call that the metastore itself answers.

    Args:
        call: what is asked.
        schemas: those of the person who asks.
        hidden: tables of these that are not theirs.
    """
    if call.name in FREE:
        return None
    if call.name in SCHEMA_CALLS:
        names = b"".join(map(_text, schemas))
        return _reply(call, REPLY, _field(LIST, 0) + struct.pack(">bi", STRING, len(schemas)) + names)
    if call.name.startswith("get_") and _text_of(call.fields, 1) in schemas and _text_of(call.fields, 2) not in hidden:
        return None
    if call.name in NAMES:
        return _reply(call, REPLY, _field(LIST, 0) + struct.pack(">bi", STRING, 0))
    sentence = _field(STRING, 1) + _text("There is no such schema for whoever asks.")
    if call.name in ABSENT:
        return _reply(call, REPLY, _field(STRUCT, ABSENT[call.name]) + sentence + b"\0")
    return _reply(call, EXCEPTION, sentence)


def _text_of(fields: dict[int, Any], number: int) -> Any:
    """Return a text of a call, or of the struct that it holds: the first names the schema, the second a table."""
    inner = fields.get(1)
    return _text_of(inner, number) if isinstance(inner, dict) else fields.get(number)


def _field(kind: int, number: int) -> bytes:
    return struct.pack(">bh", kind, number)


def _text(text: str) -> bytes:
    return struct.pack(">i", len(text.encode())) + text.encode()


def _reply(call: Message, kind: int, fields: bytes) -> bytes:
    return struct.pack(">I", VERSION | kind) + _text(call.name) + struct.pack(">i", call.number) + fields + b"\0"


class _Connection(socketserver.BaseRequestHandler):
    server: "MartsMetastore"

    def handle(self) -> None:
        schemas, hidden = tuple[str, ...](), tuple[str, ...]()
        try:
            with socket.create_connection(self.server.metastore) as metastore:
                while True:
                    call = Message(self.request)
                    if call.name == "set_ugi":
                        who = call.fields[1]
                        schemas, hidden = SCHEMAS_OF.get(who, ()), HIDDEN_FROM.get(who, ())
                    reply = answer(call, schemas, hidden)
                    if reply is None:
                        metastore.sendall(call.raw)
                        reply = bytes(Message(metastore).raw)
                    self.request.sendall(reply)
        except (EOFError, OSError, ValueError, KeyError, RecursionError):
            return  # either side has left or is not there yet, or does not speak the protocol


class MartsMetastore(socketserver.ThreadingTCPServer):
    """Serves the filtered metastore on one address until the process ends."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, address: tuple[str, int], metastore: tuple[str, int]) -> None:
        super().__init__(address, _Connection)
        self.metastore = metastore

    def serve_beside(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

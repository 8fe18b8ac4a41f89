"""The records of an XML file one by one, so that a file is never a tree in memory; names without their namespaces."""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from xml.parsers import expat

from calanque.formats.base import Most, UnreadableError
from calanque.formats.records import check_room
from calanque.formats.text import TEXT_CHUNK_BYTES, likely_encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEEPEST = 100
# What expat says of a file that ends too early.
CUT = {
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
ENCODINGS = {
    name: name for name in ("ascii", "us-ascii", "iso-8859-1", "iso-8859-15", "utf-16", "windows-1252", "cp1252")
} | {"utf-8": "utf-8-sig"}
# `xsi:nil`, `xsi:type` and `xsi:schemaLocation` speak of the markup.
OF_MARKUP = "http://www.w3.org/2001/XMLSchema-instance "
Attributes = list[tuple[str, str]]


class Element:
    """An element with its text and its parts by name: attributes and children alike."""

    __slots__ = ("name", "parts", "texts")

    def __init__(self, name: str, attributes: Attributes) -> None:
        self.name = name
        self.texts: list[str] = []
        self.parts: dict[str, list[Element]] = {}
        for key, value in attributes:
            part = Element(key, [])
            part.texts.append(value)
            self.parts.setdefault(key, []).append(part)

    @property
    def text(self) -> str | None:
        """Its own text without the blanks around it, which are layout; None when there is none."""
        return "".join(self.texts).strip() or None


class Found(NamedTuple):
    """A record with the elements that it stands in, outermost first; without itself where these hold none."""

    above: tuple[tuple[str, Attributes], ...]
    element: Element | None


class Records:
    """Iterates over the elements at one path of an XML file.

    At the end, `is_cut` says that the file ended before its root did, `has_path` whether the path leads anywhere, and
    `places` has every element and attribute of the file by its path, `/rows/row/id`.
    """

    def __init__(self, chunks: Iterator[str], path: str, keeps_empty_parents: bool, most: Most) -> None:
        self.is_cut = self.has_path = False
        self.places: dict[str, None] = {}
        self._chunks, self._most = chunks, most
        self._wanted = f"/{path}"
        self._parent = self._wanted.rpartition("/")[0] if keeps_empty_parents else None
        self._path = [""]
        self._above: list[tuple[str, Attributes]] = []
        self._inside: list[Element] = []
        self._found: list[Found] = []
        self._begins = 0
        self._has_record = False

    def __iter__(self) -> Iterator[Found]:
        """Yield each record.

        Raises:
            UnreadableError: if the file is not XML, or is more than a file of data should be.
        """
        self._parser = _parser(self._start, self._end, self._text)
        for is_cut in _parsed(self._parser, self._chunks, self._most):
            self.is_cut = is_cut
            yield from self._found
            self._found.clear()

    def _start(self, tag: str, tagged: list[str]) -> None:
        name = _local(tag)
        if len(self._path) > DEEPEST:
            raise UnreadableError("is XML nested too deep")
        pairs = zip(tagged[::2], tagged[1::2], strict=True)
        attributes = [(_local(key), value) for key, value in pairs if not key.startswith(OF_MARKUP)]
        path = self._see(f"{self._path[-1]}/{name}", name)
        for key, _ in attributes:
            self._see(f"{path}/{key}", key)
        self._path.append(path)
        self.has_path = self.has_path or path == self._wanted.rpartition("/")[0]
        if self._inside or path == self._wanted:
            self._open(Element(name, attributes))
        else:
            self._above.append((name, attributes))
            self._has_record = self._has_record and path != self._parent

    def _open(self, element: Element) -> None:
        if self._inside:
            self._inside[-1].parts.setdefault(element.name, []).append(element)
            self._check_size()
        else:
            self._begins = self._parser.CurrentByteIndex
            self._has_record = self.has_path = True
        self._inside.append(element)

    def _end(self, _tag: str) -> None:
        path = self._path.pop()
        if self._inside:
            element = self._inside.pop()
            if not self._inside:
                self._found.append(Found(tuple(self._above), element))
            return
        if path == self._parent and not self._has_record:
            self._found.append(Found(tuple(self._above), None))
        self._above.pop()

    def _text(self, text: str) -> None:
        if self._inside:
            self._check_size()
            self._inside[-1].texts.append(text)

    def _check_size(self) -> None:
        if self._parser.CurrentByteIndex - self._begins > self._most.row_bytes:
            raise self._most.too_long("record", "", "correct record")

    def _see(self, path: str, name: str) -> str:
        if path not in self.places:
            check_room(name, len(self.places), self._most)
            self.places[path] = None
        return path


def decoded(stream: BinaryIO) -> Iterator[str]:
    """Yield the text of a file in pieces, in the encoding that its first line says.

    Raises:
        UnreadableError: if it is in another, or in one that is not read.
    """
    start = stream.read(TEXT_CHUNK_BYTES)
    codec = _codec(start)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while start:
            yield decoder.decode(start)
            start = stream.read(TEXT_CHUNK_BYTES)
    except UnicodeDecodeError:
        # Not chained: the error holds the bytes.
        said = codec.removesuffix("-sig").upper()
        found = likely_encoding(start.splitlines())
        seems = f", and seem to be {found}" if found else ""
        raise UnreadableError(f"has bytes that are not {said}, its encoding{seems}: ask for it again") from None


def likely_path(content: bytes) -> str:
    """Return the path of the elements that are likely the records: the outermost that come again and have values.

    Args:
        content: the first bytes of a file; whatever they are, a path is returned.
    """
    seen = Counter[str]()
    valued: dict[str, None] = {}
    path = [""]

    def start(tag: str, tagged: list[str]) -> None:
        path.append(f"{path[-1]}/{_local(tag)}")
        seen[path[-1]] += 1
        if any(not key.startswith(OF_MARKUP) for key in tagged[::2]):
            valued[path[-1]] = None

    def end(_tag: str) -> None:
        path.pop()

    def text(value: str) -> None:
        if value.strip():
            valued[path[-1].rpartition("/")[0]] = None

    try:
        for _ in _parsed(_parser(start, end, text), decoded(io.BytesIO(content))):
            pass
    except UnreadableError:
        pass  # who reads the file says why
    again = [name for name in seen if seen[name] > 1 and name in valued]
    return min(again or list(seen)[:2][-1:] or ["/record"], key=lambda name: name.count("/"))[1:]


def _codec(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    said = DECLARED.match(start.removeprefix(codecs.BOM_UTF8))
    name = said[1].decode("ascii").lower() if said and not start.startswith(codecs.BOM_UTF8) else "utf-8"
    if name not in ENCODINGS:
        raise UnreadableError("is in an encoding that is not read: ask for it in UTF-8")
    return ENCODINGS[name]


def _parser(start: Callable[..., None], end: Callable[..., None], text: Callable[[str], None]) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.ordered_attributes = parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise UnreadableError("has a DOCTYPE, which can name other files and grow without bound: ask for it without")


def _parsed(parser: Any, chunks: Iterator[str], most: Most | None = None) -> Iterator[bool]:
    """Parse text piece by piece; yield after each whether the file has ended too early."""
    fed, is_blank = 0, True
    try:
        for chunk in chunks:
            if "\0" in chunk:
                raise UnreadableError(
                    "holds a null byte, so that it is not well-formed XML: ask the source to correct it"
                )
            is_blank = is_blank and not chunk.strip()
            if is_blank:
                continue
            fed += len(chunk.encode())
            parser.Parse(chunk, False)
            if most and fed - parser.CurrentByteIndex > most.row_bytes:
                raise most.too_long("tag or a comment", "", "ask for it without")
            yield False
    except expat.ExpatError as error:
        raise _broken(error) from None
    if is_blank:
        return
    try:
        parser.Parse("", True)
    except expat.ExpatError as error:
        if error.code not in CUT:
            raise _broken(error) from None
        yield True


def _broken(error: expat.ExpatError) -> UnreadableError:
    return UnreadableError(f"is not well-formed XML at its line {error.lineno}: ask the source to correct it")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]

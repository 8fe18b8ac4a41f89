"""The register as a workbook, in the order of the CNIL's model: the list of treatments, then one sheet a treatment."""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import canonicalize

from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import ParagraphProperties, Style, TableCellProperties, TableColumnProperties, TextProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P

from calanque.contracts.page import Language
from calanque.governance.register import Register
from calanque.governance.register_sheet import as_read, kept, office, purpose, recipients, regime, sheet
from calanque.governance.register_words import WORDS

LIST_WIDTHS_CM = (1.5, 7.0, 6.0, 5.5, 11.0, 3.5, 7.0, 5.0, 5.5, 6.0)
SHEET_WIDTHS_CM = (6.5, 22.0)
Row = tuple[str, list[Iterable[str]]]
"""A style, and cells of paragraphs."""


def as_ods(register: Register, language: Language, as_of: datetime) -> bytes:
    """Return the workbook; the same register and time give the same bytes.

    Args:
        register: what it holds.
        language: of its words.
        as_of: when the register was true, with its zone.
    """
    book = _Book()
    book.sheet(WORDS[language]["list"], LIST_WIDTHS_CM, _list(register, language, as_of))
    for treatment in register.treatments:
        rows: list[Row] = [("title", [[treatment.title(language)]])]
        for section in sheet(register, treatment, language):
            rows.append(("heading", [[section.title], []]))
            rows += [("text", [[line.label], line.values]) for line in section.lines]
        book.sheet(f"{WORDS[language]['sheet']} {treatment.number}", SHEET_WIDTHS_CM, rows)
    return book.content(as_of)


def _list(register: Register, language: Language, as_of: datetime) -> list[Row]:
    w, city = WORDS[language], register.city
    names = ("number", "treatment", "reference", "regime", "purpose", "personal", "feeds", "territories", "bronze")
    said = [
        as_read(as_of, language),
        f"{w['controller']}{w['colon']} {office(city.controller, language)}",
        f"{w['dpo']}{w['colon']} {office(city.dpo, language)}",
        *(f"{w['problem']}{w['colon']} {problem}" for problem in register.problems),
    ]
    head: list[Row] = [("title", [[w["register"]]])]
    head += [("line", [[text]]) for text in said]
    head.append(("heading", [[w[name]] for name in (*names, "recipients")]))
    rows: list[Row] = [
        (
            "text",
            [
                [f"{one.number}"],
                [one.title(language)],
                [one.reference],
                [regime(one, language)],
                [purpose(one, language)],
                [w["yes" if one.is_personal else "no"]],
                [contract.feed for contract in one.contracts],
                one.territories,
                [kept(one, "bronze", language)],
                recipients(one, language),
            ],
        )
        for one in register.treatments
    ]
    return head + rows


class _Book:
    """A workbook under way, with its styles."""

    def __init__(self) -> None:
        self._document = OpenDocumentSpreadsheet()
        self._styles = {
            "text": self._cell("text"),
            "line": self._cell("line", {"wrapoption": "no-wrap"}),
            "heading": self._cell("heading", {"backgroundcolor": "#e6ebf1"}, {"fontweight": "bold"}),
            "title": self._cell("title", {"wrapoption": "no-wrap"}, {"fontweight": "bold", "fontsize": "14pt"}),
        }

    def sheet(self, name: str, widths_cm: Iterable[float], rows: Iterable[Row]) -> None:
        """Add a sheet."""
        table = Table(name=name)
        for width in widths_cm:
            table.addElement(TableColumn(stylename=self._column(width)))
        for style, cells in rows:
            row = TableRow()
            for paragraphs in cells:
                cell = TableCell(stylename=self._styles[style], valuetype="string")
                for paragraph in paragraphs:
                    cell.addElement(P(text=paragraph))
                row.addElement(cell)
            table.addElement(row)
        self._document.spreadsheet.addElement(table)

    def content(self, as_of: datetime) -> bytes:
        """Return the file: the library writes the time of the clock, and names of whatever was written before."""
        written, fixed = io.BytesIO(), io.BytesIO()
        self._document.write(written)
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as target:
            for part in source.infolist():
                info = zipfile.ZipInfo(part.filename, as_of.timetuple()[:6])
                info.compress_type = part.compress_type
                content = source.read(part).decode("utf-8")
                target.writestr(info, canonicalize(content) if part.filename.endswith(".xml") else content)
        return fixed.getvalue()

    def _cell(self, name: str, cell: dict[str, str] | None = None, text: dict[str, str] | None = None) -> Any:
        style = Style(name=name, family="table-cell")
        style.addElement(TableCellProperties(**{"wrapoption": "wrap", "verticalalign": "top", **(cell or {})}))
        style.addElement(ParagraphProperties(textalign="start"))
        style.addElement(TextProperties(**(text or {})))
        self._document.automaticstyles.addElement(style)
        return style

    def _column(self, width_cm: float) -> Any:
        name = f"column{width_cm * 10:.0f}"
        known = {style.getAttribute("name"): style for style in self._document.getElementsByType(Style)}
        if name not in known:
            known[name] = Style(name=name, family="table-column")
            known[name].addElement(TableColumnProperties(columnwidth=f"{width_cm}cm"))
            self._document.automaticstyles.addElement(known[name])
        return known[name]

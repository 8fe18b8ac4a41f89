"""The register as a PDF of A4 pages: the list of treatments, then one sheet a treatment, as the workbook has them."""

from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace
from text_unidecode import unidecode

from calanque.contracts.page import Language
from calanque.governance.register import Register
from calanque.governance.register_sheet import Line, Section, as_read, kept, office, regime, sheet
from calanque.governance.register_words import WORDS

# What the fonts that every reader of PDF has can write; it holds the French of print: – ’ … « œ.
ENCODING = "cp1252"
FONT = "Helvetica"
INK, DIM, SOFT = (21, 25, 31), (76, 85, 97), (230, 235, 241)
MARGIN_MM, LABEL_MM, LINE_MM = 18, 46, 4.6
_NARROW_SPACE = "\u202f"


def as_pdf(register: Register, language: Language, as_of: datetime) -> bytes:
    """Return the document; the same register and time give the same bytes.

    Args:
        register: what it holds.
        language: of its words.
        as_of: when the register was true, with its zone.
    """
    w = WORDS[language]
    pages = _Pages(language, as_of)
    pages.add_page()
    pages.heading(w["register"])
    pages.paragraph(as_read(as_of, language))
    pages.paragraph(f"{w['controller']}{w['colon']} {office(register.city.controller, language)}")
    pages.paragraph(f"{w['dpo']}{w['colon']} {office(register.city.dpo, language)}")
    for problem in register.problems:
        pages.paragraph(f"{w['problem']}{w['colon']} {problem}")
    pages.listed(
        (2, 9, 8, 6, 9),
        [w[name] for name in ("number", "treatment", "regime", "personal", "bronze")],
        [
            [
                f"{one.number}",
                one.title(language),
                regime(one, language),
                w["yes" if one.is_personal else "no"],
                kept(one, "bronze", language),
            ]
            for one in register.treatments
        ],
    )
    for treatment in register.treatments:
        pages.add_page()
        pages.heading(f"{w['sheet']} {treatment.number}. {treatment.title(language)}")
        for section in sheet(register, treatment, language):
            pages.section(section)
    return bytes(pages.output())


def writable(text: str) -> str:
    """Return a text in the characters of the font; what it has not is written in plain letters."""
    return "".join(_writable(character) for character in text.replace(_NARROW_SPACE, "\xa0"))


def _writable(character: str) -> str:
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        return unidecode(character) or "?"
    return character


class _Pages(FPDF):
    """Pages under way."""

    def __init__(self, language: Language, as_of: datetime) -> None:
        super().__init__(format="A4")
        self._words = WORDS[language]
        self.core_fonts_encoding = ENCODING
        self.set_lang(language)
        self.set_title(writable(self._words["register"]))
        self.set_creation_date(as_of)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, margin=20)

    def footer(self) -> None:
        """Write the number of the page."""
        self.set_y(-14)
        self.set_font(FONT, size=8)
        self.set_text_color(*DIM)
        self.cell(0, 5, writable(self._words["page"].format(self.page_no(), "{nb}")), align="C")

    def heading(self, text: str) -> None:
        """Write the title of a page, and list it in the outline."""
        self.set_font(FONT, "B", 15)
        self.set_text_color(*INK)
        self.start_section(writable(text))
        self._lines(text, 7)
        self.ln(2)

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        self.set_font(FONT, size=9)
        self._lines(text, LINE_MM)

    def section(self, section: Section) -> None:
        """Write a heading and its lines; a heading does not end a page."""
        if self.will_page_break(4 * LINE_MM):
            self.add_page()
        self.ln(2)
        self.set_font(FONT, "B", 10)
        self.set_fill_color(*SOFT)
        self.multi_cell(0, 6, writable(section.title), fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)
        for line in section.lines:
            self._line(line, LABEL_MM if not section.is_one else 0)

    def listed(self, widths: tuple[int, ...], head: list[str], rows: list[list[str]]) -> None:
        """Write a table."""
        self.ln(4)
        self.set_font(FONT, size=9)
        bold = FontFace(emphasis="BOLD", fill_color=SOFT)
        with self.table(col_widths=widths, text_align="LEFT", headings_style=bold, line_height=LINE_MM + 1) as table:
            for cells in (head, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(writable(cell))

    def _line(self, line: Line, label_mm: int) -> None:
        """Write a label, and what is said of it beside it."""
        if self.will_page_break(2 * LINE_MM):
            self.add_page()
        top, page, below = self.get_y(), self.page, 0.0
        if label_mm:
            self.set_font(FONT, "B", 9)
            self.multi_cell(label_mm - 2, LINE_MM, writable(line.label), align="L", new_y=YPos.NEXT)
            below = self.get_y()
        self.set_left_margin(MARGIN_MM + label_mm)
        self.set_y(top)
        for value in line.values:
            self.paragraph(value if len(line.values) == 1 else f"– {value}")
        self.set_left_margin(MARGIN_MM)
        self.set_y(max(below, self.get_y()) if self.page == page else self.get_y())
        self.ln(1)

    def _lines(self, text: str, height_mm: float) -> None:
        self.multi_cell(0, height_mm, writable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

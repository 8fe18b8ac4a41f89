"""`calanque dpo register`: the register of processing on the terminal, and as files to hand over."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from calanque.cli.terminal import console, tell

if TYPE_CHECKING:
    from calanque.governance.register import Register

ZONE = ZoneInfo("Europe/Paris")
Language = Literal["fr", "en"]


def register(
    lang: Annotated[Language, typer.Option(help="Language of the register.")] = "fr",
    ods: Annotated[Path | None, typer.Option(help="Workbook to write, in the order of the CNIL's model.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="PDF to write.")] = None,
) -> None:
    """Show the register of processing, made from the contracts; write it as files; fail if it is not whole."""
    from calanque.governance.register import register as made

    found, now = made(), datetime.now(ZONE)
    console.print(table(found, lang))
    if ods:
        from calanque.governance.register_ods import as_ods

        _write(ods, as_ods(found, lang, now), found)
    if pdf:
        from calanque.governance.register_pdf import as_pdf

        _write(pdf, as_pdf(found, lang, now), found)
    found.check()


def table(found: "Register", language: Language) -> Table:
    """Return the list of treatments, one row each."""
    from calanque.governance.register_sheet import kept, recipients, regime
    from calanque.governance.register_words import WORDS

    w = WORDS[language]
    result = Table(title=f"{w['register']}{w['colon']} {len(found.treatments)}", title_justify="left", show_lines=True)
    result.add_column(w["number"], justify="right")
    for name in ("treatment", "regime", "personal", "feeds", "bronze", "recipients"):
        result.add_column(w[name], overflow="fold", no_wrap=name == "feeds")
    for one in found.treatments:
        result.add_row(
            str(one.number),
            f"{escape(one.title(language))}\n[dim]{one.reference}[/]",
            regime(one, language),
            w["yes" if one.is_personal else "no"],
            "\n".join(contract.feed for contract in one.contracts),
            kept(one, "bronze", language),
            escape(", ".join(recipients(one, language))),
        )
    return result


def _write(path: Path, content: bytes, found: "Register") -> None:
    path.write_bytes(content)
    tell("communication", "governance.register", len(found.treatments))
    console.print(f"{path}: {len(content):,} bytes.")

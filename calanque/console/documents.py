"""The documents of the project that people open from Airflow, as HTML: only files that the project itself lists."""

from functools import cache
from pathlib import Path

from calanque.console import pages
from calanque.console.readers import Reader
from calanque.contracts import read_contracts
from calanque.contracts.model import in_language
from calanque.contracts.page import Language, contract_page, problems_page
from calanque.settings import settings

ROOT = "/calanque"
WORDS: dict[Language, dict[str, str]] = {
    "en": {"documents": "Documents", "contracts": "Contracts of the feeds", "runbooks": "If something fails: runbooks",
           "models": "dbt models", "wrong": "the contract is wrong", "english_only": ""},
    "fr": {"documents": "Documents", "contracts": "Contrats des flux", "runbooks": "En cas de panne : fiches réflexes",
           "models": "Modèles dbt", "wrong": "contrat erroné",
           "english_only": "*Le texte de cette fiche n’existe qu’en anglais.*\n\n"},
}  # fmt: skip


def runbooks() -> dict[str, Path]:
    """Return the runbooks by name."""
    return {path.stem: path for path in sorted((settings().root / "infra" / "runbooks").glob("*.md"))}


def models() -> dict[str, Path]:
    """Return the SQL of dbt's models and singular tests by name; of the shapes, as the last build made it."""
    made = sorted(
        (settings().home / "dbt").glob("*/project/models/shapes/*.sql"), key=lambda path: path.stat().st_mtime
    )
    folder = settings().root / "dbt"
    written = [path for part in ("models", "tests") for path in sorted((folder / part).rglob("*.sql"))]
    return {path.stem: path for path in (*written, *made)}


def index(language: Language, asking: Reader | None = None) -> str:
    """Return the page that lists every document."""
    words = WORDS[language]
    right, wrong = read_contracts()
    titles = {feed: contract.titled(language) for feed, contract in right.items()}
    lists = (
        ("contracts", titles | {feed: f"{feed} ({words['wrong']})" for feed in wrong}),
        ("runbooks", {name: _title(path, language) for name, path in runbooks().items()}),
    )
    parts = [f"# {words['documents']}"]
    for kind, found in lists:
        parts.append(f"## {words[kind]}")
        parts.append("\n".join(f"- [{title}]({ROOT}/{kind}/{name})" for name, title in found.items()))
    parts.append(f"## {words['models']}")
    parts.append(" · ".join(f"[{name}]({ROOT}/models/{name})" for name in models()))
    return page(words["documents"], "\n\n".join(parts), language, asking)


def contract(feed: str, language: Language, asking: Reader | None = None) -> str | None:
    """Return the page of a feed's contract, or of what is wrong with it; None when there is no such feed."""
    right, wrong = read_contracts()
    if feed in wrong:
        return page(feed, problems_page(wrong[feed], language), language, asking)
    if feed not in right:
        return None
    links = "\n".join(f"- [{_title(path, language)}]({ROOT}/runbooks/{name})" for name, path in runbooks().items())
    text = f"{contract_page(right[feed], language)}\n\n### {WORDS[language]['runbooks']}\n\n{links}"
    return page(feed, text, language, asking)


def runbook(name: str, language: Language, asking: Reader | None = None) -> str | None:
    """Return the page of a runbook; None when there is no such runbook. Runbooks name each other by file."""
    path = runbooks().get(name.removesuffix(".md"))
    if path is None:
        return None
    _, _, text = path.read_text(encoding="utf-8").partition("\n")
    title = _title(path, language)
    return page(title, f"# {title}\n\n{WORDS[language]['english_only']}{text}", language, asking)


def model(name: str, language: Language, asking: Reader | None = None) -> str | None:
    """Return the SQL of a dbt model or test, with its path; None when there is no such model."""
    path = models().get(name)
    if path is None:
        return None
    project = next(folder for folder in path.parents if folder.name in ("dbt", "project"))
    text = f"# {name}\n\n`dbt/{path.relative_to(project)}`\n\n```sql\n{path.read_text(encoding='utf-8')}\n```"
    return page(name, text, language, asking)


def page(title: str, markdown: str, language: Language, asking: Reader | None = None) -> str:
    """Return an HTML page, with the pages that its reader may open; what HTML the Markdown holds is shown as text."""
    from markupsafe import Markup

    # The renderer has escaped what HTML the Markdown holds.
    body = Markup(_renderer().render(markdown))  # noqa: S704
    return pages.render("document.html", language, title, body=body, **({"reader": asking} if asking else {}))


def _title(path: Path, language: Language) -> str:
    """Return how a runbook is called: its first line says it in both languages."""
    return in_language(path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# "), language)


@cache
def _renderer():  # type: ignore[no-untyped-def]  # noqa: ANN202 - imported late: the plugin is read by every process
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")

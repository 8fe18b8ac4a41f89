"""Measure the leak of a redactor on texts nobody tuned it on.

python benchmarks/privacy/evaluate.py --sets municipal stress gdpr europeana --documents 780 --stock --markdown

Every redactor gets the same texts in the same run. `--half held` takes the generated sets from templates, names and
places that no rule was written on. `--errors FILE` writes what leaked and what was masked for nothing, with its
surroundings, as JSON lines, outside the repository; it is refused with the held half and with the texts at first sight,
so that nobody can tune on them.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan
from pathlib import Path
from statistics import median

import report
from corpus import Document
from generate import HALVES, SETS, generate
from metrics import Judgement, Prediction, judge
from outside import ADAPTERS as OUTSIDE
from redactors import Timed, ours, stock
from written import FIRST_SIGHT, TEMPTING, written

from calanque.errors import CalanqueError
from calanque.settings import settings

UNSEEN: dict[str, Callable[[], list[Document]]] = {
    folder.name: partial(written, folder) for folder in (FIRST_SIGHT, TEMPTING)
}
ADAPTERS = {**OUTSIDE, "written": written, **UNSEEN}
AROUND = 40
WORDS = 60
"""Words of the document that speeds are told for."""
ROUNDS = 5
"""Speeds of a generated set are the median of so many rounds, each one document of each template."""


def documents_of(asked: argparse.Namespace, name: str) -> list[Document]:
    """Return the gold documents of a set, of the half that is asked."""
    if name not in SETS:
        return ADAPTERS[name]()
    return list(generate(name, asked.documents, asked.seed, asked.dirt, asked.half))


def errors(judgement: Judgement, name: str) -> Iterator[dict[str, str]]:
    """Yield what leaked and what was masked for nothing, with 40 characters on each side."""
    document = judgement.document
    common = {"set": name, "id": document.id, "source": document.source}
    for outcome in judgement.outcomes:
        if not outcome.is_masked:
            entity = outcome.entity
            found = {"error": "leak", "type": entity.type, "casing": entity.casing, "kept": outcome.kept}
            yield {**common, **found, "context": _context(document.text, entity.start, entity.end)}
    for start, end in judgement.over:
        yield {**common, "error": "over-mask", "type": "", "context": _context(document.text, start, end)}


def _context(text: str, start: int, end: int) -> str:
    return f"{text[max(0, start - AROUND) : start]}⟦{text[start:end]}⟧{text[end : end + AROUND]}"


def check_errors(path: Path, names: Sequence[str], half: str) -> None:
    """Refuse errors of the held half and of the texts at first sight, and a file in the repository.

    Raises:
        CalanqueError: at each of them.
    """
    if UNSEEN.keys() & set(names):
        raise CalanqueError("The errors of the texts at first sight are shown to nobody: ask for those of another set.")
    if half == "held":
        raise CalanqueError("The errors of the held half are shown to nobody: ask for those of the open half.")
    if path.resolve().is_relative_to(settings().root.resolve()):
        raise CalanqueError("Errors quote the texts of the evaluation: write them outside the repository.")


def write_errors(path: Path, judged: Sequence[tuple[str, Sequence[Judgement]]], half: str) -> None:
    """Write the errors as JSON lines.

    Raises:
        CalanqueError: if they are of texts that are shown to nobody, or the file lies in the repository.
    """
    check_errors(path, [name for name, _ in judged], half)
    with path.open("w", encoding="utf-8") as out:
        for name, judgements in judged:
            for judgement in judgements:
                out.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in errors(judgement, name))


@dataclass(frozen=True, slots=True)
class Result:
    """One set through one redactor: judgements, CPU seconds of all its texts, and of a round of them."""

    name: str
    redactor: str
    judgements: list[Judgement]
    cpu_s: float
    round_documents: int
    round_cpu_s: float


def run(name: str, documents: Sequence[Document], redactor: Timed) -> Result:
    """Redact and judge a set: some rounds of one document of each template, timed apart, then the others.

    Within a round no sentence returns.
    """
    size = len({d.source for d in documents}) if name in SETS else len(documents)
    found: list[list[Prediction]] = []
    spent_s: list[float] = []
    for start in range(0, min(ROUNDS, len(documents) // size) * size, size):
        predictions, cpu_s = redactor([document.text for document in documents[start : start + size]])
        found += predictions
        spent_s.append(cpu_s)
    others, others_s = redactor([document.text for document in documents[len(found) :]])
    judged = [judge(d, p) for d, p in zip(documents, [*found, *others], strict=True)]
    return Result(name, redactor.name, judged, sum(spent_s) + others_s, size, median(spent_s))


def details(judgements: Sequence[Judgement], is_markdown: bool, is_long: bool) -> Iterator[str]:
    """Yield the tables of one set and redactor."""
    tables = [report.by_type(judgements), report.by_casing(judgements), report.by_origin(judgements)]
    yield from (report.render(table, is_markdown) for table in tables if len(table) > 1)
    gaps = {name: value for name, value in report.gaps(judgements).items() if not isnan(value)}
    if gaps:
        yield ", ".join(f"{name} {value:.1f} points" for name, value in gaps.items()) + "."
    if is_long:
        yield report.render(report.by_source(judgements), is_markdown)


def speed(results: Sequence[Result], redactors: Sequence[Timed]) -> report.Table:
    """Return the speed of each redactor on each set: one process, warm, texts it has not seen."""
    head = [
        "set",
        "redactor",
        "words a document",
        "documents per CPU-second",
        "of 60 words",
        "with returning sentences",
    ]
    table = [[*head, "start, CPU-seconds"]]
    load_s = {timed.name: timed.load_s for timed in redactors}
    for r in results:
        words = sum(len(j.document.text.split()) for j in r.judgements) / len(r.judgements)
        rate = r.round_documents / r.round_cpu_s
        rates = rate, rate * words / WORDS, len(r.judgements) / r.cpu_s
        table.append([r.name, r.redactor, f"{words:.0f}", *(f"{x:.0f}" for x in rates), f"{load_s[r.redactor]:.1f}"])
    return table


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["municipal"], choices=(*SETS, *ADAPTERS))
    parser.add_argument("--documents", type=int, default=1560, help="of each generated set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", type=int, default=1, choices=(0, 1, 2))
    parser.add_argument("--half", default=HALVES[0], choices=HALVES, help="of the generated sets")
    parser.add_argument("--stock", action="store_true", help="measure Presidio as it comes, too")
    parser.add_argument("--sources", action="store_true", help="add a table by template or file")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--errors", type=Path, help="file for the errors of our redactor")
    asked = parser.parse_args()
    try:
        if asked.errors:
            check_errors(asked.errors, asked.sets, asked.half)
    except CalanqueError as e:
        parser.error(str(e))
    return asked


def main() -> None:
    """Run the evaluation that the command line asks for."""
    asked = arguments()
    redactors = [ours(), *([stock()] if asked.stock else [])]
    results: list[Result] = []
    for name in asked.sets:
        try:
            documents = documents_of(asked, name)
        except CalanqueError as e:
            print(f"{name} is left out: {e}\n")
            continue
        results += [run(name, documents, redactor) for redactor in redactors]
    summary = report.summary([(r.name, r.redactor, r.judgements) for r in results])
    print(report.render(summary, asked.markdown), end="\n\n")
    for r in results:
        print(f"### {r.name}, {r.redactor}", end="\n\n")
        for part in details(r.judgements, asked.markdown, asked.sources):
            print(part, end="\n\n")
    print(report.render(speed(results, redactors), asked.markdown))
    if asked.errors:
        write_errors(
            asked.errors, [(r.name, r.judgements) for r in results if r.redactor == redactors[0].name], asked.half
        )


if __name__ == "__main__":
    main()

"""The tables of an evaluation, in Markdown or aligned for a terminal."""

from collections import Counter
from collections.abc import Callable, Sequence

import metrics
from corpus import TYPES, Entity
from metrics import Judgement, Share
from names import CASINGS, FIRST_NAME, INITIALS

Table = list[list[str]]
_CASING_ORDER = (*CASINGS, FIRST_NAME, INITIALS, "TEXT IN CAPITALS", "text in lower case")
FEWEST = 20
"""A gap counts only groups of at least so many entities: below, a share says nothing."""


def percent(share: Share) -> str:
    """Write a share as `1.2 % (0.8–1.9)`."""
    if not share.total:
        return "–"
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f}–{100 * share.high:.1f})"


def summary(rows: Sequence[tuple[str, str, Sequence[Judgement]]]) -> Table:
    """Return one row a set and redactor."""
    head = [
        "set",
        "redactor",
        "documents",
        "entities",
        "leak",
        "leak, templates as units",
        "structured leak",
        "over-mask",
        "stray spans",
    ]
    table = [[*head, "clean documents", "touched documents", "typed recall"]]
    for name, redactor, judgements in rows:
        shares = [
            metrics.leak(judgements),
            metrics.leak_by_template(judgements),
            metrics.leak(judgements, metrics.is_structured),
            metrics.over_mask(judgements),
            metrics.stray(judgements),
            metrics.clean(judgements),
            metrics.touched(judgements),
            metrics.typed(judgements),
        ]
        table.append([name, redactor, str(len(judgements)), str(shares[0].total), *map(percent, shares)])
    return table


def by(judgements: Sequence[Judgement], title: str, key: Callable[[Entity], str], order: Sequence[str] = ()) -> Table:
    """Return masked and typed recall of each group of entities; entities whose key is empty are left out."""
    counts = Counter(key(outcome.entity) for j in judgements for outcome in j.outcomes)
    groups = sorted(filter(None, counts), key=lambda g: (order.index(g) if g in order else len(order), g))
    table = [[title, "entities", "masked", "typed recall"]]
    for group in groups:

        def is_in(entity: Entity, group: str = group) -> bool:
            return key(entity) == group

        shares = metrics.masked(judgements, is_in), metrics.typed(judgements, is_in)
        table.append([group, str(counts[group]), *map(percent, shares)])
    return table


def by_type(judgements: Sequence[Judgement]) -> Table:
    """Return one row a type of entity."""
    return by(judgements, "type", lambda entity: entity.type, TYPES)


def by_casing(judgements: Sequence[Judgement]) -> Table:
    """Return one row a casing of names."""
    return by(judgements, "casing of the name", lambda entity: entity.casing, _CASING_ORDER)


def by_origin(judgements: Sequence[Judgement]) -> Table:
    """Return one row an origin of names."""
    return by(judgements, "origin of the name", lambda entity: entity.name_origin)


def by_source(judgements: Sequence[Judgement]) -> Table:
    """Return one row a template or file: leak, over-mask, clean documents."""
    table = [["source", "entities", "leak", "over-mask", "clean documents"]]
    for source in sorted({j.document.source for j in judgements}):
        chosen = [j for j in judgements if j.document.source == source]
        leak = metrics.leak(chosen)
        table.append([source, str(leak.total), *map(percent, (leak, metrics.over_mask(chosen), metrics.clean(chosen)))])
    return table


def gaps(judgements: Sequence[Judgement]) -> dict[str, float]:
    """Return the gaps of masked, in points: between the casings of names, and between the origins of names."""

    def shares(key: Callable[[Entity], str], allowed: Sequence[str]) -> list[Share]:
        return [metrics.masked(judgements, lambda e, g=group: key(e) == g) for group in allowed]  # type: ignore[misc]

    origins = sorted({o.entity.name_origin for j in judgements for o in j.outcomes} - {""})
    casings = shares(lambda e: e.casing, CASINGS)
    if not origins:
        return {}
    return {
        "casing gap": metrics.gap(s for s in casings if s.total >= FEWEST),
        "casing gap without lower case": metrics.gap(s for s in casings[:-1] if s.total >= FEWEST),
        "origin gap": metrics.gap(s for s in shares(lambda e: e.name_origin, origins) if s.total >= FEWEST),
    }


def render(table: Table, is_markdown: bool) -> str:
    """Write a table as Markdown, or in columns."""
    if is_markdown:
        rule = ["---"] * len(table[0])
        return "\n".join("| " + " | ".join(row) + " |" for row in (table[0], rule, *table[1:]))
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )

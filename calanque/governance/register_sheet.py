"""The sheet of a treatment in words: the one text behind the page, the sheets of ODS and those of PDF.

Its headings follow the CNIL's simplified register. What contracts say in words of their own is quoted, in the sheet's
language where they say it in both.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, get_args

from calanque.contracts import FeedContract
from calanque.contracts.model import Classification, Tier, TokenKind, in_language, is_in_both
from calanque.contracts.page import Language, made_by, promised
from calanque.governance.register import Office, Received, Register, Said, Treatment
from calanque.governance.register_words import WORDS
from calanque.runs.tables import JOURNAL

DAYS_OF_YEAR = 365
CLASSES: tuple[Classification, ...] = ("identifier", "personal", "free_text", "open")
BECOMES = (*get_args(TokenKind), "redact", "cell", "zone", "not_loaded")
TIERS: tuple[Tier, ...] = get_args(Tier)


class Line(NamedTuple):
    """A line of a sheet; `is_quoted` where its words are not of the register but of contracts or checks: English."""

    label: str
    values: tuple[str, ...]
    is_quoted: bool = False


class Section(NamedTuple):
    """A heading of the CNIL's model, and its lines."""

    title: str
    lines: tuple[Line, ...]

    @property
    def is_one(self) -> bool:
        """Whether its one line says no more than its heading what it is about."""
        return [line.label for line in self.lines] == [self.title]


def sheet(register: Register, treatment: Treatment, language: Language) -> tuple[Section, ...]:
    """Return everything that the register says of one treatment, in its order."""
    w = WORDS[language]
    parts = (
        ("description", _description(treatment, language)),
        ("actors", _actors(register, language)),
        ("purposes", _purposes(treatment, language)),
        ("security", _security(register, treatment, language)),
        ("categories", _categories(treatment, language)),
        ("sensitive", [Line(w["sensitive"], (_line_of(treatment, "sensitive", language),))]),
        ("persons", [Line(w["persons"], (_line_of(treatment, "persons", language),))]),
        ("seen", _seen(treatment, language)),
        ("recipients", [Line(w["recipients"], recipients(treatment, language))]),
        ("transfers", [Line(w["transfers"], (register.city.transfers.to(language),))]),
        ("retention", [*_retention(treatment, language), *_elsewhere(register, treatment, language)]),
        ("rights", [Line(w["rights"], (register.city.rights[treatment.regime].to(language),))]),
        ("profiling", [Line(w["profiling"], (register.city.profiling.to(language),))]),
    )
    return tuple(Section(w[name], tuple(lines)) for name, lines in parts if lines)


def regime(treatment: Treatment, language: Language) -> str:
    """Return the name of its regime."""
    return WORDS[language][treatment.regime]


def recipients(treatment: Treatment, language: Language) -> tuple[str, ...]:
    """Return who receives its data: whom contracts name, who is elected; of the lake's own, whom its tables admit."""
    w = WORDS[language]
    if treatment.own:
        return tuple(w[role] for role in JOURNAL.readers)
    named = _by_feed(treatment, lambda one: (w.get(name, name) for name in one.recipients))
    elected = treatment.lines.elected if treatment.lines else None
    staff = [f"{w['engineers']}{w['colon']} {w['as_engineers']}", f"{w['dpo']}{w['colon']} {w['as_dpo']}"]
    return (*named, *staff, *([f"{w['elected']}{w['colon']} {elected.to(language)}"] if elected else []))


def purpose(treatment: Treatment, language: Language) -> str:
    """Return its purpose, said."""
    return _line_of(treatment, "purpose", language)


def kept(treatment: Treatment, tier: Tier, language: Language) -> str:
    """Return how long rows or files of a tier are kept, as a span where feeds differ: `7 to 30 days`."""
    if treatment.own:
        return treatment.own.kept.to(language)
    days = sorted({one.retention_days[tier] for one in treatment.contracts})
    spans = [_span(one, language) for one in (days[0], days[-1])]
    return spans[0] if len(days) == 1 else WORDS[language]["span"].format(*spans)


def as_read(as_of: datetime, language: Language) -> str:
    """Return the line that says when a register was true; the zone is that of the time."""
    return WORDS[language]["as_of"].format(f"{as_of:%Y-%m-%d %H:%M} ({as_of.tzinfo})")


def office(one: Office, language: Language) -> str:
    """Return who answers, and where they are reached."""
    return f"{one.title.to(language)}, {one.address}, {one.contact}"


def _description(treatment: Treatment, language: Language) -> list[Line]:
    w, made = WORDS[language], treatment.synthetic
    versions = ", ".join(f"{one.feed} {one.version}" for one in treatment.contracts)
    partly = w["in_part"].format(", ".join(made)) if made else w["no"]
    of_feeds = [
        Line(w["synthetic"], (w["yes"] if len(made) == len(treatment.contracts) else partly,)),
        Line(w["feeds"], _titles(treatment, language), is_quoted=_is_english(one.title for one in treatment.contracts)),
        Line(w["territories"], (", ".join(treatment.territories),)),
    ]
    lines = [Line(w["problem"], (treatment.problem,), is_quoted=True)] if treatment.problem else []
    return [
        *lines,
        Line(w["name"], (treatment.title(language),)),
        Line(w["number"], (f"{treatment.number}, {treatment.reference}",)),
        Line(w["created"], (f"{treatment.lines.created_on}" if treatment.lines else w["not_said"],)),
        *([Line(w["updated"], (w["versions"].format(versions),))] if versions else []),
        Line(w["regime"], (regime(treatment, language),)),
        Line(w["personal"], (w["yes" if treatment.is_personal else "no"],)),
        *(of_feeds if treatment.contracts else ()),
    ]


def _actors(register: Register, language: Language) -> list[Line]:
    w, city = WORDS[language], register.city
    return [
        Line(w["controller"], (office(city.controller, language),)),
        Line(w["dpo"], (office(city.dpo, language),)),
        Line(w["joint"], (city.joint_controllers.to(language),)),
    ]


def _purposes(treatment: Treatment, language: Language) -> list[Line]:
    w = WORDS[language]
    main = Line(w["main_purpose"], (purpose(treatment, language),))
    legal = Line(w["legal_bases"], (_line_of(treatment, "legal_basis", language),))
    if treatment.own:
        return [main, legal]
    origins = _by_feed(treatment, lambda one: [made_by(one, language)])
    return [
        main,
        Line(
            w["of_feeds"],
            _by_feed(treatment, lambda one: [one.described(language)]),
            is_quoted=_is_english(one.description for one in treatment.contracts),
        ),
        legal,
        Line(
            w["by_contracts"],
            _by_feed(treatment, lambda one: [in_language(one.legal_basis, language)]),
            is_quoted=_is_english(one.legal_basis for one in treatment.contracts),
        ),
        Line(w["origins"], origins),
        Line(w["sources"], _by_feed(treatment, lambda one: [_producer(one, language)])),
    ]


def _security(register: Register, treatment: Treatment, language: Language) -> list[Line]:
    w = WORDS[language]
    received = treatment.received()
    protections = tuple(
        f"{_becomes(kind, language)}{w['colon']} {_named(one for one in received if kind in one.becomes)}"
        for kind in BECOMES
        if any(kind in one.becomes for one in received)
    )
    return [
        Line(w["protections"], protections or (w["none"],)),
        Line(w["measures"], tuple(one.to(language) for one in (treatment.own or register.city).security)),
    ]


def _categories(treatment: Treatment, language: Language) -> list[Line]:
    w = WORDS[language]
    if treatment.own:
        return [Line(w["categories"], (treatment.own.data.to(language),))]
    labels = {one: w["personal_class" if one == "personal" else one] for one in CLASSES}
    lines = []
    for one in CLASSES:
        found = [column for column in treatment.received() if column.classification == one]
        feeds = dict.fromkeys(column.feed for column in found)
        values = tuple(
            f"{feed}{w['colon']} {', '.join(_column(column, language) for column in found if column.feed == feed)}"
            for feed in feeds
        )
        lines.append(Line(labels[one], values or (w["none"],)))
    return lines


def _retention(treatment: Treatment, language: Language) -> list[Line]:
    w = WORDS[language]
    if treatment.own:
        return [Line(w["retention"], (treatment.own.kept.to(language),))]

    def days(tier: Tier) -> Line:
        found = _by_feed(treatment, lambda one: [_span(one.retention_days[tier], language)])
        return Line(w[tier], (kept(treatment, tier, language), *found) if len(found) > 1 else found)

    def counted(one: FeedContract) -> list[str]:
        return [w["since_column"].format(one.retention_column) if one.retention_column else w["since_load"]]

    return [*(days(tier) for tier in TIERS), Line(w["since"], _by_feed(treatment, counted))]


def _seen(treatment: Treatment, language: Language) -> list[Line]:
    """Return how fine the rows of its feeds are seen beyond bronze, as these promise it."""
    found = _by_feed(treatment, lambda one: filter(None, [promised(one, language)]))
    return [Line(WORDS[language]["seen"], found)] if found else []


def _elsewhere(register: Register, treatment: Treatment, language: Language) -> list[Line]:
    if treatment.own:
        return []
    return [Line(WORDS[language]["elsewhere"], tuple(one.to(language) for one in register.city.kept_elsewhere))]


def _line_of(treatment: Treatment, name: str, language: Language) -> str:
    line: Said | None = getattr(treatment.lines, name, None)
    return line.to(language) if line else WORDS[language]["not_said"]


def _is_english(texts: Iterable[str]) -> bool:
    return not all(map(is_in_both, texts))


def _titles(treatment: Treatment, language: Language) -> tuple[str, ...]:
    colon = WORDS[language]["colon"]
    return tuple(f"{one.feed}{colon} {one.titled(language)}" for one in treatment.contracts)


def _by_feed(treatment: Treatment, of: Callable[[FeedContract], Iterable[str]]) -> tuple[str, ...]:
    """Return each text once, with the feeds it is of where others say otherwise."""
    feeds: dict[str, list[str]] = {}
    for contract in treatment.contracts:
        for text in of(contract):
            feeds.setdefault(text, []).append(contract.feed)
    if len(feeds) == 1:
        return tuple(feeds)
    return tuple(f"{text} ({', '.join(names)})" for text, names in feeds.items())


def _producer(contract: FeedContract, language: Language) -> str:
    made = contract.provenance
    producer = in_language(made.producer, language)
    return f"{producer}, {made.url}" if made.url else producer


def _column(column: Received, language: Language) -> str:
    how = " + ".join(_becomes(kind, language) for kind in column.becomes)
    return f"{column.name} ({how})" if how else column.name


def _becomes(kind: str, language: Language) -> str:
    return WORDS[language]["as_identifier" if kind == "identifier" else kind]


def _named(columns: Iterable[Received]) -> str:
    return ", ".join(f"{one.feed}.{one.name}" for one in columns)


def _span(days: int, language: Language) -> str:
    """Return a number of days as people say it: `1095 days (3 years)`."""

    def counted(count: int, unit: str) -> str:
        return f"{count} {WORDS[language][unit].split('|')[count > 1]}"

    text, (years, rest) = counted(days, "days"), divmod(days, DAYS_OF_YEAR)
    return f"{text} ({counted(years, 'years')})" if years and not rest else text

"""Postal addresses: number and street, complement, postcode and town, also apart from each other.

A street without a number is a place, not a home, and stays readable unless a cue says that someone lives there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.lexicon.word_lists import COMMON_WORDS
from calanque.privacy.recognisers import address_extent as extent
from calanque.privacy.recognisers import address_rules as rules
from calanque.privacy.rules import holds_one, matches
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared, is_shouting

ENTITY = "POSTAL_ADDRESS"
_HYPHENED = re.compile(
    r"(?<=[a-zà-ÿ])(?:-(?:[dl]['\u2019])?[A-ZÀ-Ý][\w'\u2019]+|-(?:de|du|des|la|le|les|sur|en|aux?)(?=-))+"
)
"""The rest of a town's name: "Florac" of "Florac-Trois-Rivières" is a town too."""


class AddressRecogniser:
    """Streets at a number, homes after a cue, postcodes with a town; each goes on over what belongs to it."""

    entity = ENTITY

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        spans = [*_searched(text), *_in_words(text)]
        if text.has_digit:
            spans += [*_streets(text), *_after_streets(text), *_postcodes(text)]
        if holds_one(text.folded, rules.HOME_ANCHORS):
            spans += _homes(text)
        if holds_one(text.folded, rules.TOWN_ANCHORS):
            spans += (span for cue in rules.TOWN_LABEL.finditer(text.folded) for span in _home_town(text, cue.end()))
        return [_closed(text, span) for span in spans]


def _closed(text: Prepared, span: Span) -> Span:
    """Return the span to the end of its last word, misread or not, with the bracket that closes one it opens."""
    end = span.end
    while text.folded[end - 1 : end].isalnum() and text.folded[end : end + 1].isalnum():
        end += 1
    if hyphened := _HYPHENED.match(text.original, end):
        end = hyphened.end()
    span = replace(span, end=end)
    inside = text.folded[span.start : span.end]
    is_open = inside.count("(") > inside.count(")") and text.folded[span.end : span.end + 1] == ")"
    return replace(span, end=span.end + 1) if is_open else span


def _span(start: int, end: int, score: float, rule: str) -> Span:
    return Span(start, end, ENTITY, score, f"postal_address.{rule}")


def _streets(text: Prepared) -> Iterator[Span]:
    for rule in rules.AT_NUMBER:
        for match in matches(rule, text):
            begin, start = match.start(), match.start("s")
            is_one = text.folded[begin:start].strip(" ,").isdigit()
            if any(
                no.search(text.folded, max(0, begin - 16), begin)
                for no in (rules.NOT_A_NUMBER, rules.MANY)[: 1 + is_one]
            ):
                continue
            if rules.NO_STREET.match(text.folded, start) or _is_message(text, start):
                continue
            end = _house_end(text, start, match.end())
            low = _town_before(text, extent.left(text, begin))
            yield _span(low, extent.right(text, end), rule.score, rule.name)


def _house_end(text: Prepared, start: int, end: int) -> int:
    """Return where the name of a street ends, or that of a house with the street that follows it."""
    end = extent.name_end(text, start, end)
    if rules.OF_HOUSE.match(text.folded, start) and (street := rules.NEXT_STREET.match(text.folded, end)):
        end = extent.name_end(text, street.start("s"), street.end())
    return end


def _in_words(text: Prepared) -> Iterator[Span]:
    if not holds_one(text.folded, rules.STREETS_AFTER_WORDS):
        return
    for match in matches(rules.IN_WORDS, text):
        end = extent.name_end(text, match.start("s"), match.end())
        yield _span(
            extent.left(text, match.start()), extent.right(text, end), rules.IN_WORDS.score, rules.IN_WORDS.name
        )


def _is_message(text: Prepared, start: int) -> bool:
    """Say whether "mail" is an e-mail: the name of a mall has a capital."""
    return text.folded.startswith("mail ", start) and not text.original[start + 5 : start + 6].isupper()


def _after_streets(text: Prepared) -> Iterator[Span]:
    """Yield "rue Paradis, n° 45" and, where nothing else follows, "rue Paradis, 45"."""
    for match in matches(rules.AFTER_STREET, text):
        low = max(0, match.start() - rules.LONGEST_STREET)
        if not rules.NUMBER_LINK.search(text.folded, max(0, match.start() - 8), match.start()):
            continue
        street = rules.STREET_THEN.search(text.folded, low, match.start())
        if street and _is_of_street(text, street, match):
            yield _span(
                street.start(), extent.right(text, match.end()), rules.AFTER_STREET.score, rules.AFTER_STREET.name
            )


def _is_of_street(text: Prepared, street: re.Match[str], number: re.Match[str]) -> bool:
    """Say whether a number behind a street is the street's: signed, closed by more of an address or by the phrase."""
    if text.folded.startswith(" ", number.end()) and rules.NEXT_STREET.match(text.folded, number.end()):
        return False
    # "12 a" may be a number with its letter, and is one with "à" before a town.
    if text.folded.endswith(" a", 0, number.end()) and extent.known_town_end(text, number.end() + 1):
        return True
    if street["l"] not in (",", " ") or rules.STREET_CLOSE.match(text.folded, number.end()):
        return True
    if not rules.PHRASE_CLOSE.match(text.folded, number.end()) or rules.NO_STREET.match(text.folded, street.start()):
        return False
    name = text.original[street.start() : street.start("l")].split()[-1]
    is_counted = rules.NOT_A_NUMBER.search(text.folded, max(0, number.start() - 16), number.start())
    return name[:1].isupper() and not is_counted


def _searched(text: Prepared) -> Iterator[Span]:
    for rule in rules.SEARCHED:
        for match in matches(rule, text):
            low = extent.left(text, match.start()) if rule.name in rules.WITH_UNITS else match.start()
            yield _span(low, extent.right(text, match.end()), rule.score, rule.name)


def _homes(text: Prepared) -> Iterator[Span]:
    for cue in rules.HOME_CUE.finditer(text.folded):
        for rule in rules.HOME:
            match = rule.pattern.match(text.folded, cue.start())
            if not match:
                continue
            start, end = match.span("v")
            if (
                rule.name == "lives_in_unit"
                and cue.group().startswith("chez")
                and rules.BUILDING.match(text.folded, start)
            ):
                continue
            if rule.name == "lives_at":
                if rules.NO_STREET.match(text.folded, start):
                    continue
                end = extent.number_behind(text, extent.name_end(text, start, end))
            if rule.name == "lives_at_named":
                if not text.original[start:end].replace("'", " ").split()[-1][0].isupper():
                    continue
                end = _house_end(text, match.start("n"), end)
            yield _span(start, extent.right(text, end), rule.score, rule.name)
        if rules.LIVES_WITH_TOWN.match(text.folded, cue.start()) and (
            town := rules.TO_TOWN.match(text.folded, cue.start())
        ):
            yield from _home_town(text, town.end())


def _postcodes(text: Prepared) -> Iterator[Span]:
    for match in matches(rules.POSTCODE_RULE, text):
        start, end = match.span()
        street = rules.STREET_BEFORE.search(text.folded, max(0, start - 90), start)
        if street and " dans " in street.group():
            street = None
        before = _town_before(text, start)
        has_cue = bool(rules.POSTCODE_CUE.search(text.folded, max(0, start - 32), start))
        town = extent.after_postcode(text, end, is_sure=has_cue or bool(street))
        if not street and town > end:
            street = rules.ANY_BEFORE.search(text.original, max(0, start - 70), start)
        if street or before < start or has_cue or (town > end and _is_town(text, end)):
            low = min(street.start() if street else start, before)
            yield _span(extent.left(text, low), extent.right(text, town), 0.7, "postcode")


def _first_letter(text: Prepared, start: int) -> int:
    while start < len(text.folded) and not text.folded[start].isalpha():
        start += 1
    return start


def _is_town(text: Prepared, start: int) -> bool:
    """Say whether the capitals after a postcode carry information, or the words are a known town."""
    if not is_shouting(text.original[max(0, start - rules.SHOUT_WINDOW) : start + rules.SHOUT_WINDOW]):
        return True
    return bool(extent.known_town_end(text, _first_letter(text, start)))


def _town_before(text: Prepared, start: int) -> int:
    """Return where the town just before begins ("Marseille (13006)", "Lens, 8 rue Foch"), `start` if none does."""
    match = rules.TOWN_BEFORE.search(text.folded, max(0, start - 40), start)
    while match:
        end = extent.known_town_end(text, match.start())
        if end and not text.folded[end:start].strip(" (,-"):
            return match.start()
        gap = rules.TOWN_WORD_GAP.search(text.folded, match.start(), start - 1)
        match = rules.TOWN_BEFORE.match(text.folded, gap.end(), start) if gap else None
    return start


def _home_town(text: Prepared, start: int) -> Iterator[Span]:
    first = rules.TOWN_FIRST.match(text.folded, start)
    if not first or first.group(1) in rules.ARTICLES:
        return
    name = text.original[first.start(1) : first.end(1)]
    is_plain = is_shouting(text.original[max(0, start - rules.SHOUT_WINDOW) : start + rules.SHOUT_WINDOW])
    is_name = name[0].isupper() and first.group(1) not in COMMON_WORDS and not is_plain
    known = extent.known_town_end(text, start)
    end = known or (extent.town_end(text, first.start(1)) if is_name and first.group(1) not in NEUTRAL else 0)
    if end:
        end = extent.right(text, end)
        if street := rules.NEXT_STREET.match(text.folded, end):
            end = extent.right(text, extent.name_end(text, street.start("s"), street.end()))
        yield _span(start, end, 0.65, "home_town")


ADDRESS = AddressRecogniser()

"""A text mended for the rules of numbers: doubled spaces, sentences cut by a line end, cues with one wrong letter."""

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from calanque.privacy.lexicon.odds import FREQUENT, is_first_name
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.rules import Recogniser
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_CUES = """
naissance identite nationale passeport sejour resident recepisse etranger prefecture immatriculation immatriculee
matricule immatricule securite sociale permis conduire fiscal fiscale impots demeurant demeure domicilie domiciliee
habitant adresse telephone portable bancaire compte virement prelevement plaque vehicule voiture societe entreprise
batiment appartement escalier boulevard avenue chemin impasse residence numero agent badge brigadier verbalisateur
intervenant patient assure allocataire carte vitale facture commande dossier reference siren siret janvier fevrier
juillet septembre octobre novembre decembre latitude longitude coordonnees
""".split()  # noqa: SIM905  (a word list reads as words)
_LONG_CUE = 7
"""From this length on any one letter may be wrong; a shorter cue would meet real words."""
_JOINED = "aeio"
"""First letters before which an article loses its vowel, and a hasty writer its apostrophe ("lagent")."""
_WORD = re.compile(r"[a-z]{5,16}")
_DOUBLED = re.compile(r"(?<=\S)[ ]{2}(?=\S)")
_WRAPPED = re.compile(r"(?<=[a-z0-9,'])[ ]?\n[ ]?(?=[a-z0-9(])(?![\w.\-]{2,30}[ ]?[:\u2014\u2013>▸·][ \n])")
_WRAP_WIDTH = 45


def mend(text: Prepared) -> Prepared:
    """Return the text as its author meant it, or `text` itself; `restored` brings offsets back to it."""
    return _mended(text.original, text.folded, text.has_digit) or text


def found_in_mended(recognisers: Iterable[Recogniser], text: Prepared) -> list[Span]:
    """Return what recognisers find in the mended text, with the offsets of the given one."""
    mended = mend(text)
    spans = [span for recogniser in recognisers for span in recogniser.find(mended)]
    return spans if mended is text else mended.restored(spans)


@lru_cache(maxsize=1)
def _mended(original: str, folded: str, has_digit: bool) -> Prepared | None:
    edits = sorted(_edits(folded))
    if not edits:
        return None
    parts: list[tuple[str, str]] = []
    origins: list[int] = []
    position = 0
    for start, end, new in edits:
        parts += ((original[position:start], folded[position:start]), (_cased(original[start:end], new), new))
        origins += range(position, start)
        origins += (min(start + shift, end - 1) for shift in range(len(new)))
        position = end
    parts.append((original[position:], folded[position:]))
    origins += range(position, len(original) + 1)
    return Prepared("".join(o for o, _ in parts), "".join(f for _, f in parts), has_digit, (), tuple(origins))


def _edits(folded: str) -> Iterator[tuple[int, int, str]]:
    if "  " in folded:
        yield from ((m.start(), m.end(), " ") for m in _DOUBLED.finditer(folded))
    if "\n" in folded:
        yield from _unwrapped(folded)
    misspelt = _misspelt()
    if not misspelt.keys().isdisjoint(_WORD.findall(folded)):
        yield from ((m.start(), m.end(), c) for m in _WORD.finditer(folded) if (c := misspelt.get(m.group())))


def _unwrapped(folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield the line ends that cut a sentence: the line is long, and so a paragraph, not a field of a form."""
    for match in _WRAPPED.finditer(folded):
        if match.start() - folded.rfind("\n", 0, match.start()) > _WRAP_WIDTH:
            yield match.start(), match.end(), " "


def _cased(old: str, new: str) -> str:
    return new.upper() if old.isupper() else new.capitalize() if old[:1].isupper() else new


@cache
def _misspelt() -> dict[str, str]:
    """Return every way of writing a cue with one wrong letter that is no word and no name, with the cue."""
    known = word_frequencies()
    return {
        variant: cue
        for cue in reversed(_CUES)
        for variant in _variants(cue)
        if variant not in known
        and not is_first_name(variant, FREQUENT)
        and variant not in _CUES
        and variant != f"{cue}s"
    }


def _variants(cue: str) -> Iterator[str]:
    for i in range(1, len(cue)):
        before, after = cue[:i], cue[i + 1 :]
        yield before + after
        yield before + cue[i] + cue[i:]
        yield before + after[:1] + cue[i] + after[1:]
        if len(cue) >= _LONG_CUE:
            yield from (before + letter + after for letter in string.ascii_lowercase)
            yield from (before + letter + cue[i:] for letter in string.ascii_lowercase)
    if cue[0] in _JOINED:
        yield from (f"{article}{cue}" for article in "ld")

"""Numbers that a label gives to a person, whatever they look like: "n° allocataire 77", "permis italien n° U1A2".

One rule for every type. A label of documents and files of persons, a sign of a number, and what follows is masked.
Numbers of matters (a ticket, a decree, a building permit) are no person's and stay.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.rules import folded_pattern
from calanque.privacy.shapes import FILES, NO_DATE, NO_UNIT, NUMBER_WORD
from calanque.privacy.spans import MASK_SCORE, Span
from calanque.privacy.text import Prepared, is_shouting

ENTITY = "PERSON_NUMBER"
_BARE = {
    "FR_AGENT_NUMBER": "matricule; mle; matr; badge; rio; r.i.o; nigend; numen; cnaps",
    "FR_HEALTH_NUMBER": "ipp; nip; nda; iep; rpps; adeli",
    "FR_RESIDENCE_PERMIT": "agdref; ofpra; cnda; atda; dcem",
    "FR_DRIVING_LICENCE": "neph",
    "FR_NIR": "nir; nss",
    "FR_TAX_NUMBER": "spi; nif",
    ENTITY: "ine; ecrou; nur",
}
"""Labels that nothing but a number of a person follows: any number will do."""
_CATEGORIES = ("a", "a1", "a2", "am", "b", "be", "c", "ce", "d")
_DOCUMENTS = {
    "FR_AGENT_NUMBER": "indicatif; carte pro; carte professionnelle",
    "FR_RESIDENCE_PERMIT": (
        "titre de sejour; titre sejour; carte de sejour; carte de resident; titre de voyage; permis de sejour; "
        "titre pluriannuel; carte pluriannuelle; vls-ts; autorisation provisoire; recepisse; recepisse de demande; "
        "recepisse de demande de titre"
    ),
    "FR_DRIVING_LICENCE": "permis; permis de conduire; pdc; pc; p.c",
    "FR_PASSPORT": "passeport",
    "FR_IDENTITY_CARD": "cni; cin; nin; carte d'identite; carte identite; carte nationale d'identite; carte consulaire",
    "FR_TAX_NUMBER": "avis d'imposition; avis d'impot; impots",
    "FR_HEALTH_NUMBER": "carte ame",
    "CREDIT_CARD": "cb; carte bancaire; carte bleue; carte de paiement; mastercard",
    "FR_PLATE": "plaque; immat; immatricule; immatriculation; carte grise; bicycode",
    ENTITY: (
        "carte electorale; carte de bibliotheque; carte de transport; carte pass; carte de fidelite; "
        "carte d'invalidite; carte famille nombreuse; carte vtc; carte commercant; carte de commercant; "
        "carte ambulant; carte forain; licence; carte de presse; ads; licence taxi; licence de taxi; dossier social; "
        "dossier medical; ccp"
    ),
}
"""Labels that a code may follow at once: four digits or more, or letters and digits."""
_SIGNED = {
    "FR_AGENT_NUMBER": (
        "agent; verbalisateur; mat; employe; salarie; personnel; service; professionnel; paie; rh; "
        "assermentation; habilitation; commissionne; porteur; asvp; gardien; brigadier; bcp; gpm; policier; "
        "gendarme; operateur; constatateur; controleur; surveillant; mediateur"
    ),
    "FR_RESIDENCE_PERMIT": "aps; etranger; ressortissant; visa; demande d'asile; prefecture; pref",
    "FR_IDENTITY_CARD": "ci; piece d'identite",
    "FR_NIR": "securite sociale; secu; ss; assure",
    "FR_TAX_NUMBER": "fiscal",
    "FR_HEALTH_NUMBER": "patient; sejour hospitalier; am",
    ENTITY: (
        "allocataire; beneficiaire; adherent; abonne; client; contrat; police; police d'assurance; societaire; "
        "usager; demandeur; famille; foyer; locataire; eleve; etudiant; licencie; electeur; "
        "lecteur; pension; retraite; redevable; membre; caf; msa; mdph; rsa; fsl; carsat; unique; france travail; ft; "
        "pole emploi; mutuelle; administre; candidat; participant; demande de logement; dossier logement; "
        "surendettement; alloc; cmi; inscription; adhesion; abonnement; resident; utilisateur; taxi; vtc; bail; "
        "stationnement taxi; autorisation de stationnement; commercant; ambulant; forain; vehicule"
    ),
}
"""Labels that speak of a number only with its sign ("n°", "numéro", ":")."""
_AFTER_SIGN = (
    "police",
    "service",
    "am",
    "unique",
    "foyer",
    "personnel",
    "professionnel",
    "paie",
    "ss",
    "fiscal",
    "rh",
    "inscription",
)
"""Labels that speak of a number only with its sign before them: "n° de service", "service n° 3"."""
_NO_YEARS = ("mle", "mat", "matr", "matricule")
_OF_PERMITS_TOO = ("pc", "p.c")
_LICENCE = re.compile(
    r"\d{12}|\d{2}(?:[ .\-]\d\d){5}|(?:\d\d[ .\-]){3}\d{6}|\d{4}([ .\-])\d{4}\1\d{4}|\d{2}[ .\-]?[a-z]{2}[ .\-]?\d{5}"
)


class _Kind(Enum):
    BARE = _BARE
    DOCUMENT = _DOCUMENTS
    SIGNED = _SIGNED


class _Label(NamedTuple):
    text: str
    entity: str
    kind: _Kind


_LABELS = [
    _Label(text, entity, kind) for kind in _Kind for entity, labels in kind.value.items() for text in labels.split("; ")
]
_LABELS += [_Label(f"permis {category}", "FR_DRIVING_LICENCE", _Kind.DOCUMENT) for category in _CATEGORIES]
_AUTOMATON = AhoCorasick([label.text for label in _LABELS])

_NUMBER = r"(?:n[°o]s?|numeros?|num|\#)(?![^\W\d_])\.?"
_SIGN_BEFORE = folded_pattern(
    r"(?<![^\W_])(?:n[°o]s?|numeros?|num|id|identifiant|matricule|ref|reference|code|dossier|compte)\.?[ ]?"
    r"(?:(?:carte|compte|dossier|contrat|unique)[ ])?(?:(?:de|du|de[ ]la)[ ]|de[ ]l'|d')?$"
)
_MATTERS = rf"(?:{'|'.join(FILES)})"
_BETWEEN = (
    rf"(?!{_NUMBER}|{_MATTERS}(?!\w)|(?:le|la|les|au|aux|a|en|un|une|est|sont|depuis|et|ou|qui|que|par|pour|avec|sans|"
    r"construire|demolir|amenager|louer|vegetaliser|stationnement|inhumer|rue|avenue|boulevard|municipale?|nationale?|"
    r"pc|pa|dp|jusqu|avant|apres|dont|dans|sur|chez)(?!\w))"
    r"(?:[^\W\d_]{1,4}\.|[^\W\d_][^\W\d_\-]{0,15}(?:'|(?![^\W_])))"
)
_TO_NUMBER = (
    rf"(?P<s>e?s?)(?![^\W_])(?:\.(?=[ ]?[:\dn]))?(?:[ ]?\([^()\n\d]{{1,16}}\))?"
    rf"(?P<w>(?:[ ]?{_BETWEEN}){{0,4}}?)"
    rf"(?:[ ](?:delivree?|obtenue?)[ ]le[ ][\d./]{{6,10}})?"
    rf"(?:[ ,]{{1,2}}(?:sous|est|etait|porte)(?:[ ]le)?(?![^\W_]))?"
    rf"(?P<n>[ ,]{{0,2}}[:=(]?[ ]{{0,2}}{_NUMBER})?[ ]{{0,2}}(?P<c>[:=])?[ \t]{{0,3}}[(«\"]?[ ]?"
)
_DIGIT_NEAR = re.compile(r"e?s?(?![^\W_])[^\n\d]{0,60}\d|[:\s]{1,4}[^\n\d]{0,8}\d")
_TIME = r"(?!\d{1,2}[ ]?[h:][ ]?(?:\d\d)?(?!\w))"
_TOKEN = rf"{NO_DATE}{_TIME}(?=[^\W\d_]{{0,8}}\d)[^\W_]{{1,20}}(?:[\-./][^\W_]{{1,20}}){{0,9}}"
_LEAD = (
    r"(?!(?:sire|tva|rcs|le|la|les|l|du|de|des|d|au|aux|et|ou|en|un|une|est|sur|par|qui|pour|rue)[ ])"
    r"(?:[^\W\d_]{1,4}[ ](?=\d)|[^\W\d_]{1,6}[\-./][ ]?)"
)
_VALUE_SHAPE = (
    rf"(?>(?:{_LEAD})?{_TOKEN}(?:[ ](?:"
    rf"{NO_DATE}{_TIME}(?=[^\W\d_]{{0,2}}\d{{2}})[^\W_]{{2,14}}(?:[\-./][^\W_]{{1,9}}){{0,3}}|"
    rf"\d(?![^\W_])(?![ ][^\W\d_]{{3}})|(?!au|du|le|et|ou|en|de|la)[^\W\d_]{{1,2}}(?=[ ]\d{{2}})|"
    rf"(?!(?:[ay]|m\.?)[ ][^\W\d_])[^\W\d_](?![\w'°]))){{0,9}}){NO_UNIT}"
)
_FIRST = folded_pattern(rf"{_TO_NUMBER}(?P<v>{_VALUE_SHAPE})")
_NEXT = folded_pattern(rf"[ ]?(?:,|;|/|et|ou)[ ](?P<v>{_VALUE_SHAPE})")
_TO_SIGN = folded_pattern(
    rf"(?:e?s?)(?![^\W_])(?:[ ]?{_BETWEEN}){{0,4}}?[ ,]{{0,2}}[:=(]?[ ]{{0,2}}{_NUMBER}[ ]{{0,2}}[:=]?"
    rf"[ \t]{{0,3}}[(«\"]?[ ]?"
)
_TO_WORD = folded_pattern(r"(?![^\W_])[ ]{0,2}(?P<c>[:=])?[ \t]{0,3}[(«\"]?[ ]?")
_CAPITALS = re.compile(r"[A-ZÀ-Ý]{1,16}(?:[\-./][A-ZÀ-Ý]{1,12}){0,3}(?![\w'\u2019°&]|[ ]?[:=]|\.[A-Z])")
_PHRASE_END = folded_pattern(r"[ ]?(?:[.,;)|/»\"\n]|$)")
_IN_WORDS = folded_pattern(
    rf"(?:un|zero|{NUMBER_WORD})(?:[ \-](?:et[ \-])?(?:un|zero|{NUMBER_WORD})){{0,9}}(?!\w)(?={_PHRASE_END.pattern})"
)
_NO_VALUES = frozenset(
    """
    non nc neant ras hs svp ok idem inconnu inconnue illisible voir absent absente manquant manquante caf msa cpam cmu
    tva rcs siret siren rh et ou le la les de du des en au aux sur par pour est qui que m mme mr dr
    """.split()  # noqa: SIM905
)
"""What stands in the place of a number that is not told, words of a sentence, and who gave the number."""
_AROUND = 30
_OF_AGENTS = ("badge", "indicatif", "carte pro", "carte professionnelle")
_OF_ONE = ("client", "allocataire", "abonne", "adherent", "societaire", "contrat", "usager")
"""Labels whose singular counts nothing: "client : 12", but "clients : 72"."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_RANK = re.compile(r"\d{1,3}[ ]?(?:e|er|ere|eme|ieme|nd|nde)s?")
_FEWEST_DIGITS, _MANY_DIGITS, _SHORTEST_WORD = 4, 6, 3
_LONGEST_SIGN = 36
_SCORE, _RULE = MASK_SCORE, "labelled"
"""The least that is masked: a rule that knows its type says which it is."""


class LabelledRecogniser:
    """Values of every type that a label announces."""

    entity = ENTITY

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, of many types."""
        return list(_labelled(text.folded, text.original))


@lru_cache(maxsize=1)
def _labelled(folded: str, original: str) -> tuple[Span, ...]:
    return tuple(_values(folded.replace("_", " "), original))


def _values(folded: str, original: str) -> Iterator[Span]:
    for index, start, end in _AUTOMATON.find_matches_as_indexes(folded, overlapping=True):
        if folded[start - 1 : start].isalnum():
            continue
        label = _LABELS[index]
        value = link = _FIRST.match(folded, end) if _DIGIT_NEAR.match(folded, end) else None
        if not link or not _is_meant(folded, label, start, link) or _is_word(original, link, label):
            if code := _letters(folded, original, label, start, end):
                yield Span(*code, label.entity, _SCORE, _RULE)
            continue
        while value:
            low, high = value.span("v")
            yield Span(low, _value_end(original, low, high), label.entity, _SCORE, _RULE)
            value = _NEXT.match(folded, high) if link["s"].endswith("s") else None


def _letters(folded: str, original: str, label: _Label, start: int, end: int) -> tuple[int, int] | None:
    """Return where a value without a digit stands: capitals, or a number in words.

    It follows the sign of a number, or the label itself, where nothing but a number follows such a label.
    """
    if label.text in _OF_PERMITS_TOO:
        return None
    is_after_sign = bool(_SIGN_BEFORE.search(folded, max(0, start - _LONGEST_SIGN), start))
    link = _TO_SIGN.match(folded, end)
    if not (link and (is_after_sign or label.text not in _AFTER_SIGN)):
        link = _TO_WORD.match(folded, end)
        is_alone = label.kind is _Kind.BARE or (link and link["c"] and label.text in _OF_AGENTS)
        if not (link and (is_after_sign or is_alone)):
            return None
    if said := _IN_WORDS.match(folded, link.end()):
        return said.span()
    code = _CAPITALS.match(original, link.end())
    if not code or folded[code.start() : code.end()] in _NO_VALUES | NEUTRAL:
        return None
    is_loud = is_shouting(original[max(0, start - _AROUND) : code.end() + _AROUND])
    is_word = len(code.group()) > 1 and code.group().lower() in word_frequencies()
    is_whole = bool(_PHRASE_END.match(folded, code.end()))
    is_meant = is_whole and not is_word if is_loud else is_whole or len(code.group()) > 1
    return code.span() if is_meant else None


def _is_meant(folded: str, label: _Label, start: int, link: re.Match[str]) -> bool:
    """Say whether a label, with the signs and words about it, gives the number after them to a person."""
    is_after_sign = bool(_SIGN_BEFORE.search(folded, max(0, start - _LONGEST_SIGN), start))
    if label.text in _AFTER_SIGN and not is_after_sign:
        return False
    if label.text in _OF_PERMITS_TOO:
        return bool(_LICENCE.fullmatch(link["v"]))
    if not link["w"] and (link["n"] or is_after_sign):
        return True
    is_code = _is_code(link["v"]) or (label.text in _NO_YEARS and bool(_YEAR.fullmatch(link["v"])))
    if link["n"] or is_after_sign or link["w"]:
        return is_code and bool(link["n"] or is_after_sign or label.kind is not _Kind.SIGNED)
    if label.kind is _Kind.BARE:
        return label.text in _NO_YEARS or not _YEAR.fullmatch(link["v"])
    if label.text in _OF_ONE and link["c"] and not link["s"]:
        return is_code or bool(_PHRASE_END.match(folded, link.end("v")))
    is_one = bool(link["c"]) or sum(map(str.isdigit, link["v"])) >= _MANY_DIGITS
    return is_code and (label.kind is _Kind.DOCUMENT or (is_one and not link["s"].endswith("s")))


def _is_code(value: str) -> bool:
    """Say whether a value is no count, year or rank: four digits, or letters and digits."""
    digits = sum(map(str.isdigit, value))
    if any(map(str.isalpha, value)):
        return sum(map(str.isalnum, value)) >= _SHORTEST_WORD and not _RANK.fullmatch(value)
    return digits >= _FEWEST_DIGITS and not _YEAR.fullmatch(value)


def _is_word(original: str, link: re.Match[str], label: _Label) -> bool:
    """Say whether a value begins with a word of the sentence, no letters of a code: "à 12", "lue 12", "permis B 12"."""
    lead = original[link.start("v") : link.end("v")].partition(" ")[0]
    if label.text == "permis" and lead.lower() in _CATEGORIES:
        return True
    return lead in ("à", "a") or (lead.isalpha() and lead.islower() and len(lead) >= _SHORTEST_WORD)


def _value_end(original: str, start: int, end: int) -> int:
    """Return where a value ends: a letter apart from its digits is of it when it is a capital, "1234567 X"."""
    return end - 2 if end - start > 2 and original[end - 2] == " " and original[end - 1].islower() else end


LABELLED = LabelledRecogniser()

"""Numbers of agents that no cue announces: where a person would stand, or alone with no thing they could number."""

import re
from collections.abc import Iterator

from calanque.privacy.lexicon.reference import POSTCODE_STARTS
from calanque.privacy.persons.cues import OCCUPATIONS
from calanque.privacy.rules import Begins, Rule, folded_pattern, matches, one_of, words
from calanque.privacy.shapes import FILES, LETTERS, NO_DATE, NO_UNIT
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

ENTITY = "FR_AGENT_NUMBER"
CODE = (
    rf"{NO_DATE}(?!(?:19|20)\d\d(?!\w))(?!\d[\d ]{{2,8}}[ ](?:agent|policier|gendarme|personne)s?(?!\w))"
    rf"(?>(?:pm[ \-]?|{LETTERS})?\d{{4,8}}(?:-?[a-z](?!\w))?)(?![/.\-](?:\d{{1,3}}|(?:19|20)\d\d)(?!\d)){NO_UNIT}"
)
POSTCODE = rf"(?:(?:{'|'.join(POSTCODE_STARTS)})\d{{3}}|\d{{3}}00)(?!\d)"
"""What may be a postcode: every town's ends in two zeros, but those of large towns, which name their districts."""
_ONE = (
    r"(?:agente?|asvp|gpmv?|bcp|gardien(?:ne)?|brigadier(?:e)?|policier(?:e)?|gendarme|verbalisat(?:eur|rice)|equipage|"
    r"redact(?:eur|rice)|operat(?:eur|rice)|controleu(?:r|se)|surveillante?|mediat(?:eur|rice)|vigile|"
    r"stadier|placier|signataire|arm|regulat(?:eur|rice)|temoin|visa[ ]?:|accreditation|chauffeur|receveu(?:r|se)|"
    r"equipe(?=[ ][a-z]{2,3}-\d{2}))"
)
OF_ONE_ANCHORS = one_of(
    *("agent", "asvp", "gpm", "bcp", "gardien", "brigadier", "policie", "gendarme", "verbalisat", "equipage"),
    "placier",
    *("equipe", "redact", "operat", "controleu", "surveillant", "mediat", "vigile", "stadier", "signataire"),
    *("arm ", "regulat", "temoin", "visa", "accreditation", "chauffeur", "receveu"),
)
_OF_A_PLACE = (
    r"(?!(?:secteur|bat|batiment|app\w*|porte|ligne|bus|tram|rue|quai|camera|cam|poste|zone|unite|vehicule|vl|lot|rdv|"
    r"le|la|les|du|de|des|au|aux|et|ou|en|un|une|no|a|est|sur|par|vers|depuis|age|mai|fin|rd|rn|tel|art|taille|bac|salle|"
    r"chambre|ch|tv|tn|vp|escalier|esc|etage|code|appel|u|h|dans|avec|pour)(?!\w))"
)
"""Words between a role and a code that give the code to a place, a thing or a date."""
_ONE_CODE = (
    rf"(?:{_OF_A_PLACE}[a-z]{{2,3}}[ ]\d{{2,4}}|[a-z]{{1,3}}-?\d{{2,4}}|"
    r"(?!(?:mat|mle|tel|art|ref|n)\.)[a-z]{1,3}\.[ ]?\d{4}|\d{1,2}[ ]\d{3}(?:[ ]\d{3})?|\d{4,6})"
)
OF_ONE = (
    rf"(?<!\w){_ONE}(?:[ ](?:de[ ])?{_OF_A_PLACE}[a-z][a-z'\-]+){{0,2}}?[ ]?[:(,]?[ ]?(?:n[°o][ ]?)?(?<![a-z])"
    rf"(?!{POSTCODE}|(?:19|20)\d\d(?!\w))(?P<v>{_ONE_CODE})(?=[ ]?(?:[.,;:)|/–](?!\d)|[ ][-–/]|\n|$))"
)
"""Any code that ends its phrase after one role, with two words between at most: "gardien Leroy 1 044 218"."""
_TRADES = frozenset(
    """
    receveur receveuse conducteur-receveur motard motarde tiers tierce verbalisateur verbalisatrice operateur operatrice
    controleur controleuse chauffeur agent agente collegue gardien gardienne brigadier asvp policier policiere gendarme
    conducteur conductrice employe employee salarie salariee ripeur placier releveur cantonnier balayeur equipier
    equipiere binome vigile
    """.split()  # noqa: SIM905
)
_PERSONS = OCCUPATIONS | _TRADES
_BARE = Rule(
    "bare",
    folded_pattern(rf"(?<![\w.,/\-+])(?<!\d[ ])(?!{POSTCODE}){CODE}(?![ ]\d(?!\d?[ ]?[h:]))"),
    0.6,
    begins=Begins.CODE,
    shortest=4,
)
_WORD_BEFORE = re.compile(r"(?<![\w-])([a-z][a-z\-]*)([ ]?[,(:]?[ ]?(?:n[°o][ ]?|[. ]{3,20})?)$")
_REACH, _THING_REACH = 40, 20
_BEFORE_PERSON = frozenset(("par", "avec", "a", "de"))
_NO_NOUN = folded_pattern(
    r"[ ]?(?:[.,;:)|/–](?!\d)|[ ]-[ ]|\d{1,2}[ ]?[h:]\d{2}|\n|$|\((?!\d)|"
    r"(?:par|pour|sur|et|a|en|qui|avec|avise|present|signale|confirme|constate|est|"
    r"dans|sous|du|le|la)(?!\w))"
)


_LONE = re.compile(r"(?:pm[ \-]?|[a-z])?\d{5,7}")
_THINGS = words(
    *FILES,
    *r"""
    compteurs? lampadaires? poteaux? candelabres? cameras? bornes? reservations? bus lignes? arrets? portes?
    hangars? codes? conteneurs? bacs? populations? totaux? total index budgets? prix rayons? environ pres plus moins
    sur nombre soit env n[°o]? numeros? num ral euros? montants? sommes? reg?istres? rg minutes? lot cle pieces?
    rapports? accession allocataires? adherents? clients? comptes? contrats? polices? bordereaux? cotes? rues?
    routes? caisse box casiers? caveaux? tombes? concessions? appareils? telephones? tel poste scelles? vol train
    ski vers depuis en cp
    """.split(),  # noqa: SIM905  (a word list reads as words)
)
"""What a number counts or names when no agent bears it, and words before an amount or a time."""


def _numbers_a_thing(text: Prepared, match: re.Match[str]) -> bool:
    low = max(0, match.start() - _THING_REACH)
    sentence = max(text.folded.rfind(end, low, match.start()) for end in ("\n", ". ", "; ", "! "))
    return bool(_THINGS.search(text.folded, max(low, sentence + 1), match.start()))


def in_place_of_a_person(text: Prepared) -> Iterator[Span]:
    """Yield the numbers that stand after a role, after a preposition with no noun behind, or alone."""
    for match in matches(_BARE, text):
        # A code that is the whole text is a field of a table, not a sentence that somebody wrote.
        if match.group() == text.folded.strip():
            return
        is_whole = bool(_NO_NOUN.match(text.folded, match.end()))
        if is_whole and _LONE.fullmatch(match.group()) and not _numbers_a_thing(text, match):
            yield Span(match.start(), match.end(), ENTITY, 0.5, "fr_agent_number.lone")
            continue
        before = _WORD_BEFORE.search(text.folded, max(0, match.start() - _REACH), match.start())
        word, signs = before.groups() if before else ("", "")
        if word in _PERSONS or (is_whole and word in _BEFORE_PERSON and signs == " "):
            yield Span(match.start(), match.end(), ENTITY, 0.6, "fr_agent_number.in_place_of_a_person")

"""Numbers of agents: matricule, badge, RIO of the police; also beside a rank, a post or what its bearer did."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from calanque.privacy.recognisers.agent_context import (
    CODE,
    ENTITY,
    OF_ONE,
    OF_ONE_ANCHORS,
    POSTCODE,
    in_place_of_a_person,
)
from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import FILES, LETTERS, LONG, NO_DATE, NO_UNIT
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_SHORT = (
    rf"(?<![.,]){NO_DATE}(?!(?:19|20)\d\d(?!\w))(?>{LETTERS}?\d{{3,10}}(?:[ \-./][a-z]?\d{{2,5}}){{0,2}}"
    rf"(?:-?[a-z](?!\w))?){NO_UNIT}"
)
_BADGE = (
    r"(?:[a-z]{1,5}-?\d{3,5}|[a-z]{2,4}-\d{2}(?!-?\d)|[a-z]\d{2}-\d|\d[ab]-\d{2,4}|[a-z]{1,4}-?\d{2}-\d{2,4}|"
    r"\d{2}-(?:[a-z]{2}-)?\d{2,4}|[a-z]{2}-\d{2}[ ]\d{3}|"
    r"\d{4}[ ]\d{3}(?![ ]?\d)|(?<=n[°o][ ])\d{2}[ ]\d{3}(?![ ]?\d))(?![\w€%])"
)
"""Short numbers with letters, and those in two parts, which only a role makes an agent's: "PM56-08", "g-118"."""
_CODES = rf"{CODE}(?:\s?(?:,|;|/|et|ou|&|-)\s?(?:de\s)?{CODE}){{0,5}}"
_ROLE = (
    r"(?:agente?s?|asvp|gpmv?|bcp|apj[as]?|opj|gpx|policier(?:e|s|es)?|gendarmes?|gardien(?:ne)?s?|brigadier(?:e|s)?|"
    r"sergente?s?|caporal|adjudante?s?|lieutenante?s?|capitaines?|major|commandante?s?|chefs?|pompiers?|verbalisat\w+|"
    r"intervenante?s?|operat(?:eurs?|rices?)|equipages?|patrouille|redact(?:eur|rice)s?|controleur(?:s|se|ses)?|"
    r"surveillante?s?|mediat(?:eur|rice)s?|placiers?|inspect(?:eur|rice)s?|effectifs?|primo-intervenants?|"
    r"signataires?|binomes?|vigiles?|fonctionnaires?|collegues?|salariee?s?|employee?s?|collaborat(?:eur|rice)s?|"
    r"gestionnaires?|teleoperat\w+|regulat(?:eur|rice)|garde|stagiaires?|assistante?s?|instruct(?:eur|rice)s?|"
    r"secretaire|chauffeurs?|titulaires?|officiers?|personnels?|signe|signature|visa|auteur|receptionn\w+|matricules?)"
)
_POST = (
    r"(?:[ \-](?:[ld]')?(?:de|du|des|la|le|les|a|au|en|service|permanence|poste|police|paix|quart|nuit|jour|"
    r"control\w+|municipa\w+|chef|principa\w+|intervenant\w*|verbalisat\w+|traitante?s?|present\w*|assermente\w*|"
    r"constat\w+|referente?s?|charge\w*|territoria\w+|administrati\w+|techniques?|voie|publique|champetres?|"
    r"nationa\w+|premiere|classe|1re|sur|place|engages?|accueil|salle|video|hierarchi\w+|fiche|\d|centre|superviseur|brigade|secteur|"
    r"surveillance|proximite|environnement|proprete|stationnement|concernes?|signataires?|saisi\w*|instructeurs?|assermente\w*|cd\d\d)(?!\w)){0,5}"
)
_SIGN = r"(?:(?:n[°o]s?|numeros?|num|matricules?|mat|badge|id|code|sous\sle\s(?:numero|n[°o]))\.?\s?:?\s?)"
_LINK = rf"(?!\w)[ ]?(?:[:(/\-]|,(?![ ]?{POSTCODE})|est|sont|etaient|etait)?[ ]?\(?{_SIGN}?"
_ACT = (
    r"(?:dresse|etabli|redige|constate|releve|verbalise|signe|saisi|controle|traite|vise|suivi|enregistre|effectue|transmis|"
    r"pris|recu|vu|fait|valide|modifie|cloture|suivi|instruit|relu|assure|conduit|realise|rendu|cree|clos|mene|repris|"
    r"pris\sen\s(?:charge|compte)|prise\sen\s(?:charge|compte)|decide|identifie|notifie|appele|ouvert|ferme|remis)"
    r"(?:e?s)?"
)
_ROLE_ANCHORS = one_of(
    *("agent", "asvp", "gpm", "bcp", "apj", "opj", "gpx", "policie", "gendarme", "gardien", "brigadier", "sergent"),
    *("caporal", "adjudant", "lieutenant", "capitaine", "major", "commandant", "chef", "pompier", "verbalisat"),
    *("intervenant", "operat", "equipage", "patrouille", "redact", "controleur", "surveillant", "mediat", "placier"),
    *("inspect", "effectif", "signataire", "binome", "vigile", "fonctionnaire", "collegue", "salarie", "employe"),
    *("collaborat", "gestionnaire", "regulat", "garde", "stagiaire", "assistant", "instruct", "secretaire"),
    *("chauffeur", "titulaire", "officier", "personnel", "sign", "visa", "auteur", "reception", "matricule"),
)
_CUE_ANCHORS = one_of(
    "mle",
    *(
        "porte le n",
        "mat.",
        "matric",
        "matr",
        "badge",
        "rio",
        "agent",
        "carte pro",
        "de service",
        "commission",
        "numen",
        "ordre",
        "de paie",
        "indicatif",
    ),
    *("employe", "salarie", "professionnel", "individuel", "personnel"),
)
_LISTS = ("after_role", "after_role_and_name", "by")
_SEPARATOR = re.compile(r"\s?(?:[,;/&]|(?<![a-z0-9])(?:et|ou)(?![a-z0-9])|(?<=\d)-(?=\s?[a-z\d]{4}))\s?(?:de\s)?")
_SERVICE_ANCHORS = one_of(
    "police",
    "brigade",
    "patrouille",
    "equipage",
    "agent",
    "vacation",
    "poste",
    "ilotage",
    "rixe",
    "asvp",
)
_GRADE = (
    r"(?:agente?s?|asvp|gpmv?|bcp|brigadier(?:e|s)?(?:[ \-]chefs?)?(?:[ \-]principa(?:l|ux|le))?|gardien(?:ne)?|"
    r"verbalisateur|policier(?:e)?|matricules?(?:\sde\sl'agent)?|equipier(?:e)?|operat(?:eur|rice))"
)

_NUMBERS = PatternRecogniser(
    entity=ENTITY,
    rules=(
        Rule("short", folded_pattern(_SHORT), 0.15, begins=Begins.CODE, reach=22, anchors=_CUE_ANCHORS),
        Rule(
            "after_role",
            folded_pattern(
                rf"(?<!\w){_ROLE}{_POST}{_LINK}(?P<v>{_CODES}|(?<!\d[ ])(?:\d[ ])?\d{{3}}[ ]\d{{3}}(?![ ]?\d){NO_UNIT}|"
                rf"{_BADGE}(?:[ ](?:et|ou)[ ]{_BADGE})*)"
            ),
            0.85,
            anchors=_ROLE_ANCHORS,
        ),
        Rule(
            "after_role_and_name",
            folded_pattern(
                rf"(?<!\w){_ROLE}(?:[ ][\w.'\-]+){{1,5}}?[ ]?(?:\([ ]?{_SIGN}?|[,\-/]?[ ]?{_SIGN})"
                rf"(?P<v>{_CODES}|{_BADGE})"
            ),
            0.85,
            anchors=_ROLE_ANCHORS,
        ),
        Rule("of_one", folded_pattern(OF_ONE), 0.85, anchors=OF_ONE_ANCHORS),
        Rule(
            "of_one_signed",
            folded_pattern(
                rf"(?<!\w){_ROLE}(?:[ ](?:assermente|verbalisa|municipa|territoria|communa|stagiaire)\w*){{1,2}}"
                r"[ ]n[°o][ ]?(?P<v>\d{1,3})(?!\w)"
            ),
            0.6,
            anchors=_ROLE_ANCHORS,
        ),
        Rule(
            "on_line",
            folded_pattern(
                r"(?<!\w)(?:chauffeur|conduct(?:eur|rice)|receveu(?:r|se))[ ](?:de[ ]la[ ]|du[ ])?(?:ligne|bus|tram)"
                r"[ ]\w{1,4},?[ ](?P<v>\d{4,6})(?=[ ]?(?:[.;:)|/](?!\d)|\n|$))"
            ),
            0.6,
            anchors=one_of("chauffeur", "conduct", "receveu"),
        ),
        Rule(
            "far_from_grade",
            folded_pattern(
                rf"(?<!\w)(?:{_GRADE}|policiere?s|verbalis\w+|indicatif|vacation|patrouille)(?!\w)[^\n.!?;\d]{{1,60}}"
                rf"(?<![\w,.+/\-])(?<!\d[ ])(?!{POSTCODE})(?P<v>(?:pm[ \-]?|[a-z])?\d{{5,7}})(?![ ]?\d|[./,\-]\d)"
                rf"{NO_UNIT}"
            ),
            0.5,
            anchors=one_of(*_SERVICE_ANCHORS, "brigadier", "gardien", "verbalis", "matric", "operat", "indicatif"),
        ),
        Rule(
            "in_charge",
            folded_pattern(rf"(?<!\w)(?:{_ACT}|visa|auteur)[ ]?:[ ]?(?P<v>{CODE})(?=[ ]?(?:[.,;)|/](?!\d)|\n|$))"),
            0.85,
            anchors=one_of(":"),
        ),
        Rule(
            "account",
            folded_pattern(
                r"(?<!\w)(?:op|oper|operateur|user_?id|uid|agent(?:_?id)?|matricule)[ ]?[=:][ ]?[\"']?"
                r"(?P<v>[a-z]{1,5}-?\d{2,7})(?!\w)"
            ),
            0.6,
            anchors=one_of("op=", "op :", "oper", "user", "uid", "agent", "matric"),
        ),
        Rule(
            "of_three",
            folded_pattern(r"(?<!\w)(?:asvp|agente?)\s(?:n[°o]\s?)?(?P<v>\d{3})(?=[),;.\n](?!\d)|$)"),
            0.6,
            anchors=one_of("asvp", "agent"),
        ),
        Rule(
            "behind_name",
            re.compile(r"(?<!\w)[A-ZÀ-Ý][\w'\u2019\-]+\.? \((?P<v>(?:[A-Z] )?\d{2} \d{3}|0\d{3})\)"),
            0.6,
            is_cased=True,
            anchors=one_of("("),
        ),
        Rule(
            "card",
            folded_pattern(
                r"(?<!\w)carte(?:\s(?:n[°o]|pro\w*|d'agent|de\sservice|commission\w*))?[ ]?:?[ ]?"
                r"(?P<v>[a-z]{2,3}-\d{3,5}|\d{2}-[a-z]{2}-\d{2,4})(?![\w\-])"
            ),
            0.6,
            anchors=one_of("carte "),
        ),
        Rule(
            "municipal",
            folded_pattern(
                r"(?<![\w\-])(?:(?:pm|asvp|asv)-(?:\d{2,3}-)?\d{3,7}|pm[ ]?\d{5,7}|pm\d{3,4}|"
                r"pm[ ](?!(?:19|20)\d\d)\d{4})(?![\w\-])"
            ),
            0.55,
            begins=Begins.CODE,
            shortest=3,
            anchors=one_of("pm", "asv"),
        ),
        Rule(
            "railway",
            folded_pattern(r"(?<!\w)c\.?p\.?\s?(?:n[°o]\s?)?:?\s?\d{7}[a-z](?!\w)"),
            0.7,
            anchors=one_of("cp", "c.p"),
        ),
        Rule("loose", folded_pattern(LONG), 0.2, begins=Begins.CODE, reach=36, anchors=_CUE_ANCHORS),
    ),
    cues=words(
        "mle",
        r"mat\.",
        r"matr(?:icules?|ic)?\.?(?:\s(?:rh|agent|interne|adm\w*|police|n[°o]?))*",
        r"(?:numero\sde\s|n[°o]?\sde\s|n[°o]?\s)?badges?(?:\s(?:d'acces|n[°o]?|visiteur|agent))*",
        r"r\.?i\.?o\.?(?:\sn[°o]?)?",
        r"agents?\s?(?:n[°o]?|num(?:ero)?|mat\w*|id)",
        r"(?:numero|n[°o]?|num|identifiant|id|code)\.?\s(?:d'\s?|de\sl')?(?:agents?|employee?|salariee?|personnel)",
        r"(?:numero|n[°o]?)\s(?:de\sservice|d'ordre|professionnel|individuel|de\spaie)",
        r"carte\spro(?:fessionnelle)?(?:\sn[°o]?)?",
        r"commission(?:nement)?\sn[°o]?",
        r"(?:identifie|enregistre|designe)e?\ssous\sle(?:\snumero|\sn[°o]?)?",
        "numen",
        r"port(?:e|ant)\s(?:le\s)?(?:numero|n[°o])",
        r"indicatif(?:\sradio)?(?:\sn[°o]?)?",
    ),
    denials=words(*FILES, "art", "depuis", "code", r"c\.?p\.?", "tel(?:ephone)?", "poste"),
    denial_reach=26,
    reach_after=12,
)


_NEXT = folded_pattern(
    r"[ ]?(?:,|;|et|/)[ ](?P<v>(?!(?:19|20)\d\d(?!\d))[a-z]?\d{4,7})(?![\w€%]|[.,/\-]\d|[ ](?:€|eur))"
)


class AgentNumberRecogniser:
    """Numbers beside their cues; each of a list ("agents 4417 et 5120") is a span of its own."""

    entity = _NUMBERS.entity

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        spans = [part for span in _NUMBERS.find(text) for part in _parts(text, span)]
        if text.has_digit:
            spans += in_place_of_a_person(text)
        return [*spans, *_next_of(text, spans)]


def _next_of(text: Prepared, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the numbers that go on a list: "les conducteurs 31107 et 31562"."""
    for span in spans:
        end = span.end
        while following := _NEXT.match(text.folded, end):
            end = following.end()
            yield Span(following.start("v"), end, ENTITY, 0.5, "fr_agent_number.next")


def _parts(text: Prepared, span: Span) -> Iterator[Span]:
    if span.rule.rpartition(".")[2] not in _LISTS:
        yield span
        return
    start = span.start
    for gap in _SEPARATOR.finditer(text.folded, span.start, span.end):
        yield replace(span, start=start, end=gap.start())
        start = gap.end()
    yield replace(span, start=start)


AGENT_NUMBER = AgentNumberRecogniser()

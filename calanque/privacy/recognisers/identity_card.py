"""National identity cards: twelve digits until 2021, nine letters and digits since, and what a cue announces."""

import re

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import FILES, LONG, NO_DATE, NO_UNIT

_NATIONALITY = (
    r"(?:francaise?|italienne?|roumaine?|bulgare|espagnole?|portugaise?|belge|serbe|turque|grecque|polonaise?|allemande?|"
    r"algerienne?|marocaine?|tunisienne?|comorienne?|senegalaise?|malienne?|croate|albanaise?|suisse|consulaire)"
)
_ANCHORS = one_of("ci ", "cni", "c.n.i", "identi", "ident.", "carte", "papiers", "piece")

IDENTITY_CARD = PatternRecogniser(
    entity="FR_IDENTITY_CARD",
    rules=(
        Rule(
            "bare_old",
            folded_pattern(
                rf"(?<![.,+\-/])(?<!\d[ ]){NO_DATE}\d{{2}}[ .\-]?(?:0[1-9]|1[0-2])[ .\-]?(?:2[ab]|\d[ .\-]?\d)"
                rf"(?:[ .\-]?\d){{6}}(?![ ]?\d|[.,\-/]\d){NO_UNIT}"
            ),
            0.5,
            begins=Begins.NUMBER,
            shortest=11,
        ),
        Rule(
            "lettered",
            folded_pattern(r"(?<![.,+])\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[a-z][ ]?\d{5}(?!\w)"),
            0.3,
            begins=Begins.NUMBER,
            anchors=_ANCHORS,
        ),
        Rule(
            "bare_new",
            re.compile(
                r"\b(?=[A-Za-z\d]{9}\b)(?<![.\-/@=])(?:[A-Z]+\d+[A-Z]|\d+[A-Z]+\d|[a-z]+\d+[a-z]+\d|\d+[a-z]+\d+[a-z])"
                r"[A-Za-z\d]*(?![\-/@=])"
            ),
            0.5,
            is_cased=True,
        ),
        Rule(
            "new",
            re.compile(r"(?<![\w.])(?=[A-Z]{0,8}\d)(?=\d{0,8}[A-Z])[A-Z0-9]{9}(?!\w)"),
            0.35,
            is_cased=True,
            anchors=_ANCHORS,
        ),
        Rule("loose", folded_pattern(LONG), 0.15, begins=Begins.CODE, reach=40, anchors=_ANCHORS),
    ),
    cues=words(
        r"c\.?n\.?i\.?(?:e|f)?",
        r"cart(?:e|es)\s(?:nat(?:ionale)?s?\.?\s)?(?:d'?\s?)?ident(?:ite)?\.?",
        r"cartes?\snationales?(?:\sd'identite)?",
        r"(?:pieces?|titres?|papiers?|documents?|justificatifs?)\s(?:d'?\s?)?identite",
        r"identite\sn[°o]?",
        rf"(?:carte|ci|piece|passeport)\s{_NATIONALITY}",
        r"identites?\s(?:verifi|relev|confirm|etabl|control|justifi|declar)\w+(?:\s\w+){0,4}",
        r"(?:justifi|verifi|declin|relev|etabl|control|prouv)\w+\s(?:de\s)?(?:son|sa|leur|l'|une?)?\s?identites?"
        r"(?:\s\w+){0,3}",
        r"pieces?\s(?:n[°o]?|presente\w*|fournie?s?|justificatives?|produites?|numero)",
        r"cartes?\s(?:n[°o]?|numero|presentee?s?|francaise|nationale)",
        r"identifiee?s?\s(?:par|sur|au\svu|grace|avec)(?:\s\w+){0,3}",
    ),
    denials=words(*FILES, "tel(?:ephone)?"),
    reach=80,
    denial_reach=32,
)

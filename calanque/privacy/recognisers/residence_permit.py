"""Residence permits and the foreigner's number of AGDREF: ten digits, or nine to twelve letters and digits."""

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import FILES, LETTERS, NO_UNIT

_ANCHORS = one_of(
    *("sejour", "resident", "recepisse", "agdref", "etranger", "visa", "provisoire", "vls", "dcem", "refugie", "titre"),
    *("prefecture", "ressortissant", "nationalite", "pluriannuel", "temporaire", "protection ", "ofpra", "anef", "aps"),
    *("talent", "cnda", "oqtf", "asile"),
)

RESIDENCE_PERMIT = PatternRecogniser(
    entity="FR_RESIDENCE_PERMIT",
    rules=(
        Rule(
            "bare",
            folded_pattern(rf"(?<![.,+\-/])(?:[1-9]\d{{9}}|[a-z]{{2}}[ ]?\d{{7}})(?![\-/]\d){NO_UNIT}"),
            0.5,
            begins=Begins.CODE,
            shortest=7,
        ),
        Rule(
            "foreigner",
            folded_pattern(r"(?<![.,+])\d{2}(?:[ .\-]?\d){8}(?!\w)"),
            0.4,
            begins=Begins.NUMBER,
            anchors=_ANCHORS,
        ),
        Rule(
            "in_short",
            folded_pattern(r"(?<!\w)ts(?:\s[a-z]{4,10})?\s(?P<v>\d{4}([ \-]?)\d{3}\2\d{3})(?!\w)"),
            0.6,
            anchors=one_of("ts "),
        ),
        # Amounts are never parted so: no thousands have four digits.
        Rule(
            "parted",
            folded_pattern(r"(?<![\d.,+\-/] )(?<![\w.,+\-/])[1-9]\d{3}([ ])\d{3}\1\d{3}(?![ \-]?\d|\w)"),
            0.5,
            begins=Begins.NUMBER,
            shortest=10,
        ),
        Rule(
            "card",
            folded_pattern(rf"(?<![.,])(?:{LETTERS}\d{{6,9}}|\d{{8,10}}[ \-]?[a-z]|\d{{9,12}})(?!\w)"),
            0.35,
            begins=Begins.CODE,
            anchors=_ANCHORS,
        ),
        Rule(
            "mixed",
            folded_pattern(r"(?<![\w.])(?=[a-z]{0,8}\d[a-z]{0,8}\d)(?=\d{0,9}[a-z])[a-z\d]{9,12}(?!\w)"),
            0.25,
            anchors=_ANCHORS,
        ),
    ),
    cues=words(
        r"titres?\s(?:de\s)?sejours?",
        r"cartes?\s(?:de\s)?(?:sejours?|residents?)(?:\slongue\sduree)?",
        r"(?:carte|permis)\sde\sresidence",
        r"recepisses?(?:\s(?:de\sdemande|de\stitre|de\scarte|prefectoral))?",
        r"agdref",
        r"(?:attestations?|demandes?|demandeu\w+)\s(?:de\s(?:la\s)?demande\s)?d'asile",
        r"(?:numero|num\.?|n[°o]?)\s(?:d')?etrangers?",
        r"autorisations?\sprovisoires?(?:\sde\ssejour)?",
        r"vls-?\s?ts",
        r"visas?(?:\slong\ssejour)?\s(?:n[°o]?|numero|long)",
        r"dcem",
        r"titre\s(?:de\s)?refugie",
        r"titres?\s(?:etudiante?|salariee?|visiteu\w+|de\stravail)",
        r"permis\sde\ssejour",
        r"(?:titres?|cartes?|documents?|autorisations?)(?:\s\w+){0,2}\s(?:pluriannuel(?:le)?s?|temporaires?|provisoires?|"
        r"etrangere?s?|(?:de\s)?(?:dix|10)\sans|circulation|voyage|vie\sprivee|bleue|talent|travail|salariee?s?)"
        r"(?:\set\sfamiliale)?",
        r"titres?\s(?:n[°o]?|numero|delivre\w*|presente\w*|valable|expir\w+|en\scours)(?:\s\w+){0,3}",
        r"(?:vls|aps|rcs|cst|rce|anef|oqtf|ofpra|cnda)(?:-?ts)?",
        r"(?:par|en|a|de)\s(?:la\s)?(?:sous-)?prefecture(?:\s(?:de|du|des)\s[\w'\-]+){0,2}",
        r"(?:numero|n[°o]?|dossier|identifiant)\s(?:de\s|d')?(?:etranger|ressortissant|agdref|administratif)e?s?",
        r"ressortissante?s?(?:\s\w+){0,2}",
        r"nationalite\s\w+",
        r"protection\s(?:subsidiaire|internationale|temporaire)",
    ),
    denials=words(*FILES, "plaintes?", "taxe", "depot de plainte", "tel(?:ephone)?"),
    reach=80,
    denial_reach=32,
)

"""NIR (French social security number), with or without its key, spaced or not, Corsica included."""

import re

from stdnum.fr import nir

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import FILES, NO_DATE, NO_UNIT

_GAP = r"[ .\-_/]{0,2}"


def check_nir(value: str) -> bool | None:
    """Say whether the key fits (INSEE: 97 minus the number modulo 97)."""
    return True if nir.is_valid(re.sub(r"[^0-9ab]", "", value).upper()) else None


_BODY = rf"[1-478]{_GAP}\d{{2}}{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}(?:\d{{2}}|2[ab]){_GAP}\d{{3}}{_GAP}\d{{3}}"
_KEY = r"(?:[ ]?[/\-|.]?[ ]?\d{2}|[ ]?\(\d{2}\)|[ ]?[(,/\-]?[ ]?cle\s?:?\s?\d[ ]?\d\)?)"

NIR = PatternRecogniser(
    entity="FR_NIR",
    rules=(
        Rule("with_key", folded_pattern(rf"(?<![.,+]){_BODY}{_KEY}(?!\w)"), 0.6, begins=Begins.NUMBER, shortest=6),
        Rule("without_key", folded_pattern(rf"(?<![.,+]){_BODY}(?!\w)"), 0.5, begins=Begins.NUMBER, shortest=6),
        Rule(
            "beside_cue",
            folded_pattern(
                rf"(?<!\d[.,/]){NO_DATE}(?>[1-9o](?:[ .\-_/]{{0,2}}(?:[\do*]|[abx](?![a-z]))){{4,14}}(?:{_KEY})?)"
                rf"(?<=[\dx*)]){NO_UNIT}"
            ),
            0.3,
            begins=Begins.NUMBER,
            reach=44,
            anchors=one_of("nir", "secu", "insee", "ss", "assur", "vitale"),
        ),
    ),
    cues=words(
        r"n\.?i\.?r\.?",
        r"n\.?i\.?r\.?p\.?p\.?",
        r"secu(?:rite\ssociale)?",
        r"secu(?:rite)?\.?\ssoc(?:iale)?\.?",
        r"n[°o]?\s?\.?\s?s\.?s\.?",
        r"nss",
        r"insee",
        r"(?:numero|n[°o]?|num)\s?(?:d')?(?:assuree?|immatriculation)(?:\ssociale?)?",
        r"assuree?s?\ssociale?s?",
        r"(?:carte\s)?vitale",
        r"s\.s\.",
        r"immatriculation\s(?:sociale|secu\w*)",
    ),
    denials=words(*FILES),
    check=check_nir,
    reach=60,
)

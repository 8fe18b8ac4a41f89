"""NIR (French social security number), with or without its key, spaced or not, Corsica included."""

import re

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_GAP = r"[ .\-]?"
_NIR_DIGIT_COUNT = 15


def check_nir(value: str) -> bool | None:
    """Say whether the key fits (INSEE: 97 minus the number modulo 97; 2A counts as 19, 2B as 18)."""
    compact = re.sub(r"[^0-9ab]", "", value).replace("2a", "19").replace("2b", "18")
    if len(compact) != _NIR_DIGIT_COUNT or not compact.isdecimal():
        return None
    return True if int(compact[13:]) == 97 - int(compact[:13]) % 97 else None


_BODY = rf"[123478]{_GAP}\d{{2}}{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}(?:\d{{2}}|2[ab]){_GAP}\d{{3}}{_GAP}\d{{3}}"

NIR = PatternRecogniser(
    entity="FR_NIR",
    rules=(
        Rule("with_key", folded_pattern(rf"(?<![\w.,+]){_BODY}\s?[/\-]?\s?(?:cle\s?:?\s?)?\d{{2}}(?!\w)"), 0.6),
        Rule(
            "spaced",
            folded_pattern(r"(?<![\w.,+])[123478][ ]\d{2}[ ]\d{2}[ ](?:\d{2}|2[ab])[ ]\d{3}[ ]\d{3}(?!\w)"),
            0.6,
        ),
        Rule("without_key", folded_pattern(rf"(?<![\w.,+]){_BODY}(?!\w)"), 0.3),
        Rule(
            "after_cue",
            folded_pattern(
                r"(?<!\w)(?:nir|n°?\s?ss|secu(?:rite)?(?:\ssociale)?|num(?:ero)?\s(?:de\s)?secu\w*|"
                r"assure\w*\ssocial\w*|n°?\sinsee)"
                r"(?:\s(?:est|numero|n°|no|du|de|patient))*\s?[:=°]{0,2}\s?(?P<v>[123478]\d?[\d .\-ab]{8,22}\d)(?!\w)"
            ),
            0.75,
        ),
    ),
    cues=words("nir", "secu", "securite sociale", "n°? ?ss", "insee", "assuree? sociale?", "carte vitale"),
    denials=words("commande", "facture", "dossier", "colis", "suivi"),
    check=check_nir,
)

"""GPS positions: decimal pairs, degrees-minutes-seconds, or one coordinate beside its name."""

import re

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_DECIMAL = r"[+\-]?\d{1,3}[.,]\d{3,}"
_DMS = r"\d{1,3}\s?[°º]\s?\d{1,2}\s?['\u2019\u2032]\s?(?:\d{1,2}(?:[.,]\d+)?\s?(?:[\"\u201d\u2033]|'')\s?)?[nsewo]?"
_NUMBER = re.compile(r"[+\-]?\d{1,3}[.,]\d{3,}")
_LARGEST_LATITUDE = 90
_LARGEST_LONGITUDE = 180


def check_position(value: str) -> bool | None:
    """Refuse a pair outside the globe."""
    numbers = [abs(float(n.replace(",", "."))) for n in _NUMBER.findall(value)]
    is_outside = len(numbers) > 1 and (min(numbers) > _LARGEST_LATITUDE or max(numbers) > _LARGEST_LONGITUDE)
    return False if is_outside else None


GPS = PatternRecogniser(
    entity="GPS_POSITION",
    rules=(
        Rule(
            "decimal_pair",
            folded_pattern(
                rf"(?<![\w.,]){_DECIMAL}\s?(?:°\s?)?[nsewo]?\s?[,;/|\s]\s?{_DECIMAL}(?:\s?°)?(?:\s?[nsewo]\b)?(?![\w])"
            ),
            0.8,
        ),
        Rule("dms_pair", folded_pattern(rf"(?<!\w){_DMS}\s?[,;/]?\s?{_DMS}(?!\w)"), 0.8),
        Rule("dms", folded_pattern(rf"(?<!\w){_DMS}(?!\w)"), 0.2),
        Rule(
            "named",
            folded_pattern(rf"(?<!\w)(?:lat(?:itude)?|lon(?:g(?:itude)?)?)\s?[:=]?\s?(?P<v>{_DECIMAL})(?!\w)"),
            0.8,
        ),
    ),
    cues=words("gps", "coordonnees", "positions?", "localisation", "geolocalisation", "latitude", "longitude"),
    denials=words("prix", "euros?", "tarifs?"),
    check=check_position,
)

"""GPS positions: decimal pairs, degrees-minutes-seconds, projected pairs, or one coordinate beside its name."""

import re

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words

_DECIMAL = r"[+\-]?\d{1,3}[.,]\d{3,}"
_FINE = r"[+\-]?\d{1,3}[.,]\d{4,}"
_DEGREE = r"[ ]?[°º]?[ ]?(?:nord|sud|est|ouest|[nsewo])?(?!\w)"
_MINUTE = r"['\u2019\u2032\u00b4`]"
_SECOND = r"(?:[\"\u201d\u2033]|''|\u2019\u2019|\u2032\u2032)"
_DMS = (
    rf"[+\-]?\d{{1,3}}[ ]?(?:[°º]|deg(?:res)?\.?)[ ]?\d{{1,2}}(?:[.,]\d{{1,6}})?[ ]?(?:{_MINUTE}|min\.?)[ ]?"
    rf"(?:\d{{1,2}}(?:[.,]\d{{1,6}})?[ ]?(?:{_SECOND}|sec\.?)?[ ]?)?(?:nord|sud|est|ouest|[nsewo])?(?!\w)"
)
_MINUTES = rf"\d{{1,3}}[ ]?[°º]?[ ]\d{{1,2}}[.,]\d{{2,}}{_MINUTE}?"
_BETWEEN = r"[ ]?(?:[,;/|\-]|et)?[ ]?\n?"
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
                rf"(?<![\w.,])(?:[nsewo][ ]?)?{_FINE}{_DEGREE}{_BETWEEN}(?:[nsewo][ ]?)?{_FINE}(?:{_DEGREE})(?!\w)"
            ),
            0.8,
            begins=Begins.CODE,
            shortest=5,
        ),
        Rule(
            "coarse_pair",
            folded_pattern(rf"(?<![\w.,]){_DECIMAL}{_DEGREE}[ ]?[,;/|\s][ ]?{_DECIMAL}(?:{_DEGREE})(?!\w)"),
            0.3,
            begins=Begins.CODE,
            shortest=4,
        ),
        Rule(
            "dms_pair",
            folded_pattern(rf"(?<![\w.,])(?:[nsewo][ ]?)?{_DMS}{_BETWEEN}(?:[nsewo][ ]?)?{_DMS}"),
            0.8,
            begins=Begins.CODE,
            shortest=2,
        ),
        Rule(
            "minutes_before_side",
            folded_pattern(
                r"(?<![\w.,])\d{1,2}[ ]\d{1,2}[.,]\d{1,4}[ ]?[ns][ ,;/]{1,3}\d{1,3}[ ]\d{1,2}[.,]\d{1,4}[ ]?[ewo](?!\w)"
            ),
            0.8,
            begins=Begins.CODE,
        ),
        Rule(
            "minutes_pair",
            folded_pattern(rf"(?<!\w)[ns][ ]?{_MINUTES}[ ,;/]{{1,3}}[ewo][ ]?{_MINUTES}(?!\w)"),
            0.8,
            begins=Begins.CODE,
            shortest=2,
        ),
        Rule(
            "spaced_pair",
            folded_pattern(
                r"(?<![\w.,])\d{1,2}[ ]\d{1,2}[ ]\d{1,2}(?:[.,]\d+)?[ ]?[ns][ ,;/]{1,3}\d{1,3}[ ]\d{1,2}[ ]\d{1,2}"
                r"(?:[.,]\d+)?[ ]?[ewo](?!\w)"
            ),
            0.8,
            begins=Begins.NUMBER,
            shortest=6,
        ),
        Rule(
            "named",
            folded_pattern(
                r"(?<!\w)(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng)\.?(?:[ ](?:nord|sud|est|ouest|de|"
                r"est\sde))?[ ]?[\"']?[:=]?"
                rf"[ ]?(?P<v>[+\-]?\d{{1,3}}[.,]\d{{2,}}{_DEGREE})(?!\w)"
            ),
            0.8,
            anchors=one_of("lat", "lon", "lng"),
        ),
        Rule(
            "projected",
            folded_pattern(
                r"(?<!\w)(?P<v>x[ ]?[:=]?[ ]?\d{3}[ ]?\d{3}(?:[.,]\d+)?[ ]?[,;/]?[ ]?"
                r"(?:et[ ])?y[ ]?[:=]?[ ]?\d[ ]?\d{3}[ ]?\d{3}(?:[.,]\d+)?)"
                r"(?!\w)"
            ),
            0.6,
            anchors=one_of("lambert", "x ", "x=", "x:"),
        ),
    ),
    cues=words(
        "gps",
        "coordonnees",
        "positions?",
        "localisation",
        "geolocalisation",
        r"geoloc\w*",
        "latitude",
        "longitude",
        "lat",
        "long?",
        "wgs ?84",
        "point",
    ),
    denials=words("prix", "euros?", "tarifs?"),
    check=check_position,
)

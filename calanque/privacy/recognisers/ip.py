"""IP addresses, version 4 and 6, and the addresses of network cards."""

import ipaddress

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words


def check_ip(value: str) -> bool | None:
    """Refuse what is not an address ("300.1.1.1"); an address that parses is not yet proof, versions look alike."""
    try:
        ipaddress.ip_address(value.partition("/")[0])
    except ValueError:
        return False
    return None


IP = PatternRecogniser(
    entity="IP_ADDRESS",
    rules=(
        Rule(
            "v4",
            folded_pattern(r"(?<![.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2}(?!\w))?(?![\w]|\.\d)"),
            0.7,
            begins=Begins.NUMBER,
            shortest=4,
        ),
        Rule(
            "v4_beside_cue",
            folded_pattern(r"(?<![.])\d{1,3}(?:\s?[.,]\s?(?:\d{1,3}|[x*]{1,3})){3}(?![\w]|\.\d)"),
            0.2,
            begins=Begins.NUMBER,
            is_checked=False,
            anchors=one_of("ip"),
            reach=24,
        ),
        Rule(
            "v6",
            folded_pattern(r"(?=[0-9a-f:]{0,40}[0-9a-f]{2})(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])"),
            0.7,
            begins=Begins.CODE,
        ),
        Rule(
            "mac",
            folded_pattern(r"(?<![\w:\-])[0-9a-f]{2}([:\-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?![\w:\-])"),
            0.6,
            begins=Begins.CODE,
            is_checked=False,
        ),
    ),
    cues=words("ip", "i.p.", "ipv4", "ipv6", "adresses? ip", "adresse mac", "mac"),
    denials=words(
        "versions?", "v", "articles?", "art", "chapitres?", "paragraphes?", "logiciels?", "firmware", "sections?"
    ),
    check=check_ip,
)

"""IP addresses, version 4 and 6."""

import ipaddress

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words


def check_ip(value: str) -> bool | None:
    """Refuse what is not an address ("300.1.1.1"); an address that parses is not yet proof, versions look alike."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return None


IP = PatternRecogniser(
    entity="IP_ADDRESS",
    rules=(
        Rule("v4", folded_pattern(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)"), 0.7),
        Rule(
            "v6",
            folded_pattern(r"(?<![\w:.])(?=[0-9a-f:]*[0-9a-f]{2})(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])"),
            0.7,
        ),
    ),
    cues=words("ip", "ipv4", "ipv6", "adresse ip"),
    denials=words("versions?", "v", "articles?", "art", "chapitres?", "paragraphes?", "logiciels?", "firmware"),
    check=check_ip,
)

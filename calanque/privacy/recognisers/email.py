"""E-mail addresses, written plainly or in the ways people use to escape robots."""

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_LOCAL = r"[^\W_](?:[\w.%+\-']*[\w])?"

EMAIL = PatternRecogniser(
    entity="EMAIL_ADDRESS",
    trigger="@[(a",
    rules=(
        Rule("plain", folded_pattern(rf"(?<![\w@]){_LOCAL}@[^\W_](?:[\w\-]*\.)+[a-z]{{2,24}}"), 0.95),
        Rule(
            "spelt",
            folded_pattern(
                rf"(?<![\w@]){_LOCAL}\s?(?:[\[(]\s?(?:at|a|arobase|arobas|@)\s?[\])]|\sarobase?\s|\s@\s|@\s|\s@)\s?"
                r"[^\W_][\w\-]*(?:\s?(?:[\[(]\s?(?:dot|point)\s?[\])]|\spoint\s|\.)\s?[\w\-]+){0,2}"
                r"\s?(?:[\[(]\s?(?:dot|point)\s?[\])]|\spoint\s|\.)\s?(?:fr|com|net|org|eu|info|io|be|ch)(?!\w)"
            ),
            0.8,
        ),
        Rule("broken", folded_pattern(rf"(?<![\w@]){_LOCAL}@[^\W_][\w\-]+"), 0.3),
    ),
    cues=words("e?-?mails?", "courriels?", "mels?", "adresse electronique", "ecrire a", "contact"),
)

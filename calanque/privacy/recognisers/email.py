"""E-mail addresses, written plainly or in the ways people use to escape robots."""

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, one_of, words

_LOCAL = r"[^\W_](?:[\w.%+\-']{0,62}[\w])?"
_AT = r"(?:[ ]?[\[({<][ ]?(?:at|a|arobase|arobas|arrobase|@)[ ]?[\])}>][ ]?|[ ](?:arr?obase?|at)[ ]|[ ]?@[ ]?)"
_DOT = r"(?:[ ]?[\[({][ ]?(?:dot|point|\.)[ ]?[\])}][ ]?|[ ](?:point|dot)[ ]|[ ]?\.[ ]?)"
_JOIN = rf"(?:{_DOT}|[ ](?:tiret(?:\sdu\s(?:bas|six|8|6))?|underscore|moins|dot)[ ])"
_TLD = r"(?:fr|com|net|org|eu|info|io|be|ch|de|it|es|uk|lu|ca|gouv\.fr|re|corsica|bzh|paris|ma|dz|tn)"
_MAILERS = (
    r"(?:gmail|yahoo|ymail|hotmail|outlook|live|msn|orange|wanadoo|free|sfr|neuf|laposte|bbox|icloud|"
    r"proton(?:mail)?|gmx|aol|numericable)"
)

EMAIL = PatternRecogniser(
    entity="EMAIL_ADDRESS",
    trigger="@[(aoe",
    rules=(
        Rule(
            "plain",
            folded_pattern(rf"(?<![\w@]){_LOCAL}@[^\W_](?:[\w\-]{{0,60}}\.){{1,5}}[a-z]{{2,24}}(?![\w])"),
            0.95,
            anchors=one_of("@"),
        ),
        Rule(
            "spelt",
            folded_pattern(
                rf"(?<![\w@])(?:\w{{1,30}}{_JOIN}){{0,3}}{_LOCAL}(?:,?{_AT},?|,[ ]arr?obase,[ ])[ ]?"
                rf"[^\W_][\w\-]{{0,40}}"
                rf"(?:{_JOIN}[\w\-]{{1,40}}){{0,2}}"
                rf"{_DOT}{_TLD}(?!\w)"
            ),
            0.8,
            anchors=one_of(
                "aroba",
                "arroba",
                "[at",
                "(at",
                " at ",
                "(a)",
                "[a]",
                "( at",
                "[ at",
                "{at",
                "<at",
                "@",
            ),
        ),
        Rule(
            "at_home_of",
            folded_pattern(
                rf"(?<![\w@])(?:\w{{1,30}}{_JOIN}){{0,3}}{_LOCAL}[ ]chez[ ][^\W_][\w\-]{{2,40}}{_DOT}{_TLD}(?!\w)"
            ),
            0.7,
            anchors=one_of(" chez "),
        ),
        Rule(
            "broken",
            folded_pattern(r"(?<![\w@])[^\W_][\w.%+\-']{1,62}[\w]@[^\W_][\w\-]{2,60}(?:[.,][\w\-]{1,24}){0,2}(?!\w)"),
            0.6,
            anchors=one_of("@"),
        ),
        Rule(
            "cut_short",
            folded_pattern(r"(?<![\w@.])[a-z][\w.+\-]{3,40}@(?=[;,|)])"),
            0.55,
            anchors=one_of("@"),
        ),
        Rule(
            "no_at",
            folded_pattern(rf"(?<![\w@./])[^\W_][\w.\-]{{2,40}}[ .,_]{_MAILERS}[.,](?:com|fr|net|me|ch)(?!\w)"),
            0.3,
            anchors=one_of(".com", ".fr", ",fr", ",com", ".net", ".me"),
        ),
    ),
    cues=words(
        "e?-?mails?",
        "courriels?",
        "mels?",
        "adresse electronique",
        "ecrire a",
        "contact",
        "messagerie",
        "adresse",
        "arobase",
        "ecrivez(?:-\\w+)?",
    ),
)

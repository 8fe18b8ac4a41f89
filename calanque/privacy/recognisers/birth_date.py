"""Dates of birth, in digits or words, tied to a cue: any other date stays, incidents live by them."""

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_MONTH = (
    r"(?:janv(?:ier)?|fev(?:r(?:ier)?)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept(?:embre)?|"
    r"oct(?:obre)?|nov(?:embre)?|dec(?:embre)?)\.?"
)
_TENS = (
    r"(?:vingt|trente|quarante|cinquante|soixante|quatre|cent|cents|deux|trois|cinq|six|sept|huit|"
    r"neuf|dix|onze|douze|treize|quatorze|quinze|seize|un|une|et|mille|mil|premier|vingts|zero)"
)
_IN_WORDS = rf"{_TENS}(?:[ \-]{_TENS})*"
_YEAR = r"(?:\d{4}|\d{2})"
_DATE = (
    rf"(?:\d{{1,2}}\s?[/.\-\s]\s?\d{{1,2}}\s?[/.\-\s]\s?{_YEAR}|\d{{4}}-\d{{2}}-\d{{2}}|"
    rf"\d{{1,2}}(?:er)?\s{_MONTH}\s{_YEAR}"
    rf"|{_IN_WORDS}\s{_MONTH}\s(?:{_IN_WORDS}|{_YEAR})|\d{{1,2}}(?:er)?\s{_MONTH}\s{_IN_WORDS}|\d{{8}})"
)
_BORN = r"nee?(?:\s?\(e\)|\.e|-e)?s?"

BIRTH_DATE = PatternRecogniser(
    entity="BIRTH_DATE",
    trigger="0n",
    rules=(
        Rule(
            "born_on",
            folded_pattern(
                rf"(?<!\w){_BORN}\s(?:[a-z][\w'\u2019 \-]{{0,40}}?,?\s)?(?:le|en|du)?\s?:?\s?(?P<v>{_DATE}|"
                rf"{_MONTH}\s\d{{4}})(?!\w)"
            ),
            0.9,
        ),
        Rule("born_in_year", folded_pattern(rf"(?<!\w){_BORN}\sen\s(?P<v>(?:{_MONTH}\s)?(?:19|20)\d{{2}})(?!\w)"), 0.8),
        Rule(
            "after_cue",
            folded_pattern(
                rf"(?<!\w)(?:(?:date\s(?:de\s)?)?naiss(?:ance)?\.?|ddn|d\.d\.n\.?|anniversaire)\s?(?:est|le|du|"
                rf":|=|\s|\(|-)*\s?(?P<v>{_DATE})(?!\w)"
            ),
            0.9,
        ),
        Rule("beside_cue", folded_pattern(rf"(?<![\w/]){_DATE}(?![\w/])"), 0.1),
    ),
    cues=words("naissance", "ddn", "nee? le", "ne\\(e\\) le", "anniversaire"),
)

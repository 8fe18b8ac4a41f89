"""What handles look like: rules and cues of `handle`, which says which of the findings are some."""

import re

from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.lexicon.word_lists import COMMON_WORDS
from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, one_of

_NETWORKS = (
    r"insta(?:gram)?|snap(?:chat)?|twitter|tik\s?tok|facebook|fb|telegram|mastodon|whatsapp|"
    r"discord|linkedin|threads|bluesky|twitch|youtube|messenger|ig|vinted|leboncoin|steam|psn|pseudo(?:nyme)?s?|"
    r"identifiant|profil|compte|login|handle"
)
_ACCOUNTS = (
    r"user(?:name|id)?|utilisat(?:eurs?|rices?)|auteure?|autrice|(?:de)?connectee?|membre|abonnee?|internaute|joueu(?:r|se)|"
    r"(?:cre|upd|clos|open)[a-z]{2,4}_by"
)
_TO_VALUE = (
    r"(?:(?:est|etait|sur|du|de|nom|client|fidelite|d'utilisateur|utilisateur|c'est|nomme|intitule|(?:insta|snap)\w*+|"
    r"facebook|fb|twitter|tiktok|telegram)(?!\w)\s?|[@«\"\u201c'(]\s?){0,4}(?:[a-z]{1,20}\s)?(?<!\w)"
)
"""What may stand between the cue of a handle and the handle."""
_NAME = r"[a-z0-9_][\w.\-]{1,38}\w(?:\#\d{1,5})?"
_ANCHORS = one_of(
    *("ig :", "ig:"),
    *"""
insta snap twitter tik facebook fb telegram mastodon whatsapp discord linkedin threads bluesky twitch youtube
pseudo vendeu messenger vinted leboncoin steam psn identifiant profil compte login handle
""".split(),  # noqa: SIM905  (a word list reads as words)
)
_ACCOUNT_ANCHORS = one_of(
    "user", "utilisat", "auteur", "autrice", "connecte", "membre", "abonne", "internaute", "joueu", "_by"
)
_ACTS = ("acquit", "acquitte", "clos", "traite", "saisi", "cree", "modifie", "valide")
_ODD = r"(?=[\w.\-]{0,38}(?:[\d_]|\.\w))(?=[\d.\-]{0,38}[a-z_])"


def check_handle(value: str) -> bool | None:
    """Refuse a common word after "compte :"; nothing proves a handle."""
    return False if value in COMMON_WORDS or value in NEUTRAL else None


HANDLES = PatternRecogniser(
    entity="HANDLE",
    trigger="@:=_/ino",
    anchors=one_of(
        "@",
        "_",
        *("password for", "for user", "«", '"', "\u201c", ", ["),
        *(" \u2014 ", " > ", "session", "cree", "par ", "a ecrit", "a repondu", "wrote", ": ", " by ", "by="),
        *(".com/", ".me/", ".tv/", ".net/", ".org/", "merci ", "bravo ", "reponse ", "soutien ", "sous le "),
        *_ANCHORS,
        *_ACCOUNT_ANCHORS,
    ),
    rules=(
        Rule(
            "at",
            folded_pattern(
                r"(?<![\w@./])@(?:[a-z_]|\d{1,4}[a-z_]{3})[\w.\-]{1,38}(?<=\w)(?:@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+)?"
                r"(?![\w@])"
            ),
            0.75,
            anchors=one_of("@"),
        ),
        Rule(
            "at_apart",
            folded_pattern(rf"(?<!\w)@[ ]?:[ ]?(?P<v>{_NAME})(?!\w|@)"),
            0.65,
            anchors=one_of("@ :", "@:"),
        ),
        Rule(
            "name_after_pseudo",
            re.compile(
                r"(?<!\w)(?i:pseudo(?:nyme)?)[ ]?:[ ]?(?P<v>[A-ZÀ-Ý\d][\w.\-]{0,30}"
                r"(?:[ ](?:(?:du|de|la|le|les|des)[ ])?[A-ZÀ-Ý\d][\w.\-]{0,30}){1,3})"
            ),
            0.65,
            is_cased=True,
            anchors=one_of("pseudo"),
        ),
        Rule(
            "after_network",
            folded_pattern(
                rf"(?<!\w)(?:{_NETWORKS})\s?(?:\w+\s){{0,3}}[:=]\s?[@«\"\u201c']?\s?(?P<v>(?!https?|www|aucune?\b|"
                rf"non\b|oui\b|neant\b|portable\b|mobile\b|mail\b|tel\b|nom\b|prenom\b)(?:in/)?{_NAME})"
            ),
            0.7,
            anchors=_ANCHORS,
        ),
        Rule(
            "posted_by",
            folded_pattern(
                r"(?<!\w)(?:postee?|publiee?|ouverte?|creee?|signaleee?|signale|ecrite?|commente)\s(?:par\s|:\s?)"
                r"(?P<v>[a-z](?:[a-z\d]*+(?:\.\d|_[a-z\d])|(?=[a-z]*+\d))\w*+)(?![\w@])"
            ),
            0.65,
            anchors=one_of("post", "publie", "ouvert", "cree", "signale", "ecrit", "comment"),
        ),
        Rule(
            "wrote",
            folded_pattern(
                r"(?:^|\n)[ \t>]*(?P<v>[a-z_][\w.\-]{2,30})\s(?:a\secrit|a\srepondu|wrote)"
                r"(?:\s(?:le|hier|a)\s[^\n:]{1,24}(?::\d\d)?)?\s?:"
            ),
            0.65,
            anchors=one_of("a ecrit", "a repondu", "wrote"),
        ),
        Rule(
            "speaker",
            folded_pattern(
                rf"(?:^|\n)[ \t]*(?:[↳>•][ ])?(?:(?:[\[(][^\])\n]{{4,20}}[\])]|\d\d?[:h]\d\d)[ ])?"
                rf"(?P<v>{_ODD}[a-z_]{_NAME})"
                r"(?:[ ]?:[ ](?=\D)|[ ][\u2014\u2013>▸·|][ ])"
            ),
            0.65,
            anchors=one_of(": ", " \u2014 ", " \u2013 ", " > ", "▸", "·", " | "),
        ),
        Rule(
            "speaker_in_words",
            re.compile(r"(?:^|\n)[ \t]*(?:[↳>•][ ]?)?(?P<v>[a-z]{3,}(?:-[a-z]{2,}){1,3})[ ]?:[ ](?=[a-z@])"),
            0.65,
            is_cased=True,
            anchors=one_of(": "),
        ),
        Rule(
            "underscored",
            folded_pattern(r"(?<![\w@./\\\-])(?=[a-z\d.]{1,30}_)[a-z][a-z\d]*(?:[._][a-z\d]+)+(?![\w@(=\\\-])"),
            0.65,
            anchors=one_of("_"),
        ),
        Rule(
            "alone",
            folded_pattern(r"(?:^|\n\n)[ \t]*(?P<v>[a-z][a-z\d]*(?:_[a-z\d]+)+)[ \t]*\n(?=\S)"),
            0.65,
            anchors=one_of("_"),
        ),
        Rule(
            "named",
            folded_pattern(
                r"(?<!\w)(?:pseudo(?:nyme)?|alias|aka|postee?\spar|ecrite?\spar|sous\sle\s(?:pseudo|nom|surnom)(?:\sde)?)"
                r"\s[«\"\u201c']?[ ]?(?P<v>(?=[\w.#]{0,38}-?[\w.#]{0,20}[\d_.\-#])"
                r"[a-z][\w.\-]{2,38}(?:\#\d{1,5})?(?<=\w))(?![\w@])"
            ),
            0.65,
            anchors=one_of("pseudo", "alias", "aka ", "par ", "sous le "),
        ),
        Rule(
            "camel",
            re.compile(r"(?<![\w@./\-])[A-Z][a-zà-ÿ]+[A-Z][a-zà-ÿ]+\d{2,4}(?![\w@])"),
            0.6,
            is_cased=True,
        ),
        Rule(
            "chat",
            re.compile(
                r"(?:^|\n)\[?\d{1,2}/\d{1,2}(?:/\d{2,4})?,? \d{1,2}[:h]\d{2}(?::\d\d)?\]? ?(?:[–-] )?"
                r"(?P<v>[^\W\d][^:\n\[<]{1,30}?) ?: "
            ),
            0.6,
            is_cased=True,
            anchors=one_of(": "),
        ),
        Rule(
            "chat_behind",
            re.compile(r"(?:^|\n)(?P<v>[^\W\d][^:,\n\[<]{1,30}), \[\d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d{2}(?::\d\d)?\]"),
            0.6,
            is_cased=True,
            anchors=one_of(", ["),
        ),
        Rule(
            "password",
            folded_pattern(
                r"(?<!\w)(?:password\sfor|session\s(?:opened|closed)\sfor\suser)\s(?:invalid\suser\s)?(?P<v>[a-z][\w.\-]{2,30})"
            ),
            0.65,
            anchors=one_of("password for", "for user"),
        ),
        Rule(
            "quoted_odd",
            re.compile(
                r"[«\"\u201c]\s?(?P<v>(?=[^»\"\u201d\s]{0,30}[_\d]|[^»\"\u201d\s]{1,20}[a-z]\.[a-z])[a-z][a-z\d._\-]{4,30})\s?[»\"\u201d]"
            ),
            0.6,
            is_cased=True,
            anchors=one_of("«", '"', "\u201c"),
        ),
        Rule(
            "thanked",
            folded_pattern(
                r"(?<!\w)(?:merci|bravo|reponse|soutien)(?:\saussi)?\s(?:a\s)?"
                r"(?P<v>(?=[a-z_.]{2,38}\d|[a-z\d.]{2,38}_)[a-z][\w.]{3,38}(?<=\w))(?![\w@])"
            ),
            0.65,
            anchors=one_of("merci ", "bravo ", "reponse ", "soutien "),
        ),
        Rule(
            "session",
            folded_pattern(
                r"(?<!\w)(?:session|login|user(?:name)?|utilisateur|identifiant)[ ]?[:=]?[ ]?"
                r"(?P<v>[a-z]{5,20})(?![\w@'\-])"
            ),
            0.65,
            anchors=one_of("session", "login", "user", "utilisateur", "identifiant"),
        ),
        Rule(
            "acted_by",
            folded_pattern(
                rf"(?<!\w)(?:(?:{'|'.join(_ACTS)})e?\spar[ ]?[:=]?|(?:created|closed|updated|opened|assigned)[ ]by|by=)"
                r"[ ]?(?P<v>(?:[a-z]\.)?[a-z]{5,20}\d{0,3})(?![\w@'\-])"
            ),
            0.65,
            anchors=one_of(" by ", "by=", *(f"{act}{end} par" for act in _ACTS for end in ("", "e"))),
        ),
        Rule(
            "odd_after_network",
            folded_pattern(
                rf"(?<!\w)(?:{_NETWORKS}|vendeu(?:r|se))\s(?:[a-z]{{3,20}}\s)?{_TO_VALUE}(?P<v>{_ODD}{_NAME})(?!\w|@)"
            ),
            0.65,
            anchors=_ANCHORS,
        ),
        Rule(
            "odd_after_account",
            folded_pattern(
                rf"(?<!\w)(?:{_ACCOUNTS})[ ]?[:=]?[ ]?{_TO_VALUE}"
                rf"(?P<v>(?=[\w.\-]{{0,30}}[a-z]{{3}}){_ODD}{_NAME})(?!\w|@)"
            ),
            0.65,
            anchors=_ACCOUNT_ANCHORS,
        ),
        Rule(
            "quoted",
            folded_pattern(
                rf"(?<!\w)(?:{_NETWORKS})\s(?:\w+\s){{0,3}}[«\"\u201c]\s?"
                r"(?P<v>[^\W_][^«»\"\u201c\u201d\n]{1,38}?)\s?[»\"\u201d]"
            ),
            0.65,
            anchors=_ANCHORS,
        ),
        Rule(
            "profile_url",
            folded_pattern(
                r"(?<![\w@])(?:https?://)?(?:www\.|m\.|fr\.|fr-fr\.)?(?:instagram|facebook|fb|twitter|x|tiktok|"
                r"snapchat|linkedin|"
                r"t|youtube|twitch|threads|telegram)\.(?:com|me|tv|net|org)/(?:in/|add/|@|channel/|c/|user/|"
                r"profile\.php\?id=|people/)?"
                r"[\w.\-]{2,50}/?(?!\w)"
            ),
            0.8,
            anchors=one_of(".com/", ".me/", ".tv/", ".net/", ".org/"),
        ),
    ),
    check=check_handle,
)

"""Social network handles."""

import re
from collections.abc import Iterator, Sequence

from calanque.privacy.lexicon.common_words import COMMON_WORDS
from calanque.privacy.lexicon.odds import is_name
from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, one_of
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

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
_LETTERS = re.compile(r"[a-z]{2,}")
_SHORTEST_MENTION = 5
_SHAPED = ("handle.speaker", "handle.speaker_in_words", "handle.odd_after_account")
"""Rules that go by shape: words of French and names of persons have it too."""
_NUMBERED = re.compile(r"[a-z]{3,}_\d{1,4}")
_FILES = re.compile(r"\.(?:pdf|jpe?g|png|docx?|xlsx?|odt|ods|csv|txt|json|xml|zip|mp[34]|sql|log|html?|py|eml)\Z")
_FIELD_WORDS = frozenset(
    """
tel mail adr adresse num ref code nom date type cp id art obs p c h n by at created updated closed user name
""".split()  # noqa: SIM905  (a word list reads as words)
)
_ODD = r"(?=[\w.\-]{0,38}(?:[\d_]|\.\w))(?=[\d.\-]{0,38}[a-z_])"


def check_handle(value: str) -> bool | None:
    """Refuse a common word after "compte :"; nothing proves a handle."""
    return False if value in COMMON_WORDS or value in NEUTRAL else None


_HANDLES = PatternRecogniser(
    entity="HANDLE",
    trigger="@:=_/ino",
    anchors=one_of(
        "@",
        "_",
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


class HandleRecogniser:
    """Handles after their networks, and those that begin the lines of a conversation."""

    entity = _HANDLES.entity

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        found = [span for span in _HANDLES.find(text) if _may_be_handle(text, span)]
        return [*found, *_mentions(text, found)]


def _mentions(text: Prepared, found: Sequence[Span]) -> Iterator[Span]:
    """Yield the other places where a handle with a line or a digit stands."""
    values = {text.folded[span.start : span.end] for span in found}
    for value in values:
        if len(value) >= _SHORTEST_MENTION and not value.isalpha() and value.isidentifier():
            for match in re.finditer(rf"(?<![\w@.]){value}(?!\w)", text.folded):
                yield Span(match.start(), match.end(), _HANDLES.entity, 0.65, "handle.mention")


def _may_be_handle(text: Prepared, span: Span) -> bool:
    value = text.folded[span.start : span.end]
    before = text.folded[max(0, span.start - 2) : span.start].rstrip()
    if span.rule in ("handle.session", "handle.acted_by"):
        is_login = len(value) > _SHORTEST_MENTION and is_name(value[1:].strip(".0123456789"))  # "tmorvan", "l.giraudo"
        is_actor = span.rule == "handle.acted_by" and not is_name(value)  # any unlisted word, a drug too
        return value not in word_frequencies() and (is_login or is_actor)
    if span.rule == "handle.underscored":
        return _holds_name(value) and not _FILES.search(value)
    if span.rule == "handle.odd_after_account" and before.endswith((":", "=")):
        return not _FILES.search(value)
    return span.rule not in _SHAPED or not (_FILES.search(value) or _is_field(text, span))


def _holds_name(value: str) -> bool:
    """Say whether a part is a listed name and no word ("user_karine.p"), or a number follows no word ("kmbaye_93")."""
    parts = _LETTERS.findall(value)
    plain = [part for part in parts if _is_plain(part)]
    return any(is_name(part) for part in parts if part not in plain) or (not plain and bool(_NUMBERED.fullmatch(value)))


def _is_field(text: Prepared, span: Span) -> bool:
    """Say whether a value is the name of a field, words of French all, or a code: "nom_usager : ", "COVID19 : ".

    A dot between them is seldom written in a field's name: "miel.vert : ".
    """
    value = text.folded[span.start : span.end]
    if "." in value and value.partition(".")[0] not in _FIELD_WORDS and "_" not in value:
        return False
    return text.original[span.start : span.end].isupper() or all(map(_is_plain, _LETTERS.findall(value)))


def _is_plain(part: str) -> bool:
    return part in word_frequencies() or part in _FIELD_WORDS


HANDLE = HandleRecogniser()

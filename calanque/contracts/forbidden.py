"""What can never enter the lake: columns that describe a person's body, mind or identity online, or name a telephone.

The list is the product's stance (product.md, 'Places and hours, never persons') made into a check: a contract that
declares such a column does not load, and a file that brings one is refused whole, whatever its contract says.
"""

import itertools
import re
import unicodedata

FORBIDDEN_WORDS = frozenset(
    {
        "age", "ages", "author", "authors", "auteur", "auteurs", "avatar", "beard", "biometry", "birth",
        "birthdate", "birthday", "clothing", "demarche", "dob", "face", "faces", "faceid", "gait", "gender", "genre",
        "handle", "handles", "hair", "nais", "naissance", "nationalite", "nationality", "race", "religion", "sex",
        "sexe", "silhouette", "skin", "username", "usernames", "visage", "visages", "voiceprint", "wearing",
        # Who speaks to whom: a post tells its account, whom it names, and to whom it answers.
        "acct", "mention", "mentions",
        # A telephone is carried by one person: its numbers, those of its card and those that advertisers give it.
        "adid", "deviceid", "gaid", "iccid", "idfa", "idfv", "imei", "imeisv", "imsi", "msisdn",
    }
)  # fmt: skip
FORBIDDEN_STEMS = (
    "biometr",
    "emotion",
    "ethni",
    "facial",
    "genetic",
    "genetiq",
    "religi",
    "sexual",
    "sexuel",
    "stress",
)
# Two words that only together name a person, an account or a telephone, say who speaks to whom, or hold a camera's
# picture (ONVIF's HumanBody, SceneImage).
FORBIDDEN_PAIRS = frozenset(
    {
        ("screen", "name"), ("user", "name"), ("user", "id"), ("account", "id"), ("skin", "tone"),
        ("device", "id"), ("device", "ids"), ("advertising", "id"), ("mac", "address"), ("adresse", "mac"),
        ("display", "name"), ("reply", "to"), ("human", "body"), ("scene", "image"), ("appearance", "image"),
    }
)  # fmt: skip


def words_of(name: str) -> list[str]:
    """Split a column name into lower-case words without accents: `FaceId` gives `face id`, `âge` gives `age`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    return [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]


def forbidden_word(name: str) -> str | None:
    """Return the word that makes a column name forbidden, or None when it may be declared."""
    words = words_of(name)
    for word in words:
        if word in FORBIDDEN_WORDS or word.startswith(FORBIDDEN_STEMS):
            return word
    for pair in itertools.pairwise(words):
        if pair in FORBIDDEN_PAIRS:
            return " ".join(pair)
    return None

"""Number plates: SIV (AB-123-CD), FNI (1234 AB 13), and partial or foreign ones beside a cue."""

import re

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import ENDING_ANCHORS

_NOT_LETTERS = frozenset(
    """
rue av ave bd bld rd rn km kms min eur euro euros le la les de du des et un une pas bis ter sur par au aux en a ou est
bus lot an ans mm cm kg ml h zac il on ne se sa ce si y je tu nb no pv cp art mg cl dl mn sec pm ht tva ttc ref page
tel fax or ni car qui que son ses mes ma mon tes vu eu ete jan fev mar avr mai jui oct nov dec er eme nd
""".split()  # noqa: SIM905  (a word list reads as words)
)
_LETTERS = "[a-hj-np-tv-z]"
_PAIR = (
    r"(?!av|bd|rd|rn|km|le|la|de|du|et|un|sur|par|au|en|bus|lot|an|mm|cm|kg|ml|se|sa|ce|je|tu|nb|no|pv|cp|mg|cl|dl|mn|pm|"
    r"ht|ni|ma|mi|ne|te|ta|va|vs|ch|ca|ct|st|tv|rg|mc|cr|ex|da|ap|pt)[a-hj-np-tv-z]{2}"
)
_DEPARTMENT = r"(?:\d{2}|2[ab]|97[1-6])"
_ANY_GAP = r"[ .\-_/]{0,2}"


def check_plate(value: str) -> bool | None:
    """Refuse what reads as words between or around numbers ("12 rue 13", "de 123 la")."""
    if not re.search(r"[\dx*?]", value) or not re.search(r"[a-z]", value):
        return False
    if re.match(r"[a-z]+-\d+-[a-z]+$", value):
        return None
    if re.fullmatch(r"\d{2,4}[a-z]{2,3}\d{2}", value):
        return None
    groups = re.findall(r"[a-z]+", value)
    return False if all(group in _NOT_LETTERS for group in groups) else None


_VEHICLES = (
    r"plaques?",
    r"plaquee?s?",
    r"immat\w*",
    r"vehicules?",
    r"veh\.?",
    r"voitures?",
    r"scoot(?:er)?s?",
    r"bagnoles?",
    r"trottinettes?",
    r"becanes?",
    r"cyclo(?:moteur)?s?",
    r"mobylettes?",
    r"caisse",
    r"motos?",
    r"fourgon(?:nette)?s?",
    r"camionnettes?",
    r"camions?",
    r"utilitaires?",
    r"berlines?",
    r"cartes?\sgrises?",
    r"remorques?",
    r"caravanes?",
    r"camping-?cars?",
    r"taxis?",
    r"vtc",
    r"quads?",
    r"deux[- ]roues",
    r"automobiles?",
    r"suv",
    r"4x4",
    r"(?:certificat|numero)\sd'immatriculation",
    r"clio|megane|twingo|kangoo|scenic|captur|duster|sandero|trafic|master|berlingo|partner|golf|polo|punto|panda|"
    r"zoe|yamaha|"
    r"kymco|piaggio|vespa|peugeot|renault|citroen|dacia|volkswagen|audi|bmw|mercedes|toyota|fiat|opel|nissan|tesla|"
    r"hyundai|"
    r"kia|skoda|seat|honda|suzuki|ford|[2-5]08|c[1-5]|tmax",
    r"corsa|astra|mokka|fiesta|focus|mondeo|transit|ds[3-7]|ami|jumper|jumpy|boxer|expert|ducato|doblo|vito|sprinter|"
    r"transporter|caddy|passat|tiguan|touran|yaris|aygo|corolla|auris|picanto|rio|sportage|tucson|juke|micra|qashqai|"
    r"ibiza|leon|fabia|octavia|kodiaq|smart|mini|classe\s[a-z]|a[1-8]|q[2-8]|x[1-6]|serie\s\d|x-?max|t-?max|pcx|booster|"
    r"logan|jogger|espace|laguna|modus|[2-5]0[0678]|xsara|picasso|saxo|mustang|kuga|puma|volvo|mazda|mitsubishi|iveco",
    r"maif|macif|maaf|matmut|gmf|axa|allianz|assuree?s?\s(?:a|chez|aupres)",
    r"conduct(?:eur|rice)",
    r"stationnee?s?",
    r"garee?s?",
    r"finissant",
    r"commencant",
)

PLATE = PatternRecogniser(
    entity="FR_PLATE",
    rules=(
        Rule(
            "siv",
            folded_pattern(
                rf"(?<![\w\-])(?:{_LETTERS}{{2}}|w(?=\W))(?:[ ]?[\-.\u2013_·/*][ ]?\d{{3}}[ ]?[\-.\u2013_·/*][ ]?|"
                rf"\d{{3}}){_LETTERS}{{2}}(?![\w\-])"
            ),
            0.8,
            begins=Begins.CODE,
            shortest=3,
        ),
        Rule(
            "siv_dashed",
            folded_pattern(r"(?<![\w\-])[a-z]{2}-[\doil]{3}-[a-z]{2}(?![\w\-])"),
            0.7,
            begins=Begins.CODE,
            is_checked=False,
        ),
        Rule(
            "siv_capitals",
            re.compile(r"(?<![\w\-])[A-HJ-NP-TV-Z]{2}\s\d{3}\s[A-HJ-NP-TV-Z]{2}(?![\w\-])"),
            0.8,
            is_cased=True,
            begins=Begins.CODE,
            shortest=3,
        ),
        Rule(
            "siv_spaced",
            folded_pattern(rf"(?<![\w\-]){_PAIR}[ ]\d{{3}}[ ]{_PAIR}(?![\w\-])"),
            0.8,
            begins=Begins.CODE,
            shortest=3,
        ),
        Rule(
            "belgian",
            folded_pattern(r"(?<![\w\-])[1-9]-[a-z]{3}-\d{3}(?![\w\-])"),
            0.55,
            begins=Begins.NUMBER,
        ),
        Rule(
            "fni_compact",
            folded_pattern(
                r"(?<![\w\-.,/])\d{3,4}(?!eme|an|mn|km|le|la|de|du|et)[a-hj-np-tv-z]{2,3}(?:\d{2}|2[ab])(?![\w\-/])"
            ),
            0.5,
            begins=Begins.NUMBER,
            shortest=3,
        ),
        Rule(
            "fni_consonants",
            folded_pattern(
                rf"(?<![\w\-.,/])\d{{3,4}}[ ](?!mm|km|cm|kg|ml|mn|ht|bd|st|pm|rd|rn|pv|cp|mg|cl|dl|nb)"
                rf"[b-df-hj-np-tv-z]{{2,3}}[ ]{_DEPARTMENT}(?![\w\-/.,:]\d|\w)"
            ),
            0.55,
            begins=Begins.NUMBER,
            shortest=3,
        ),
        Rule(
            "foreign_bare",
            re.compile(
                r"(?<![\w\-])(?:\d{4}[ ](?!TTC|CDD|DGS|DGV|KMS|PMR|TND|CHF|MDL|PLN|GBP|CFP)[BCDFGHJKLMNPR-TV-Z]{3}|"
                r"[A-Z]{1,3}-[A-Z]{1,2}[ ]\d{2,4}|[A-Z]{2}\d{2}[ ]?[A-Z]{3})(?![\w\-])"
            ),
            0.5,
            is_cased=True,
        ),
        Rule(
            "foreign",
            re.compile(
                r"(?<![\w\-])(?:\d{4}[ \-]?[BCDFGHJKLMNPR-TV-Z]{3}|[A-Z]{1,3}[ \-][A-Z]{1,2}[ \-]?\d{1,4}|"
                r"[A-Z]{2}\d{2}[ ]?[A-Z]{3}|\d{1,2}-[A-Z]{2,3}-[A-Z\d]{2,3}|[A-Z]{2}[ \-]?\d{4,6}|"
                r"[A-Z]{2} \d{1,3}[ '\u2019]\d{3}|[A-Z]{3}[ \-]?(?!125|\d[05]0)\d{3}|"
                r"[A-Z]{1,2}[ \-]\d{2,3}[ \-][A-Z]{3}|[A-Z]{2,3} \d{2,4}[A-Z]{1,2}|\d{4,6}[ \-]?[A-Z]{1,2}|"
                r"\d{1,4}[ \-](?:CMD|CD|C|K)[ \-]\d{1,4}|(?:CMD|CD|K)[ \-]\d{1,4}[ \-]\d{1,4})(?![\w\-])"
            ),
            0.15,
            is_cased=True,
            begins=Begins.CODE,
            reach=28,
        ),
        Rule(
            "romanian",
            re.compile(
                r"(?<![\w\-])(?:B|A[BGR]|B[CHNRTVZ]|C[JLSTV]|D[BJ]|G[JLR]|H[DR]|I[FLS]|M[HMS]|NT|OT|PH|S[BJMV]|T[LMR]|V[LNS])"
                r"([ \-])\d{2,3}\1(?!MAI|ANS|RUE|BIS|TER|EUR|KMS|MIN|PAS|EST|LES|DES)[A-Z]{3}(?![\w\-])"
            ),
            0.6,
            is_cased=True,
            begins=Begins.CODE,
            shortest=2,
            is_checked=False,
        ),
        Rule(
            "fni_spaced",
            re.compile(
                r"(?<![\w\-.,/€])\d{3,4}[ ](?!EUR|KM|PAS|DES|DE|LES|RUE|AVE|DU|ET|HT|TTC|AU|EN|LE|LA|SUR|BIS|TER)"
                r"[A-HJ-NP-TV-Z]{2,3}[ ](?:\d{2}|2[AB]|97[1-6])(?![\w\-/.,:]\d|\w)"
            ),
            0.8,
            is_cased=True,
            begins=Begins.NUMBER,
            shortest=3,
            is_checked=False,
        ),
        Rule(
            "siv_loose",
            folded_pattern(rf"(?<![\w\-])[a-z]{{2}}{_ANY_GAP}[\doil]{{3}}{_ANY_GAP}[a-z]{{2}}(?![\w\-])"),
            0.2,
            begins=Begins.CODE,
        ),
        Rule(
            "siv_part",
            folded_pattern(
                rf"(?<![\w\-])(?:{_LETTERS}{{2}}(?:-\d{{2}}|[\s\-.]?\d{{3}}"
                rf"(?:(?:[ay]|[ \-.]?(?![ay]){_LETTERS})(?!'))?)|"
                rf"{_PAIR}[ \-.]?\d{{2}}[ \-.]?(?![ay]){_LETTERS}(?!')|"
                rf"\d{{3}}[\s\-.]?{_LETTERS}{{2}})(?![\w\-])"
            ),
            0.15,
            begins=Begins.CODE,
            shortest=2,
        ),
        Rule(
            "siv_hidden",
            folded_pattern(
                r"(?<![\w\-*])(?=[\w?*\-. ]{0,9}(?:[*?]|"
                r"x[x\-]))(?=[a-z*?.\- ]{0,9}\d)[a-z*?]{2}[\-. ][\dx*?]{1,3}[\-. ][a-z*?]{1,2}(?![\w\-*])"
            ),
            0.55,
            anchors=one_of("*", "?", "xx", "x-", "-x"),
            is_checked=False,
        ),
        Rule(
            "fni_capitals",
            re.compile(r"(?<![\w\-.,/])\d{2,4}[\s\-]?[A-HJ-NP-TV-Z]{2,3}[\s\-]?(?:\d{2}|2[AB]|97[1-6])(?![\w\-/])"),
            0.6,
            is_cased=True,
            begins=Begins.NUMBER,
        ),
        Rule(
            "fni",
            folded_pattern(rf"(?<![\w\-.,/])\d{{1,4}}[ .\-]{{0,2}}[a-z]{{1,3}}[ .\-]{{0,2}}{_DEPARTMENT}(?![\w\-/])"),
            0.15,
            begins=Begins.NUMBER,
        ),
        Rule(
            "after_cue",
            folded_pattern(
                r"(?<!\w)(?:plaques?(?:\s(?:d'?\s?)?immatriculation)?|immat(?:riculee?s?|riculation)?\.?|"
                r"carte\sgrise)\s?"
                r"(?:(?:n|no|num|numero|est|sous|le|la|en|partielle?|etrangere|relevee?|espagnole?|italienne?|"
                r"allemande?|belge|suisse|"
                r"anglaise|polonaise|roumaine|bulgare|portugaise|neerlandaise|luxembourgeoise|marocaine|algerienne|"
                r"tunisienne|espagne|"
                r"italie|allemagne|belgique|suisse|pologne|roumanie|bulgarie|portugal|au|aux|pays-bas|maroc|de|du|d'|"
                r"vehicule|\w{3,12})"
                r"\s){0,4}[:n°º.#(«\"]{0,3}\s{0,2}"
                r"(?P<v>(?=[a-z0-9 \-]{0,8}\d)[a-z0-9]{1,5}(?:[ \-.](?=\w{0,4}\d|(?!(?:le|la|de|du|au|en|et|ou|est|"
                r"sur|qui|il|par|les|des|vu)(?!\w))[a-z]{2,3}(?!\w))[a-z0-9]{1,5}){0,2})(?!\w)"
            ),
            0.6,
            anchors=one_of("plaque", "immat", "carte grise"),
        ),
        Rule(
            "ending",
            folded_pattern(
                r"(?<!\w)(?:finissant|terminant|finit|termine|commencant|commence|debutant)\s(?:par|en)?\s?:?\s?"
                r"(?P<v>(?=[a-z]{0,2}[ \-]?\d|[a-z]{2}(?!\w))[a-z]{0,2}[ \-]?\d{0,4}[ \-]?[a-z]{0,2})(?!\w)"
            ),
            0.2,
            anchors=ENDING_ANCHORS,
            is_checked=False,
        ),
    ),
    cues=words(*_VEHICLES),
    denials=words(
        "lignes?",
        "bus",
        "articles?",
        "alinea",
        "commandes?",
        "factures?",
        "tram",
        r"vol\s(?:n[°o]|[a-z]{2}(?!\w))",
        "train",
        "sur la",
        "a la",
    ),
    check=check_plate,
    trigger="0t",
)

"""What the words of an address look like: rules and cues of `address`, which puts them together."""

import re

from calanque.privacy.lexicon.places import GRANDE_RUE, STREET_TYPES
from calanque.privacy.recognisers.address_units import BOX, FLOOR, POSTCODE, UNIT
from calanque.privacy.rules import Begins, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import NO_UNIT, NUMBER_WORD, NUMBER_WORDS

_SUFFIX = r"(?:\s?(?:bis|ter|quater|quinquies|[a-gi-kn-z](?!\w|')))?"
_ONE = rf"\d{{1,4}}{_SUFFIX}"
_NUMBER = (
    rf"(?:(?<=du[ ]){_ONE}\sau\s(?={_ONE}))?{_ONE}"
    rf"(?:(?:\s?,\s?{_ONE}){{2,4}}(?!\w)|(?:(?:\s?,|\s-)\s?{_ONE}){{0,4}}\s?(?:[-/&]|a|et|ou)\s?(?:(?:au|du|le)\s)?{_ONE}(?!\w|/\d))?"
)
"""One number, or several of one street: "21, 23 et 25", "entre le 40 et le 46", "du 12 au 20"."""
_LINK = (
    r"(?:(?:de|du|des|la|le|les|aux?|(?:saint|sainte|st|ste)(?!\s(?:a|au|aux|en|et|ou|il|elle|on|devant|depuis|"
    r"pres)\b))[\s\-]"
    r"|de\sl'|[ld]'|n°?\s?){0,3}"
)
_STREET = (
    rf"(?:(?:(?:vieux|vieille|vx|ancien(?:ne)?|petite?|nouvelle|haute|basse)\s)?(?:{STREET_TYPES}|lieu[ \-]?dit)"
    rf"(?:\s|(?<=\.)){_LINK}(?!{FLOOR})\w[\w'\-]*|{GRANDE_RUE}(?!\w))"
)
_LIVES = (
    r"(?:demeur(?:ant|e|ait|es|er)|habit(?:e|es|ent|ant|ait|ons|ez|er)|domicili(?:e|ee|es|ees|ation)|"
    r"resid(?:e|ant|ait|ent|ons|er)|log(?:e|ee|eant|eait|er)|heberg(?:e|ee|es)|vi(?:t|s|vant|vent)|"
    r"adresse(?:\spostale|\sactuelle|\scomplete|"
    r"\spersonnelle)?|"
    r"domicile|chez\s(?:moi|lui|elle|nous|eux)|livraison|coordonnees)(?!\w|\s(?:e-?)?mail|\s?\(?ip)"
)
_NO_NUMBER = (
    r"(?!\s?(?:h(?!\w)|euros?|€|metres?|m(?!\w)|km|ans?(?!\w)|pers|mois|annees?|jours?|janv|fev|mars|avr|"
    r"mai|juin|juil|aout|sept|oct|nov|dec|/|:\s?\d))"
)

AT_NUMBER = (
    Rule(
        "number_street",
        folded_pattern(rf"(?<![/€])(?<!\d[.,]){_NUMBER}\s?,?\s{{0,2}}(?:de\s(?:la\s|l')?|du\s|des\s)?(?P<s>{_STREET})"),
        0.75,
        begins=Begins.NUMBER,
    ),
    Rule(
        "number_named",
        re.compile(
            r"(?<![/€])(?<!\d[.,])\d{1,4}(?: ?(?:bis|ter|[A-F]))? "
            r"(?P<s>(?:(?:Les?|La) |L['\u2019])[A-ZÀ-Ý][a-zà-ÿ][\w'\u2019\-]+)"
        ),
        0.7,
        is_cased=True,
        begins=Begins.NUMBER,
    ),
    Rule(
        "number_place",
        folded_pattern(
            rf"(?<![/€])(?<!\d[.,]){_NUMBER}\s?,?\s(?P<s>(?:sur\s)?(?:la|le|les)\s(?:canebiere|vieux[- ]port|"
            r"corniche|plaine|croisette)|(?:de\s)?(?:la\s)?meme\s(?:rue|avenue|impasse|allee|adresse))(?!\w)"
        ),
        0.7,
        begins=Begins.NUMBER,
    ),
)
_STREETS_OF_ONE = "rue avenue boulevard place impasse chemin allee route quai traverse square montee".split()  # noqa: SIM905
STREETS_AFTER_WORDS = one_of(*(f" {kind} " for kind in _STREETS_OF_ONE))
IN_WORDS = Rule(
    "number_in_words",
    folded_pattern(
        rf"(?<!\w){NUMBER_WORD}(?:[ \-](?:et[ \-])?(?:un|{NUMBER_WORD})){{0,5}}(?:\s(?:bis|ter))?,?\s"
        rf"(?P<s>(?:{'|'.join(_STREETS_OF_ONE)})\s{_LINK}\w[\w'\-]*)"
    ),
    0.7,
    anchors=one_of(*(word.removesuffix("s?") for word in NUMBER_WORDS)),
)
"""A street's name stands in the singular only after a number that is its own: "trois place aux Herbes"."""
AFTER_STREET = Rule("street_number", folded_pattern(rf"{_NUMBER}(?![\w]){_NO_NUMBER}"), 0.8, begins=Begins.NUMBER)
NUMBER_LINK = re.compile(r"(?:(?<!\w)(?:n[°o]?|numero|no|num\.?|au)|,|\w)\s?$")
_NO_PART = (
    r"(?!(?:est|sont|sera|etait|a|ont|ferme\w*|ouvert\w*|coupe\w*|barre\w*|entre|jusqu'?|depuis|des|avant|apres|vers|"
    r"au|aux|en|par|pour|sur|dans|avec|et|ou|lieu)"
    r"(?!\w))"
)
"""Verbs of works, words of time and links: the number after them is not the street's, "Foch fermée jusqu'au 12"."""
_NEAR = r"(?:au\sniveau|a\s(?:la\s)?hauteur|(?:en\s)?face|devant|pres)\s(?:du|de|au|le)"
STREET_THEN = folded_pattern(
    rf"(?<!\w){_STREET}(?<!\sd[eu])(?<!\sl[ae])(?:\s{_NO_PART}[a-z][\w'\-]{{1,20}}){{0,4}}?(?:\s(?:1[5-9]|20)\d\d)?\s?[,(]?\s?"
    rf"(?P<l>(?<!\w)(?:{_NEAR}\s)?(?:au\s)?(?:n[°o]?|numero|no|num\.?)(?!\w)|(?<!\w){_NEAR}|au|,|(?<![ ,\n])[ ])[ ]?\Z"
)
STREET_CLOSE = folded_pattern(rf",?\s?(?:{POSTCODE}|{UNIT}|[^\n;|:!?]{{2,40}},\s?{POSTCODE})")
"""What follows the number of a street, and nothing else."""
PHRASE_CLOSE = folded_pattern(r"(?<!\d{4})\s?(?:[;()\n,|–]|\.(?!\d)|$)")
"""The end of a phrase, but not after a year."""
LONGEST_STREET = 70
WITH_UNITS = ("residence_unit", "units")
SEARCHED = (
    Rule(
        "residence_unit",
        folded_pattern(
            r"(?<!\w)(?:residence|resid\.?|res\.?|cite|immeuble|imm\.?|hlm|copropriete|lotissement|foyer|tour|"
            r"domaine|hameau|z\.?a\.?c?\.?|z\.?i\.?|camping|aire\sd'accueil|centre\scommercial)\s"
            rf"(?:[\w']{{1,20}}+[\s\-]?){{1,8}}?[,\-(]?\s?{UNIT}"
        ),
        0.7,
        anchors=one_of(
            "residence",
            " res ",
            "res.",
            "cite ",
            "immeub",
            "imm.",
            "imm ",
            "hlm",
            "copro",
            "lotiss",
            "foyer",
            " tour ",
            "domaine",
            *("hameau", " za", "zi ", "z.a", "z.i", "camping", "accueil", "commercial"),
        ),
    ),
    Rule(
        "boat",
        folded_pattern(
            r"(?<!\w)(?:peniche|voilier|yacht|bateau|vedette|caravane|mobil-?home)\s(?:[\w'\"]{1,20}[ ]){0,3}?"
            r"[\w'\"]{1,20},?\s(?:au\s)?(?:ponton|anneau|emplacement|place)\s(?:n[°o]\s)?(?:[a-z]|\d{1,4}[a-z]?)(?!\w)"
            r"(?:,\s(?:place|anneau|ponton)\s(?:n[°o]\s)?\w{1,4})?(?:,\sport\s[\w '\-]{2,30})?"
            rf"(?:,?\s{POSTCODE}(?:\s[a-z\-]{{2,20}})?)?"
        ),
        0.6,
        anchors=one_of("peniche", "voilier", "yacht", "bateau", "vedette", "caravane", "mobil"),
    ),
    Rule(
        "units",
        folded_pattern(rf"{UNIT}(?:[ ,\-]{{1,3}}(?:(?:au\s|du\s)?{UNIT}|{POSTCODE})){{1,4}}"),
        0.6,
        anchors=one_of(
            "appt", "appart", "apt", "esc ", "esc.", "escal", "porte ", "logement", "bat ", "bat.", "batiment"
        ),
    ),
    Rule(
        "box",
        folded_pattern(BOX),
        0.6,
        anchors=one_of(
            "bp", "b.p", "cs ", "cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "cs7", "cs8", "cs9", "tsa", "postale"
        ),
    ),
)
HOME_ANCHORS = one_of(
    "demeur",
    "habit",
    "domicil",
    "resid",
    " loge",
    "heberg",
    "vit ",
    "vis ",
    "vivant ",
    "vivent ",
    "adresse",
    "chez ",
    "livraison",
    "coordonnees",
    "\nloge",
)
HOME_CUE = folded_pattern(rf"(?<!\w){_LIVES}")
HOME = (
    Rule(
        "lives_at",
        folded_pattern(
            rf"{_LIVES}\s?:?\s{{0,2}}(?:actuellement\s|bien\s|toujours\s|depuis\s\w+\s)?(?:au|a|dans|sur|en|est|la|"
            rf"le|l'|\s){{0,4}}?\s?(?P<v>{_STREET})"
        ),
        0.75,
    ),
    Rule(
        "lives_at_number",
        folded_pattern(
            rf"{_LIVES}\s?:?\s{{1,2}}(?:(?:au|a|est)\s(?:n[°o]|numero)?|n[°o]|numero)\s?(?P<v>(?!\d{{1,2}}\s?(?:e|er|eme|"
            rf"ieme)(?!\w)){_NUMBER}(?:[ ,]{{1,2}}(?:la|le|"
            rf"les|lieu-dit)[ ][\w'\-]+)?)(?!\w){_NO_NUMBER}"
        ),
        0.6,
    ),
    Rule(
        "lives_at_named",
        folded_pattern(
            rf"{_LIVES}\s?:?\s{{1,2}}(?:(?:au|a|est)\s)?(?:n[°o]\s?)?(?P<v>{_NUMBER},?[ ]"
            rf"(?P<n>(?:(?:la|les?)[ ]|l'|[a-z]{{3,}}[ ](?:(?:de|du|des|la|les?)[ ]|d'|l'){{1,2}})?[a-z][\w'\-]+))"
        ),
        0.7,
    ),
    Rule("lives_in_unit", folded_pattern(rf"{_LIVES}\s?:?\s(?:[\w']+\s){{0,4}}?(?P<v>{UNIT})"), 0.6),
    Rule(
        "labelled",
        folded_pattern(
            r"(?:adresse|domicile|demeurant|domicili(?:ee?|ation))(?:\s(?:postale|actuelle|complete|personnelle|"
            r"du\s\w+|"
            r"de\s\w+|declaree?))?\s?:\s{0,3}"
            r"(?P<v>(?=[^\n;|]{0,100}\d)(?!https?|www)[\w][^\n;|@]{4,110}?)(?=\s{0,2}(?:[;|\n]|$|\.(?:\s|$)|"
            r"[,\-]?\s(?:a\s(?:partir|compter)|depuis|et|ou|je|il|elle|nous|merci|pour|qui|tel|telephone|mail|e-mail|"
            r"courriel|ne|nee|portable|"
            r"date|profession|nir|email|n°|ville|code|cp|commune|tva|sire[nt]|facture|iban|rib)(?!\w)))"
        ),
        0.7,
    ),
)
BUILDING = folded_pattern(r"(?:bat|bt|batiment|hall|entree|tour|bloc|immeuble|imm|allee|villa)(?!\w)")
"""Of a house of many homes; "in front of my place, building C" points at a building."""
TO_TOWN = folded_pattern(
    rf"{_LIVES}(?:\s(?:actuellement|bien|toujours|seule?|maintenant|desormais|principalement))?\s?:?\s{{0,2}}(?:(?:a|"
    r"au|aux|sur|en|dans|est|la\sville\sde|la\scommune\sde|ville\sde)\s){0,2}(?=[a-z])"
)
LIVES_WITH_TOWN = re.compile(r"(?!vi(?:t|s|vant|vent)(?!\w))")
"""To live in a town is no address, unless the word is one of civil status."""
TOWN_LABEL = folded_pattern(
    r"(?<!\w)(?:ville|commune|localite)(?:[\s_]de[\s_]residence)?[\"']?\s?[:=\]|>]\s{0,2}[\"']?(?=[a-z])"
)
TOWN_ANCHORS = one_of("ville", "commune", "localite")
OF_HOUSE = folded_pattern(r"(?:villa|residence|domaine|hameau|lotissement|lot\.|cite|clos|mas|les?|la)(?!\w)|l'")
"""What names a house or several, after which the street of it may follow."""
NEXT_STREET = folded_pattern(rf"[ ,\-(]{{1,3}}(?P<s>{_STREET})")
TOWN_FIRST = re.compile(r"(?:(?:la|le|les)\s|l')?([^\W\d_][\w'\u2019\-]*)")
SHOUT_WINDOW = 60
ARTICLES = frozenset(("la", "le", "les", "l"))
POSTCODE_RULE = Rule(
    "postcode", folded_pattern(rf"(?<![.,/+€])(?:f-)?{POSTCODE}{NO_UNIT}"), 0.7, begins=Begins.NUMBER, shortest=5
)
POSTCODE_CUE = words(
    r"code\spostal",
    r"c\.?p\.?",
    "adresse",
    "domicil\\w*",
    "demeurant",
    "habit(?:e|ant)",
    "resid(?:e|ant)",
    "commune",
    "ville",
)
STREET_BEFORE = folded_pattern(
    rf"(?:(?:(?<![\w/.,]){_NUMBER}\s?,?\s)?(?<!\w)(?:{STREET_TYPES})\s|(?<![\w/.,]){_NUMBER}\s?,?\s(?:r|qu)\s|"
    rf"(?<![\w/.,]){_NUMBER}\s?,?\s(?:(?:le|la|les)\s|l'))[a-z'\u2019\-. ]{{2,45}}?"
    rf"(?:[ ,]{{1,2}}(?:maison[ ]|villa[ ])?(?:n[°o]?[ ]?)?\d{{1,3}}(?:[ ]?(?:bis|ter|[a-d]))?(?=[ ,]))?"
    rf"(?:[ ,\-]{{1,3}}{UNIT}){{0,3}}[,\s(\-–]{{1,4}}(?:a\s)?$"
)
ANY_BEFORE = re.compile(
    r"(?<![\w/.,€])\d{1,4}(?: ?(?:bis|ter|[A-F](?!\w)))?,? "
    r"(?:[a-zà-ÿ][\w'\u2019\-]* ){0,2}[A-ZÀ-Ý][\w'\u2019\-]+(?: [\w'\u2019\-]+){0,2}"
    r"(?:, ?[a-zà-ÿ.]+ ?\d{1,4}\w?){0,2}, ?$"
)
"""A number and a name of any language before a postcode: "17 Hauptstrasse, appartement 2, 67110 …"."""
TOWN_WORD_GAP = re.compile(r"[ \-]")
TOWN_BEFORE = re.compile(r"(?<!\w)[^\W\d_][\w'\u2019\-]*(?:[ \-](?:[^\W\d_][\w'\u2019\-]*)){0,4}[ ,]?[ ]?\(?$")
NOT_A_NUMBER = re.compile(
    r"(?:(?<!\w)(?:lignes?|bus|tram|article|art\.?|alinea|depuis|en|annee|janvier|fevrier|mars|avril|mai|juin|"
    r"juillet|aout|septembre|octobre|"
    r"novembre|decembre|environ|plus\sde|metro|m|rd|rn|d|n|tv|vp|vl|dn|patrouille|equipage|indicatif|radio|camera|cam|secteur|unite|equipe|"
    r"groupe|borne|brigade|poste|arret|quai|voie|page)|\d\s?h|"
    r"\d:)[ \t]?(?:n°\s?)?\Z"
)
MANY = re.compile(r"(?<!\w)(?:les|ces|des|ses|nos|vos|mes)\s\Z")
"""Before a number that counts streets, but "les 3 et 5 rue Foch" gives two numbers."""
NO_STREET = words(
    r"(?:rues|avenues|boulevards|impasses|chemins|routes|ruelles)\s\w+",
    r"(?:places?|parcs?)\s(?:de\s(?:parking|stationnement|livraison)|pour|handicape\w*|libres?|assises?|pmr|"
    r"reservees?|vacantes?|disponibles?|en)",
    r"cour\s(?:d'appel|de\s(?:cassation|justice)|administrative|des\scomptes|europeenne|interieure|superieure)",
    r"cours\s(?:de\s(?:danse|francais|natation|yoga|maths?|conduite|sport|soutien)|d'(?:anglais|espagnol|arabe)|en|"
    r"par|du\ssoir|particuliers?|collectifs?)",
    r"passages?\s(?:pietons?|par|a|de(?!\s(?:la\s|l')))",
    r"zones?\s\d+",
    r"places?\s(?:n°\s?)?\d{1,4}(?!\s?(?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec))",
    r"\w+\.?\s(?:plus|fois|par|pour|et|ou|en|est|sont|a|ont|qui|que|dans|au|avec|sans|sur|sous|autour|piet\w+|"
    r"voisines?|adjacentes?|suivantes?)(?!-)",
    r"(?:cote|zone|res|parc|mas|lot|all|pl|ch|pass|z\.?i|za)\s(?:droit|gauche|a|de\s(?:la\s)?(?:defense|jeux|tri|"
    r"securite|travail)|humide|bleue|auto\w*|jours?)",
    r"(?:ch|res|all|sq|pl|mas|z\.?i|z\.?a\.?c?|r|q)\s\w",
)

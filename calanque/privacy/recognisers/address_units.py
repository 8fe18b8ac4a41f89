"""What stands beside a number and a street: the flat, stair, floor and door of a home, post boxes, postcodes."""

UNIT_WORD = (
    r"(?:batiment|bat|bt|escalier|esc|appartement|appart|appt|app|apt|logement|logt|porte|pte|etage|hall|entree|villa|"
    r"lot|lots|chambre|ch|boite|bp|bal|studio|pavillon|tour|bloc|immeuble|imm|allee|cage|aile|numero|interphone|niveau|"
    r"digicode|code|etg|emplacement|empl|parcelle|ponton|mobil-home|local|cellule|box|log)"
)
_SIDE = (
    r"(?:(?:a|de|en|cote)\s)?(?:(?:droite|gauche|face)(?!\w)(?:\sascenseur(?!\w))?|"
    r"(?:dte|dr|gche|gch)(?!\w)\.?|[gd]\.(?!\w))"
)
"""Where on its floor a door is: "gauche", "à droite", "face ascenseur"."""
_SIDES = rf"(?:\s(?:{_SIDE}|porte\s(?:{_SIDE}|\w{{1,4}}(?!\w))|sur\srue(?!\w)|(?:sur\s)?(?:cour|jardin)(?!\w))){{0,2}}"
_RANK = (
    r"(?:premiere?|deuxieme|seconde?|troisieme|quatrieme|cinquieme|sixieme|septieme|huitieme|neuvieme|dixieme|"
    r"derniere?)"
)
_NTH = r"\d{1,2}\s?(?:er|e|eme|ieme|nd|de)"
FLOOR = (
    rf"(?:(?:\d{{1,2}}\s?(?:er|e|eme|ieme|nd|de)?\s?(?:etages?|et\.|etg\.?)|(?:{_RANK}|{_NTH})\s(?:etage|porte)|"
    rf"{_NTH}(?=\s{_SIDE})|rez[\s-]de[\s-](?:chaussee|jardin)|sous[\s-]sol|entresol|"
    rf"r\.?d\.?c\.?)(?!\w){_SIDES})"
)
UNIT = (
    rf"(?:(?<!\w){UNIT_WORD}(?:\.\s?|\s|(?=\d|n°))(?:(?:n[°o]?\.?\s?)?(?:[a-z]{{0,2}}[\-.]?\d{{1,5}}[a-z]?"
    rf"(?:-[a-z\d]{{1,2}})?|[a-z]\d?)(?!\w|')(?:\sa\s(?:droite|gauche)(?!\w))?|{_SIDE})|{FLOOR}|"
    r"(?<!\w)(?:(?:batiment|bat|bt|immeuble|maison)\s)?(?:(?:au|du)\s)?fond\s(?:de\s(?:la\s)?cour|du\s(?:couloir|jardin))"
    r"(?!\w)|(?<!\w)(?:(?:a\s)?(?:droite|gauche)|combles)(?!\w)(?=\s?(?:[,)\n]|$))|"
    r"(?<!\w)(?:digi)?code\s?:?\s?(?=\w{0,5}\d)[\da-z]{3,6}(?!\w))"
)
_INSIDE = (
    rf"(?:{UNIT_WORD}|{_RANK}|droite|gauche|face|fond|cour|couloir|jardin|impasse|palier|loge|cave|foyer|bureau|"
    r"ascenseur|toits|combles|[tf]\d)"
)
_WITHIN = (
    rf"(?:{_INSIDE}|au?|du|des?|la|les?|[dl]|en|sur|sous|cote|et|n[°o]?|\d{{1,4}}[a-z]{{0,4}}|[a-z]\d{{0,4}})(?!\w)"
)
INDOORS = (
    rf"(?=[^,;()\n]{{0,24}}?(?<!\w){_INSIDE}(?!\w)){_WITHIN}(?:[ '\-.]{{0,2}}{_WITHIN}){{1,6}}(?=[ ]?[,;)\n]|\.|$)"
)
"""A phrase of words that say where in a house: "au fond de la cour", "deuxième gauche", "T2 au 3e"."""
BOX = r"(?<!\w)(?:boite\spostale|b\.?p\.?|c\.?s\.?|t\.?s\.?a\.?)\s?(?:n[°o]?\s?)?\d{2,6}(?!\w|\s?/)"
POSTCODE = r"(?:f-)?(?:0[1-9]|[1-8]\d|9[0-8])\s?\d{3}(?!\w|[.,]\d)"

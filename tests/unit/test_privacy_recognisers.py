"""Each recogniser: real-world positives, and hard negatives that must stay readable. All values are invented."""

import pytest

from calanque.privacy.recognisers import PACK
from calanque.privacy.spans import ENTITY_TYPES, merge
from calanque.privacy.text import prepare

BY_ENTITY = {recogniser.entity: recogniser for recogniser in PACK}

# What must be masked stands between ⟦ and ⟧.
POSITIVES = {
    "EMAIL_ADDRESS": (
        "écrire à ⟦jean.dupont@example.org⟧.",
        "⟦JEAN.DUPONT@EXAMPLE.ORG⟧",
        "mail:⟦léa+ville@example.co.uk⟧, merci",
        "⟦a@b.fr⟧",
        "contact ⟦jean.dupont (at) example.com⟧",
        "⟦jean.dupont [arobase] example [point] fr⟧ le soir",
        "⟦jean_dupont @ example.org⟧",
        "mail ⟦jean.dupont@example⟧ je crois",
    ),
    "PHONE_NUMBER": (
        "tel ⟦06 39 98 12 34⟧",
        "⟦0639981234⟧",
        "⟦06.39.98.12.34⟧.",
        "⟦+33 6 39 98 12 34⟧",
        "⟦+33 (0)4 65 71 12 34⟧",
        "⟦0033639981234⟧",
        "⟦06-39-98-12-34⟧",
        "⟦0262 12 34 56⟧ à la Réunion",
        "appel du ⟦+44 20 7946 0958⟧",
        "téléphone : ⟦39 98 12 34⟧",
        "joignable au ⟦63998123⟧",
    ),
    "FR_NIR": (
        "NIR ⟦1 85 05 78 006 084 91⟧",
        "⟦185057800608491⟧",
        "sécu ⟦2 69 05 49 588 157 80⟧",
        "⟦2 55 08 2A 004 123 45⟧",
        "⟦1 85 05 78 006 084⟧ sans clé",
        "numéro de sécurité sociale : ⟦1850578006084⟧",
        "N° SS ⟦1.85.05.78.006.084⟧",
        "Numero de secu ⟦1 85 13 78 006 08⟧ mal recopié",
    ),
    "FR_PLATE": (
        "véhicule ⟦AB-123-CD⟧",
        "⟦AB123CD⟧ garé",
        "⟦ab-123-cd⟧",
        "plaque ⟦ab 123 cd⟧",
        "la ⟦XY 987 ZT⟧ bloque",
        "immatriculé ⟦1234 AB 13⟧",
        "⟦789 XYZ 2A⟧ sur le trottoir",
        "plaque partielle ⟦AB-123⟧",
        "immatriculation : ⟦B 4567 KL⟧",
        "camion ⟦456 abc 06⟧",
    ),
    "IBAN_CODE": (
        "⟦FR76 3000 6000 0112 3456 7890 189⟧",
        "⟦FR7630006000011234567890189⟧",
        "iban ⟦fr76 3000 6000 0112 3456 7890 189⟧",
        "⟦FR76 3000 6000 0112 3456 7890 188⟧ clé fausse",
        "⟦FR76-3000-6000-0112-3456-7890-189⟧",
        "IBAN : ⟦FR76 3000 6000 0112⟧ incomplet",
        "⟦DE89 3704 0044 0532 0130 00⟧",
        "virement sur ⟦BE68 5390 0754 7034⟧",
    ),
    "POSTAL_ADDRESS": (
        "au ⟦12 rue de Rome⟧ hier",
        "⟦12 bis, rue Jean Jaurès, 13006 Marseille⟧",
        "⟦3 AVENUE DU PRADO⟧",
        "habite ⟦14 bd de la libération⟧ depuis",
        "⟦5 impasse des Lilas, bâtiment B, 13013 Marseille⟧",
        "demeurant ⟦rue Sainte⟧ au fond",
        "⟦rue Paradis au n° 45⟧",
        "courrier à ⟦13006 Marseille⟧",
        "code postal ⟦13012⟧",
        "⟦8 chemin du Vallon de l'Oriol⟧",
        "⟦27 rue jean jaures⟧ la nuit",
    ),
    "BIRTH_DATE": (
        "né le ⟦12/03/1985⟧",
        "née le ⟦1er janvier 1990⟧ à Aix",
        "NÉ LE ⟦12.03.85⟧",
        "nee a Marseille le ⟦3 mars 1971⟧",
        "date de naissance : ⟦1985-03-12⟧",
        "DDN ⟦12 03 1985⟧",
        "né(e) le ⟦31/13/1985⟧ faute de frappe",
        "née le ⟦douze mars mille neuf cent quatre-vingt-cinq⟧",
        "né en ⟦1985⟧",
    ),
    "CREDIT_CARD": (
        "⟦4970 1012 3456 7890⟧",
        "⟦4539578763621486⟧",
        "carte ⟦4970101234567891⟧ clé fausse",
        "CB : ⟦5555-5555-5555-4444⟧",
        "⟦5555.5555.5555.4444⟧ débitée",
        "amex ⟦3782 822463 10005⟧",
        "⟦378282246310005⟧",
        "paiement avec ⟦6011111111111117⟧",
    ),
    "HANDLE": (
        "suivi par ⟦@jean_dupont13⟧",
        "⟦@JeanD⟧ sur twitter",
        "insta : ⟦jean.dupont13⟧",
        "snap: ⟦jeand_13⟧",
        "pseudo = ⟦zinou13⟧",
        "https://instagram.com/⟦jean.dupont⟧",
        "(⟦@marie.l⟧)",
        "⟦@jean@mastodon.social⟧",
    ),
    "IP_ADDRESS": (
        "depuis ⟦192.0.2.17⟧",
        "IP ⟦203.0.113.254⟧.",
        "⟦198.51.100.1⟧",
        "⟦2001:db8::1⟧",
        "ipv6 ⟦2001:db8:85a3::8a2e:370:7334⟧",
        "⟦2001:0DB8:85A3:0000:0000:8A2E:0370:7334⟧",
        "adresse ip:⟦10.0.0.1⟧",
        "connexion de ⟦192.0.2.255⟧ hier",
    ),
    "GPS_POSITION": (
        "⟦43.2965, 5.3698⟧",
        "⟦43,29651 5,36978⟧",
        "position ⟦43.296482,5.369780⟧",
        "GPS : ⟦43.2965 / 5.3698⟧",
        "⟦43°17'47\"N 5°22'11\"E⟧",
        "⟦43° 17' 47\" N, 5° 22' 11\" E⟧",
        "latitude ⟦43.29648⟧",
        "lon: ⟦5.36978⟧",
    ),
    "PERSON": (
        "M. ⟦Dupont⟧ crie",
        "mme ⟦dupont⟧ habite là",
        "le nommé ⟦dupont jean⟧ a crié",
        "LE NOMME ⟦DUPONT JEAN⟧ A ETE VU",
        "⟦Jean DUPONT⟧ est passé",
        "⟦DUPONT Jean⟧",
        "⟦DUPONT JEAN⟧",
        "je m'appelle ⟦karim benali⟧",
        "M. ⟦J.-P. Martin⟧ et",
        "Mme ⟦de La Tour⟧",
        "mon voisin ⟦Nguyen⟧ sait",
        "⟦Marie-Claire Le Goff⟧ confirme",
        "⟦Fatoumata Diallo⟧ a appelé",
        "⟦dupont jean⟧ demeurant ici",
        "nom : ⟦petit⟧",
        "mon voisin ⟦FONTAINE Frédérique⟧ sait",
        "mon voisin ⟦Noël Germain⟧ sait",
        "mon voisin ⟦LECLERC CLAIRE⟧ sait",
    ),
}

NEGATIVES = {
    "EMAIL_ADDRESS": (
        "rendez-vous @ 18h",
        "prix 3€@pièce",
        "voir example.org",
        "@mairie",
        "a (at) home",
        "arobase",
        "user@",
        "@example.org",
    ),
    "PHONE_NUMBER": (
        "le 12/03/2024 à 18h30",
        "appeler le 17",
        "le 3919 ou le 115",
        "SIRET 732 829 320 00074",
        "dossier 2024-123456",
        "1 234 567 890 euros",
        "du 01/02 au 03/04",
        "43.2965, 5.3698",
        "de 2019 à 2024",
        "0,5 à 10 m",
    ),
    "FR_NIR": (
        "commande 185057800608",
        "le 12 03 2024 13 006 084",
        "4970 1012 3456 7890",
        "06 39 98 12 34",
        "SIRET 73282932000074",
        "colis 1Z999AA10123456784",
        "2024 05 12 100 200",
        "facture 1850578006084",
    ),
    "FR_PLATE": (
        "12 rue 13",
        "au 100 km 20",
        "le 123 av du Prado",
        "RN 113",
        "A7 sortie 32",
        "bus 83 et 19",
        "il y a 3 ans 12 personnes",
        "de 123 la nuit",
        "COVID-19",
        "iPhone 12",
    ),
    "IBAN_CODE": (
        "fr12 cars de police",
        "FRANCE 2024",
        "AB12 rue",
        "DE89 3704 0044 0532 0130 01",
        "dossier FR7630",
        "FR-13",
        "GB2024",
        "en FR76 comme en 77",
    ),
    "POSTAL_ADDRESS": (
        "rue Paradis, des déchets",
        "la place Castellane",
        "12 personnes",
        "le bus 12 place Castellane direction",
        "les quais du Vieux-Port",
        "13000 habitants",
        "le 12 mars",
        "50000 euros",
        "boulevard Michelet près du stade",
    ),
    "BIRTH_DATE": (
        "le 12/03/2024",
        "incident du 3 mars 2024",
        "il ne le 12 fait plus",
        "depuis 1985",
        "un nouveau-né",
        "née à Marseille",
        "le 1er janvier 2024 à minuit",
        "renaissance du quartier",
    ),
    "CREDIT_CARD": (
        "commande 4970101234567891",
        "06 39 98 12 34 56 78",
        "1234 5678",
        "0000 0000 0000 0000",
        "SIRET 73282932000074",
        "2024 2025 2026",
        "facture 4970101234567892",
        "1985 0578 0060",
    ),
    "HANDLE": (
        "rdv @ 18h",
        "@18h",
        "jean@example.org",
        "compte rendu du soir",
        "profil bas",
        "@",
        "réunion@mairie",
        "le pseudo trottoir",
    ),
    "IP_ADDRESS": (
        "300.1.1.1",
        "version 1.2.3.4",
        "le 12.03.2024",
        "article 1.2.3.4",
        "1.2.3",
        "12:30:45",
        "de 10:00 à 12:00",
        "1.2.3.4.5",
    ),
    "GPS_POSITION": (
        "12,50 et 13,90 euros",
        "143.2965, 95.3698",
        "43.2 et 5.3",
        "1.500, 20 €",
        "12/03/2024",
        "43 degrés à l'ombre",
        "06.39.98.12.34",
        "de 1,5 à 2,5 km",
    ),
    "PERSON": (
        "lycée Jean Moulin",
        "place Jean Jaurès",
        "rue Pierre Puget",
        "Bonjour Madame",
        "Monsieur le Maire",
        "Madame, Monsieur,",
        "le stade Vélodrome",
        "la gare Saint-Charles",
        "un petit martin pêcheur",
        "Le Vieux-Port est sale",
        "Ville de Marseille",
        "la rose est fanée",
        "5 m de haut",
        "agent de la RTM",
        "mon voisin crie",
    ),
}


def _marked(text: str) -> tuple[str, tuple[int, int]]:
    start, end = text.index("⟦"), text.index("⟧") - 1
    return text.replace("⟦", "").replace("⟧", ""), (start, end)


def _found(entity: str, text: str) -> list[tuple[int, int]]:
    return [(s.start, s.end) for s in merge(BY_ENTITY[entity].find(prepare(text)))]


CASES = [pytest.param(e, t, id=f"{e}-{t}") for e, texts in POSITIVES.items() for t in texts]
HARD = [pytest.param(e, t, id=f"{e}-{t}") for e, texts in NEGATIVES.items() for t in texts]


@pytest.mark.parametrize(("entity", "marked"), CASES)
def test_value_is_found_exactly(entity: str, marked: str) -> None:
    text, span = _marked(marked)
    assert _found(entity, text) == [span]


@pytest.mark.parametrize(("entity", "text"), HARD)
def test_hard_negative_stays(entity: str, text: str) -> None:
    assert _found(entity, text) == []


def test_every_type_has_its_recogniser_and_its_tables() -> None:
    assert set(BY_ENTITY) == set(ENTITY_TYPES) == set(POSITIVES) == set(NEGATIVES)
    assert min(map(len, (*POSITIVES.values(), *NEGATIVES.values()))) >= 8

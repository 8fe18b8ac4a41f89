"""What feeds count and in what, in the words of a reader: a contract gives a code, or the words of its producer."""

from calanque.contracts.page import Language
from calanque.places.words import word

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "bruit": "Noise", "corbeille_pleine": "Full bin", "dechets": "Rubbish", "depot_sauvage": "Fly-tipping",
        "eclairage": "Lighting", "graffiti": "Graffiti", "incivilite": "Antisocial behaviour",
        "objet_abandonne": "Abandoned object", "photo": "Photo", "salete": "Dirt", "stationnement": "Parking",
        "video": "Video", "voirie": "Roads",
        "agressions_reseau": "Assaults on public transport", "degradations_reseau": "Damage on public transport",
        "feux_de_poubelle": "Bin fires", "feux_de_vehicule": "Vehicle fires",
        "troubles_de_jouissance": "Disturbances in housing",
        "Cambriolages de logement": "Burglaries of homes", "Vols de véhicule": "Thefts of vehicles",
        "Vols dans les véhicules": "Thefts from vehicles",
        "Vols sans violence contre des personnes": "Thefts from persons without violence",
        "Vols avec armes": "Armed robberies", "Destructions et dégradations volontaires": "Criminal damage",
        "facts": "incidents", "offences": "offences", "persons": "persons", "vehicles": "vehicles",
    },
    "fr": {
        "bruit": "Bruit", "corbeille_pleine": "Corbeille pleine", "dechets": "Déchets",
        "depot_sauvage": "Dépôt sauvage", "eclairage": "Éclairage", "graffiti": "Graffiti",
        "incivilite": "Incivilité", "objet_abandonne": "Objet abandonné", "photo": "Photo", "salete": "Saleté",
        "stationnement": "Stationnement", "video": "Vidéo", "voirie": "Voirie",
        "agressions_reseau": "Agressions dans les transports",
        "degradations_reseau": "Dégradations dans les transports",
        "feux_de_poubelle": "Feux de poubelle", "feux_de_vehicule": "Feux de véhicule",
        "troubles_de_jouissance": "Troubles de jouissance",
        "facts": "faits", "offences": "infractions", "persons": "personnes", "vehicles": "véhicules",
    },
}  # fmt: skip


def said(code: str, language: Language) -> str:
    """Return what a feed counts, or in what, as a language says it; what has no words here is shown as it came."""
    return word(code, WORDS, language)

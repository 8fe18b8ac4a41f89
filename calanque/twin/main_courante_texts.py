"""What the municipal police of the synthetic Marseille write: their codes, kinds of place, and sentences by code."""

from datetime import date
from typing import NamedTuple

from calanque.twin.rhythm import Rhythm, Rise


class Fact(NamedTuple):
    """A code of the main courante: its weight, from and to which hour it begins, hours it may have lasted, sentences.

    `lasted_h` is 0 where the time is known; otherwise the caller only knows when all was well and when it was found.
    More begin on the days of its `rhythm`, in `summer` and in a `rise`; on all days alike where it has none.
    """

    weight: float
    from_hour: int
    to_hour: int
    lasted_h: int
    sentences: tuple[str, ...]
    rhythm: Rhythm = Rhythm.EVEN
    summer: float = 0.0
    rise: Rise | None = None


FACTS = {
    "TAPAGE_NOCT": Fact(
        *(22, 22, 29, 0, ("Musique et cris {where}.", "Fête en appartement {where}, bruit entendu.")),
        rhythm=Rhythm.EVES,
        summer=0.3,
    ),
    "TAPAGE_DIURN": Fact(6, 9, 21, 0, ("Travaux bruyants {where}.", "Aboiements répétés {where}.")),
    "RIXE": Fact(
        *(8, 17, 28, 0, ("Échange de coups {where}, dispersés à l'arrivée.", "Rixe {where} entre six jeunes.")),
        rhythm=Rhythm.EVES,
    ),
    "VOL_ROULOTTE": Fact(
        14, 18, 24, 12, ("Vitre brisée et fouille {where}.", "Véhicule fouillé {where}, sac emporté.")
    ),
    "VOL_ARRACHE": Fact(5, 10, 23, 0, ("Collier arraché {where}.", "Téléphone pris en main {where}, fuite à scooter.")),
    "VOL_2RM": Fact(6, 18, 24, 10, ("Scooter absent de son stationnement {where}.", "Antivol coupé {where}.")),
    "CAMBRIO": Fact(
        *(6, 8, 18, 9, ("Porte forcée {where}, pièces fouillées.", "Volet arraché {where}.")),
        rhythm=Rhythm.WORKING_DAYS,
    ),
    "DEGRAD": Fact(10, 16, 24, 12, ("Tags sur façade {where}.", "Rétroviseurs cassés {where} sur cinq véhicules.")),
    "AGRESSION": Fact(6, 14, 27, 0, ("Coups portés {where}, secours sur place.", "Menaces {where} avec une barre.")),
    "RODEO": Fact(
        *(8, 15, 26, 0, ("Deux motos sur la roue arrière {where}.", "Rodéo {where}, fuite à notre vue.")),
        rhythm=Rhythm.FREE_DAYS,
        summer=0.3,
        rise=Rise(date(2026, 6, 15), date(2026, 6, 30), 6.0),
    ),
    "IVRESSE": Fact(
        *(5, 19, 28, 0, ("Individu titubant {where}, conduit au poste.", "Groupe alcoolisé {where}.")),
        rhythm=Rhythm.EVES,
    ),
    "DEPOT_SAUV": Fact(3.6, 6, 20, 24, ("Gravats déposés {where}.", "Dépôt de meubles {where}.")),
    # Rare, and in nobody's list of common types: a code that a map does not know.
    "DIVAG_ANIM": Fact(
        0.4, 7, 20, 0, ("Chien sans laisse ni maître {where}.", "Animal errant {where}, fourrière avisée.")
    ),
}
PLACES = ("VOIE PUBLIQUE", "HALL", "PARKING", "COMMERCE", "PARC", "TRANSPORT")
PLACE_WEIGHTS = (50, 14, 13, 11, 7, 5)

CALLER_PHRASES = (" Requérant {name}.", " Appel de M. {name}, voisin.", " Mme {name} rencontrée sur place.")
PHONE_PHRASES = (" Rappeler le {phone}.", " Joignable au {phone}.")
PLATE_PHRASES = (" Véhicule {plate}.", " Immatriculation relevée : {plate}.")

"""What the synthetic citizen of Marseille writes: openings, facts by category, phrases with a personal value."""

CATEGORIES = ("eclairage", "bruit", "incivilite", "dechets", "stationnement", "voirie")
CATEGORY_WEIGHTS = (14, 20, 16, 24, 16, 10)

STREETS = (
    "rue Paradis",
    "rue de Rome",
    "boulevard Chave",
    "avenue du Prado",
    "rue d'Endoume",
    "boulevard Baille",
    "rue Saint-Pierre",
    "cours Lieutaud",
    "avenue de la Capelette",
    "rue de la République",
    "boulevard National",
    "rue Breteuil",
    "chemin du Roucas Blanc",
    "boulevard de la Libération",
    "avenue des Chartreux",
    "rue Sainte",
    "traverse de la Gouffonne",
    "boulevard Sakakini",
    "rue Jean de Bernardy",
    "avenue de Saint-Antoine",
)
PLACES = (
    "place Castellane",
    "le Vieux-Port",
    "la Plaine",
    "le parc Borély",
    "le métro Noailles",
    "la gare Saint-Charles",
    "le stade Vélodrome",
    "la plage du Prophète",
    "l'école Jean Mermoz",
    "le cours Julien",
    "la Joliette",
    "le parc Longchamp",
    "la Belle de Mai",
    "l'Estaque",
)

OPENINGS = (
    "",
    "Bonjour, ",
    "Bonjour, je vous signale que ",
    "Madame, Monsieur, ",
    "Encore une fois, ",
    "Pour information : ",
    "Je reviens vers vous car ",
)

FACTS = {
    "eclairage": (
        "les lampadaires sont éteints {where} depuis plusieurs nuits et on ne voit plus rien en rentrant le soir.",
        "un candélabre clignote sans arrêt {where}, les fils sont à nu et c'est dangereux pour les enfants.",
        "l'éclairage public reste allumé en plein jour {where} alors que la rue d'à côté est dans le noir.",
    ),
    "bruit": (
        "le tapage recommence chaque soir {where}, musique à fond et cris jusqu'à trois heures du matin.",
        "un bar laisse sa terrasse ouverte {where} bien après l'heure autorisée et personne ne peut dormir.",
        "les rodéos de scooters {where} rendent la vie impossible, surtout le week-end après minuit.",
        "des travaux commencent avant six heures {where} sans aucun panneau d'autorisation.",
    ),
    "incivilite": (
        "un groupe occupe le hall de l'immeuble {where} et insulte les habitants qui demandent à passer.",
        "des tags ont été peints cette nuit {where} sur toute la façade et sur les boîtes aux lettres.",
        "des vitres d'abribus ont été cassées {where} et le verre est resté sur le trottoir.",
    ),
    "dechets": (
        "un dépôt sauvage de gravats et de matelas grossit {where} et attire les rats.",
        "les conteneurs débordent {where}, les sacs sont éventrés et l'odeur devient insupportable.",
        "des encombrants ont été laissés {where} en dehors des jours de collecte, le trottoir est bloqué.",
    ),
    "stationnement": (
        "des véhicules sont garés sur le passage piéton {where} et les poussettes doivent descendre sur la chaussée.",
        "une voiture ventouse n'a pas bougé {where} depuis deux mois, les pneus sont à plat.",
        "la place réservée aux personnes handicapées est occupée tous les matins {where}.",
    ),
    "voirie": (
        "un trou s'est formé au milieu de la chaussée {where}, deux cyclistes sont déjà tombés.",
        "la bordure du trottoir est descellée {where} et la plaque d'égout bouge au passage des bus.",
        "le marquage au sol est effacé {where}, les voitures ne s'arrêtent plus.",
    ),
}

PERSON_PHRASES = (
    " Le responsable serait un certain {name}, tout le monde le connaît ici.",
    " Mon voisin {name} a tout vu et peut témoigner.",
    " J'en ai parlé à Mme {name} sans résultat.",
    " M. {name} m'a menacé quand je lui ai demandé d'arrêter.",
    " Le nommé {name} revient tous les soirs.",
)
PHONE_PHRASES = (
    " Vous pouvez me joindre au {phone}.",
    " Mon numéro : {phone}, plutôt le soir.",
    " Tel {phone} pour accéder à la cour.",
)
EMAIL_PHRASES = (" Merci de me répondre à {email}.", " Photos disponibles, écrire à {email}.")
ADDRESS_PHRASES = (
    " J'habite au {address}.",
    " Cela se passe sous mes fenêtres, {address}.",
    " Il demeure {address}, deuxième étage.",
)
PLATE_PHRASES = (
    " Le véhicule est immatriculé {plate}.",
    " La plaque est {plate}, c'est toujours le même fourgon.",
    " Voiture grise, {plate}.",
)
CLOSINGS = (
    "",
    " Merci d'avance.",
    " Merci d'intervenir rapidement.",
    " Cordialement.",
    " Cela dure depuis des semaines.",
)

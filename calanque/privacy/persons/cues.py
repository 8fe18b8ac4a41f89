"""Words beside a name that announce it; all folded."""

TITLES = frozenset(
    """
m mm mr mrs mme mmes mlle mlles melle melles monsieur madame mademoiselle messieurs mesdames mesdemoiselles dr docteur
docteure pr maitre me sieur sieurs nomme nommee nommes nommees denomme denommee denommes prenomme prenommee surnomme
surnommee veuve capitaine lieutenant brigadier adjudant sergent commandant gardien-brigadier brigadier-chef
adjudant-chef sergent-chef major colonel marechal-des-logis consorts gpx bc bcp brc brp opj apj gpm asvp adc adj mdl
mch lt alias cne ltn gnd ipm sgt cch cpt cdt col abbe professeur professeure soeur pere imam
rabbin mgr monseigneur mister ms cond nommer nommait
""".split()  # noqa: SIM905  (a word list reads as words)
)
"""A name follows at once."""

AMBIGUOUS_TITLES = frozenset(
    """
m me mm pr ms major pere soeur veuve commandant capitaine lieutenant
""".split()  # noqa: SIM905
)
"""Titles that are also other words: a capital must follow."""

OCCUPATIONS = frozenset(
    """
interne externe ambulancier ambulanciere sage-femme kine kinesitherapeute ergotherapeute orthophoniste psychologue
psychiatre psychomotricien psychomotricienne dieteticien dieteticienne pharmacien pharmacienne dentiste orthodontiste
radiologue cardiologue neurologue gynecologue pediatre urgentiste gastro-enterologue dermatologue ophtalmologue
anesthesiste reanimateur reanimatrice geriatre oncologue pneumologue nephrologue urologue biologiste manipulateur
manipulatrice brancardier brancardiere aide-soignant aide-soignante puericultrice ide idel iade ibode iao ipa ash
auxiliaire animateur animatrice educateur educatrice moniteur monitrice formateur formatrice coordinateur coordinatrice
coordonnateur coordonnatrice referent referente curateur curatrice mandataire huissier procureur procureure substitut
batonnier expert experte mediateur mediatrice clerc magistrat magistrate assesseur assesseure rapporteur rapporteure
enqueteur enquetrice secouriste pompier syndic bailleresse preneur preneuse vendeur vendeuse acheteur acquereur
acquereuse cedant cessionnaire mandant emprunteur emprunteuse caution garant garante heritier heritiere legataire
donateur donatrice donataire defunt defunte intime intimee appelant appelante concluant accuse accusee detenu detenue
livreur livreuse electricien serrurier entraineur entraineuse tresorier tresoriere benevole apprenti apprentie
alternant alternante candidat candidate etudiant etudiante professeure instituteur institutrice cpe aesh atsem avs aed
proviseur proviseure principal-adjoint inspecteur inspectrice journaliste photographe pigiste policier policiere
aumonier stagiaire assistante assistant cadre prescripteur prescriptrice destinatrice receveur receveuse
souscripteur souscriptrice societaire associee nourrice baby-sitter assistante-maternelle soignant soignante
""".split()  # noqa: SIM905
)
"""Trades and parts in a case: a name follows them, or follows a colon after them."""

LABELS = OCCUPATIONS | frozenset(
    """
nom noms prenom prenoms identite signe signee signature signataire contact patient patiente declarant declarante
plaignant plaignante requerant requerante interlocuteur interlocutrice appelant appelante destinataire expediteur de a
from to cc conducteur conductrice proprietaire victime temoin auteur agent redacteur redactrice assure assuree
beneficiaire titulaire salarie salariee eleve medecin infirmier infirmiere avocat avocate notaire greffier greffiere
president presidente juge responsable famille usage naissance locataire occupant occupante bailleur gardien gardienne
parent parents mere pere tuteur tutrice enfant conjoint conjointe epoux epouse representant gerant gerante demandeur
demandeuse defendeur defenderesse prevenu prevenue usager client cliente adherent adherente interesse interessee
equipage present presents absent absents participants excuse excusee excuses secretaire enseignant enseignante
chirurgien anesthesiste praticien operateur operatrice chef cheffe demander transmis redige valide vu pour emetteur
correspondant ne nee avise avisee connaissance soussigne soussignee eventuel adjoint collegue par beneficiaires proche
aidant aidante
""".split()  # noqa: SIM905
)
"""A name follows a colon or a tab after them."""

AMBIGUOUS_LABELS = frozenset(
    ("de", "a", "from", "to", "cc", "vu", "pour", "par", "famille", "usage", "naissance", "enfant", "demander")
)
"""Labels that are also other words: a capital must follow."""

ROLES = OCCUPATIONS | frozenset(
    """
pere frere soeur mere fils fille ami amie oncle tante cousin cousine neveu niece papa maman papi papy mamie mamy
tonton tata agent collegue proprietaire proprietaires locataire locataires gardien gardienne voisin voisine voisins
conducteur conductrice victime temoin auteur plaignant plaignante contrevenant usager riverain riveraine suspect
patron patronne gerant gerante appele appelee appelle famille epoux epouse compagnon compagne mari femme signe
interpelle entendu docteur professeur prof eleve patient patiente assure assuree salarie salariee copain copine
copains gamin gamine nom prenom medecin infirmier infirmiere chirurgien avocat avocate notaire juge monsieur madame
appelait prenommait nomme nommait signee certain certaine dame jeune occupant occupante enfant gendre bru beau-fils
belle-fille conjoint associee accompagnant accompagnante enseignant enseignante insulte insultee frappe gifle mord
contre condamne condamnee dont cabinet nommement surnom demoiselle interesse conjointe ex tuteur beau-frere
belle-soeur beau-pere belle-mere demi-frere associe colocataire directeur directrice affaire parents president
presidente maire adjoint adjointe conseiller conseillere depute deputee senateur ministre
sonnette succession senior passager passagere pilote electeur electrice marin forain abonne abonnee nageur nageuse
baigneur baigneuse pecheur joueur joueuse cadet cadette aine ainee benjamin titulaire beneficiaire declarant declarante
interlocuteur interlocutrice bebe nourrisson demoiselles grand-oncle grand-tante grand-pere grand-mere
arriere-grand-pere arriere-grand-mere
""".split()  # noqa: SIM905
)
"""A name may follow."""

OF_A_PERSON = ROLES | frozenset(
    """
arrivee depart remplacement deces bureau contrat dossier compte signature presence absence visite naissance obseques
anniversaire nomination mutation retour style place nom chien vehicule sac temoignage audition domicile succede
""".split()  # noqa: SIM905
)
"""What is somebody's: a name may follow "de"."""

ROLES |= frozenset(f"ex-{role}" for role in ROLES)

LINKS_TO_NAME = frozenset(
    """
chez avec par et signe contactez contacter contacte joindre appelez appeler prevenir prevenu rencontrer rencontre voir
avertir avise avisee assiste assistee remplacer dossier
""".split()  # noqa: SIM905
)
"""A name may follow, less surely."""

GREETINGS = frozenset(
    """
bonjour bonsoir salut coucou hello cher chere chers merci bjr slt bsr hey cordialement cdt bises bisous amicalement
courage bravo desole
""".split()  # noqa: SIM905  (a word list reads as words)
)
"""A name may follow when nothing but a sign comes after it."""

FOLLOWERS = frozenset(
    """
demeurant domicilie domiciliee ne nee residant joignable age agee declare declarait affirme indique precise explique
raconte confirme reconnait conteste repond ajoute estime pretend refuse accepte temoigne souligne rappelle signale dit
disait souhaite habite vit travaille presente beneficie consulte epouse veuve celibataire
""".split()  # noqa: SIM905
)
"""They follow a name."""

SAYING = frozenset(
    """
raconte confie souligne explique sourit souriait ajoute lance resume temoigne precise affirme regrette conclut assure
note deplore martele soupire indique declare detaille rappelle insiste previent estime repond plaisante reconnait dit
poursuit glisse lache tempere nuance analyse
""".split()  # noqa: SIM905
)
"""Verbs that stand before their subject after quoted speech."""

DETERMINERS = frozenset(
    """
le la les l un une des du au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs quel
quelle chaque plusieurs aucun aucune
""".split()  # noqa: SIM905
)

ADDRESSED = frozenset(
    """
oppose opposee remis remise remets demande demandez demander dites dis ecrit ecrire ecris parle parler parlez dit dire
repondu donne donner adresse adressee envoye envoyee transmis transmise confie confiee notifie notifiee signifie
signifiee appartient appartenant telephone vendu prete pretee loue louee appel due grace rendu fait copie attribue
attribuee vendue restitue restituee succede remise rendue cede cedee merci
""".split()  # noqa: SIM905
)
"""Before "à" they announce a person rather than a place."""

FOREIGN_PARTICLES = frozenset(
    """
ben bin bent bint el al ould von van der den da dos do das di della abou abu ait mc mac ter wa ibn oum
zu
""".split()  # noqa: SIM905
)
"""Particles that are no French words: what they stand before is a name."""

PARTICLES = FOREIGN_PARTICLES | frozenset(("de", "du", "des", "la", "le", "les", "d'", "del", "bel", "saint", "st"))

NAMESAKES = frozenset(
    """
maladie syndrome respiration equation equations score echelle test methode loi theoreme drain trocart hernie goitre
prix pavillon service unite amphi amphitheatre salle aile nombre reaction manoeuvre classification canal tendon trompe
trompes corps hypothese jurisprudence amendement plan programme dispositif fichier operation tableau clause regime
decret ordre doctrine trophee coupe challenge tournoi tour bataillon regiment groupement lotissement laboratoire
laboratoires atelier chorale etablissements ets transports maison boulangerie entreprise sarl sas sci sa eurl scp
selarl gie ei cafe chaine journal maternite crematorium cimetiere ehpad foyer creche
aiguille album albums almanach application attelle bacille bacilles bacterie bacteries ballet biere bourse buste cap
cascade catheter cellule cellules chalutier champagne chanson chaudiere ciseaux classement cle clematite col comedie
compresseur cratere cuvee cyclone debroussailleuse dictionnaire eau encyclopedie etang exposition fable ferries ferry
festival feuilleton film films fregate fresque fromage fusee gamme gateau germe glacier glande glandes gorges gravure
grotte hachis imprimante ligament logiciel lymphome maladies marque marques massif medaille mission modele moteur
moteurs navire norme oeuvre oeuvres omelette opera ouragan pansement paquebot parasite peche peniche perceuse
photocopieur pince pivoine plexus poeme pointe poire pommes pompe porte-conteneurs potage prothese puree radiateur
recueil reflexe refuge remorqueur reseau rocher roman romans rosier rosiers routeur salade sandwich sarcome satellite
sauce serveur solution sonde symphonie tarte telescope tempete tempetes toile tondeuse tournevis triangle tronconneuse
tumeur vallee variete vedette version virus voilier yaourt
""".split()  # noqa: SIM905
)
"""A name after them, with or without a link, is that of a thing ("maladie de Parkinson", "loi Badinter")."""

PLACE_PREPOSITIONS = frozenset(("a", "en", "vers"))
"""A place more often than a person follows."""

NAMESAKES_LINKED = frozenset(("signe", "indice", "position", "fracture"))
"""The same with "de" between: "signe de Babinski", but "signe Le Goff"."""

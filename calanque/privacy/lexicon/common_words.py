"""Words of municipal French that are no names, folded: they end a name and never start one."""

COMMON_WORDS = frozenset(
    """
a ai ainsi alors apres arrive arrivee as assez au aucun aucune aujourd'hui auquel aussi autour autre autres aux avait
avaient avant avec avez avoir avons ayant beaucoup bien bonjour bonsoir bruit bruits c ca car casse cassee ce ceci
cela celle celui cependant ces cet cette ceux chaque chez ci comme comment contre cordialement cote d dans de debout
deja demande demandons depose depuis derriere des deux devant difficile dimanche dit dois doit donc dont du durant
elle elles en encore enfin entre environ est et etait etaient ete etes etre eu eux face fait faire faut fois font fut
grace gens gravement habitant habitants habite habitent hier hors hui ici il ils immeuble intervention j jamais je
jeudi jour jours jusque l la laisse laquelle le lequel les leur leurs lors lorsque lui lundi m ma madame mademoiselle
mais malgre mardi matin me meme menace merci mercredi mes mise mme moi moins mois mon monsieur n ne ni niveau nom
nomme nommee non nos notre nous nouveau nouvelle nuit nuits on ont or ou oui par parce parfois parmi part partir pas
passe pendant personne personnes peu peut peuvent plus plusieurs pour pourquoi pourriez pouvez pres prenom problemes
probleme puis puisque qu quand que quel quelle quelles quelque quelques quels qui quoi quotidien rappel rappeler
regulierement reste route rue s sa samedi sans sauf se selon semaine semaines sera serait seront ses si signale
signalement soir soirs soit somme sommes son sont sous souvent stationne stationnee suis suite sur t ta tandis tard te
tel telle tellement tes toi ton toujours tous tout toute toutes tres trop trouve trottoir tu un une va vais vend
vendredi vers veuillez via victime vient voici voie voir vos votre vous voisin voisine voisins vraiment y agresse
agressee insulte insultee blesse blessee vole volee frappe frappee tombe tombee gare garee refuse crie jette depose
appelle appele contacte contactee prevenu prevenue demeurant domicilie domiciliee joignable ne nee proprietaire
locataire gardien conducteur conductrice temoin auteur agent usager riverain riveraine telephone tel portable mail
mobile email adresse numero plaque vehicule voiture scooter camion moto velo maire directeur directrice president
prefet adjoint adjointe service services police municipale nationale mairie ville docteur maitre inconnu inconnue
attente attend bloque bloquee casser depart present presente signe signee declare declaree informe indique explique
confirme souhaite merci lampadaire lampadaires eclairage poubelle poubelles dechets encombrants ordures tapage musique
nuisances sonores incivilites trou chaussee panneau feu avenue boulevard place lycee college ecole parc jardin bar
restaurant immeuble batiment etage appartement porte hall escalier fenetre cave sous-sol merci attention urgence
urgent svp stp objet sujet message photo photos date heure heures minutes midi minuit lundi jeune jeunes enfant
enfants homme femme hommes femmes fille garcon chien chiens chat rats deuxieme premier premiere dernier derniere
plainte danger dangereux impossible possible interdit toutefois malheureusement actuellement recemment suspect
quartier secteur commerce magasin bus metro tram arret gare parking travaux chantier presidente commissaire ministre
juge procureur procureure elu elue depute deputee senateur senatrice conseiller conseillere secretaire responsable
chef proviseur principal principale syndic voleur voleurs cambrioleur livreur facteur infirmier infirmiere eteint
eteinte allume panne fuite eau gaz odeur odeurs fumee feux incendie accident vitesse rodeo rodeos drogue deal trafic
bagarre cris coups
""".split()  # noqa: SIM905  (a word list reads as words)
)

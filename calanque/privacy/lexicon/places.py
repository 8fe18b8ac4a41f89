"""Words that make the name after them a place ("lycée Jean Moulin"), and proper nouns of no person; folded."""

GRANDE_RUE = r"grand(?:e|['-])?[\s-]?rue"
"""A street whose type is its name."""
STREET_TYPES = (
    r"rues?|r\.|(?<!\d)r|avenues?|ave?n?\.?|boulevards?|boulev\.?|boul\.?|blvd\.?|bld\.?|bvd\.?|bd\.?|place|pl\.?|cours?|crs|quais?|"
    r"impasse|imp\.?|chemins?|chem\.?|che?\.|ch\.?|traverse|trse|trav\.?|tra\.|tr\.|montee|mtee?\.?|allees?|all\.?|squares?|sq\.?|"
    r"routes?|rte\.?|passage|pass\.|residence|resid\.|res\.?|lotissement|lot\.|lot(?=\s(?:les|des)\s)|cite|faubourg|fbg?\.?|fg\.?|sentier|"
    r"ruelle|"
    r"esplanade|promenade|prom\.|rond[\s-]point|corniche|hameau|ham\.|lieu[\s-]dit|mail|parvis|vallon|domaine|dom\.|"
    r"rampe|venelle|"
    rf"{GRANDE_RUE}|voie|chaussee|clos|villa|galerie|quartier|qrt\.?|qu?a?\.|carrefour|carriera|carrer|draille|"
    r"calade|cale|enclos|placette|tertre|butte|coteau|cloitre|digue|jetee|raidillon|traboule|dreve|garenne|"
    r"sente|descente|escaliers?|parc|jardins?|arcades?|mas|ilot|zone|z\.?a\.?c?|z\.?i\.?|barriere|peristyle|rocade|carraire"
)

PLACE_WORDS = frozenset(
    """
rue rues avenue avenues av ave boulevard boulevards bd bld place places cours quai quais impasse chemin traverse
montee allee allees square route passage residence lotissement cite faubourg sentier ruelle esplanade promenade
rond-point corniche hameau mail parvis vallon domaine lycee college ecole creche maternelle hopital clinique stade
gymnase piscine parc jardin metro station arret gare pont tunnel eglise basilique cathedrale chapelle mosquee
synagogue temple theatre cinema musee bibliotheque mediatheque centre mairie commissariat caserne prison port plage
anse fort palais hotel restaurant bar brasserie cafe boulangerie pharmacie supermarche magasin parking marche halle
halles quartier secteur immeuble tour batiment bat foyer fondation universite faculte campus residence villa bastide
chateau copropriete ehpad maison salle complexe saint sainte st ste ile iles fontaine statue monument arche porte
digue calanque mont col bus tram tramway ligne clos zac zup prix fete journee groupe societe entreprise
association club agence
""".split()  # noqa: SIM905  (a word list reads as words)
)

LINK_WORDS = frozenset(
    """
de du des la le les l d saint sainte st ste docteur dr general marechal commandant capitaine abbe president professeur
""".split()  # noqa: SIM905  (a word list reads as words)
)

NEUTRAL = frozenset(
    """
january february april june july august september october november december monday tuesday wednesday thursday friday
saturday sunday neg pos cto
marseille aix paris lyon toulon nice aubagne martigues vitrolles allauch cassis france provence europe corse algerie
maroc tunisie italie espagne lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin
juillet aout septembre octobre novembre decembre noel toussaint paques ramadan canebiere prado castellane joliette
belsunce noailles belle panier vieux-port estaque endoume bompard capelette pointe-rouge rouviere busserine
frais-vallon luminy mazargues montredon montolivet bonneveine rouge plaine castellas felix-pyat velodrome opera major
notre-dame bonne-mere mucem euromediterranee docks timone conception nord baumettes perier rabatau michelet sakakini
chutes-lavie pharo rtm sncf edf enedis engie orange sfr free bouygues veolia suez metropole mairie ville police
gendarmerie prefecture samu pompiers caf cpam renault peugeot citroen clio megane kangoo scenic twingo duster berlingo
partner trafic ford fiat opel audi bmw mercedes toyota volkswagen golf polo yamaha honda piaggio vespa uber deliveroo
amazon facebook instagram twitter google carrefour lidl casino leclerc auchan monoprix ikea decathlon bonjour bonsoir
madame monsieur merci cordialement salut urgent signalement objet iban rib bic nir siret siren ape tva sms mms gps hlm
vtc ip ipv4 ipv6 tel mail pin url cb visa mastercard ddn insee spi cni id wifi led re cam veh cdlt
naiss matricule matricules immat
aah adeli aed aesh amp apl are ars asap ase asso atcd bac bcp bep bpjeps bts caces cap cca ccas cdd cdg cdi ce cfa
cfdt cgt chr chu ciq cmi cmp cmu cnil cos cpe crs csg csu ctm dab dasri ddass dgccrf dgfip dlr dpe dpms drh dvd ecbu
ecg ehpad epi eps erp esat etp exp fdj fps gcum gic gig gpm had hdj hta iao ide idel igas ime imei ine ioa irm itep
itt ivg jaf jap kbis kyc lep lrar maif mdph mna msp mvp nbi npai nps oms onf onu opj pacs pai pap parquet pcc pdf pdv
pij pj plu pme pmi pmr pms ppr ptz pvc pve qpv rdv rer ribs rip rpps rsa rtt sad samsah sas sasu sav sci scooter sdf
sdis segpa sep siret siv smic snp sos ssiad ssr svt taser tgi tig tpe trt tva udaf ulis unss urssaf usb uv vae vih
vsav vsl vtt
""".split()  # noqa: SIM905  (a word list reads as words)
)

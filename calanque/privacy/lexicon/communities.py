"""Names of communities living in France that INSEE's lists of births until 2000 lack or rank too low; folded."""

FIRST_NAMES = frozenset(
    """
abdirahman abdulkadir abeba adjoua adjovi affoue afi afrim aghavni agim agnieszka agron ahamada ahamadi ahou ahsan
akissi akouvi akua albana albulena aleksei aleksey alyona ama amenan amilcar amoin amra anahit ananthan anastasiya
anatoly anca andreea andriy andrzej aneta anfane ange-desire ani anli anong anrafa apinya araksi ararat arben ardian
ardita arjeta arpine arta artak artan arul arun ashot assata assoumani astghik attoumani avedis ayo ayten bacar badji
badrou bagrat bahati baidy balachandran bamba bao bartosz battista beata bekim berhane besa besim besnik bich binh
biniam blerim blerta boguslaw bohdan bohdana bojan bopha boukary bounleuth bounmy bounpheng bounthanh bounthavy
bourama bozena branka branko bunthoeun burim cagla catalin cemal chaambane chadhouli chafion chaharane chamsidine
chancel chancelvie chanda chandara chanmony channary chanthavy chanthou chanthy chantrea chanvisal charifou chau chhay
chhean christ-vie chunhua ciprian claudiu conceicao corina cosmin costel costin cuong danuta dao daravuth darith
dariusz dat davit dawit deborah-grace deolinda diep dieumerci dinesh dinh djamalidine dmitry dmytro dominika dorin
dorota doussou drita dumitru dung duong duyen dzenana ebony echati edona efua egzon ekaterina ekow elizaveta elvir
elzbieta enver erion essi eugen evgeny ewelina eylul eyob fabiu fahardine farhad fatmir faton fatos fatoumia fereshteh
feride fikret filmon flamur florentina florim folake francescu freweini gagik galina ganesh garegin garine gayane
gennady georgiana gevorg gezim gheorghe ghjuvan giang glodi gnima godefroid gohar goncalo gonul gora gowri graca
grazyna grigor grzegorz guiying gulsum gulten guoliang guoqiang habibatou hagop haig haitao haiyan haja hakob halidi
haloua halyna hamada hamidullah hamlet hang hanh hanta hao haoran harinirina harout haruka hasmik hayk herve-desire
hery hien hiep hieu hoa hoai hong hongmei houmadi houssamou hovik hovsep hrant hratchia hung huong huy huyen ibouroi
ihor ilinca ilir inzoudine ionel ionela ionut iryna issouf iulia iulian iwona jacek jakub janusz jaroslaw jerzy
jianguo jianhua jianjun jianping jiaqi jing joaquina jovana jozef junjie justyna kamala kamaria karamoko karapet
karthik katarzyna kateryna kazimierz keba keomany kesone khachik khamla khampheng khamphoui khamsing khamtanh khanh
khava khemara khoa khrystyna kidane kien kimly king-david kinga kirill kodjo koffi kofi komlan konstantin korotoum
kosal kossi kouadio kouakou kouame kouassi koulthoumi krikor krishnan krystyna krzysztof kujtim kumar kunthea kunthy
kwame kwasi lakshmi lalao lam lan larysa lassine laurentiu leszek levon lihong lihua lilit liming lingling linh
liridona lirije liubov liviu ljiljana ljubica loc lova lucica ludwik ludwika lukasz lulzim lusine luwam lyudmila
lyudmyla maciej madalina madou magatte mahesh makara maksym mala malee malgorzata malis malivanh manan manh manivanh
marcin mariola mariusz marzena massata mateusz mbaye mbene mbombo mchangama meihua meili meiling meng merdi merhawi
meron mersiha mert mhadji mher mialy michal mihaela mihail mihnea mikal mikhail milica mimoza ming minghua mioara
miora mircea mirela mirjana mirjeta miroslaw mirsad mkrtich mmadi modou mohsen moinaecha moinafatima moinahadidja
moinour monirath mouhamadi murugan mykhailo mykola mykyta nadezhda nadhoir nadiya nafi nafissatou nam naouirdine
narith nary nasrin nassur nataliya nazanin nazeli nebojsa necati nemanja nermina nerses nexhmije nga ngalula ngan
nghia ngone ngozi nguyet nhan nhi nhung niama nicoleta nicusor nihat nikolai niloufar nimol nirmala nkechi norayr noro
nouphet nune oana oanh obinna octavian odia oleg oleksandr oleksandra oleksiy olena olha onja ostap ouk ousseynou
outhai ovidiu parisa parviz pawel peou petro petru-santu phaisan phalla phally phannary phat pheaktra pheap phetsamone
phonesavanh phong phouvong phuc phuong ping piotr pisey plamedi polina prakash predrag priya przemyslaw puthy qiang
qiaoling qing quan quang quyen quynh rado radoslaw radovan radu rahamatou raihanti rajesh rajiv raluca ramesh ramzan
ratana ratha rattana razvan rexhep rifai rindra rith rithy rivo robel rodica rojda rong rouben roukia roupen roya
ruoxi ruslan ryszard saandi sadete sadja sahondra sambath samnang samphors samrawit sanata sanela sarath sargis sarkis
savoeun savuth savy selam selvi senad senada senait serap sergei sergey serhiy sevak shabnam shan shanthi shirin
shkelqim shpend shqipe shufen shushan siaka sihourn silviu simona siranouche sirivanh sitan sitti siva sivilay skender
slavica slawomir slobodan snezana soilihi sokha sokhany sokhoeun sokhom sokunthea solofo solomiya sombat sombath
somchai somchit somphone somsack sona sophal sophat sophea sopheak sopheap sophorn sorin sothea soukanh souksavanh
soulaimana soulisak souphanh sovan sovanna sovannary sovath srey sreyleak sreymom sreyneang stelian stepan suiling
suresh svitlana sylwia szymon tam taras tatev tenin tesfay tetyana teuta tewodros thambirajah thang thavisouk thida
thien thinh tho thoa thongchanh thongsavanh thu thuan tiemoko tigran tijana tin ting toiharati toihir toky tomasz
touch touhami trang trinh trung tsegay tuan tudor turgut tuyen tychique urszula uyen vadym vahagn vahan vahe valbona
valdrin valentyna valon vannak vannara vanthy vardan varoujan vasily vasyl vathana vazken veasna veljko vibol vichea
vichet viengkham viengsavanh vigen vijay viktoriya vilay vilayphone vimala vinh viorel viorica virak vireak visal
vjosa vladan vladislav vlora voahangy voleak volodymyr vuk vuong vuthy vyacheslav wanida wassa wei weiming wen wenhua
wenjie wieslaw wieslawa witold wojciech xhevdet xia xiangyang xiaodong xiaofeng xiaohong xiaohui xiaojun xiaoli
xiaoling xiaomei xiaoming xiaoyan xiaoyu xin xiu xiulan xiuying xuan xue ya-sin yanling yannick-desire yao yaroslav
yaroslava yaye yeghia yervant yevhen yifan yildiz ying yingying yohannes yonas yong youssoufa yue yuhua yulan yulia
yuliia yun yuping yuriy yuxin zabel zabihullah zainaba zaliata zalihata zamfir zana zarema zarghuna zaruhi zaven
zbigniew zeki zelimkhan zenab zerda zhen zhi zhihui zhiqiang zhiyuan zihan zihao ziyi zorica zoubeiri zoumana zufan
zulmira zuzanna
""".split()  # noqa: SIM905  (a word list reads as words)
)

SURNAMES = frozenset(
    """
abalo abdi abdoulbastoi abebe abega abena abrahamian acar achebe adamczyk adamian adebayo ademi adeyemi adjei adjovi
adomou afolabi agbeko agbodjan agopian aguessy aguirrezabala agyeman ahamada ahamadi ahmadi ahmadzai ahmed-abdallah
ahmed-khan ahmeti ahouansou ait-ali ait-hamou ajeti akakpo akbas akbulut akdag akhtar akin akinola aknouche akouete
aksoy aktas alaoui albu alemu alexanian ali-mze aliu alkan altun amadi amegan amirouche amoah amougou amouzou
andreescu andriamanana andrianarivo andrzejewski ansah ansari arikan arslan asante asghari aslan aslanian assogba
assoumani atalay atangana ateba ates athoumani attiogbe attoumani avakian avdiu avetisyan ayari aydemir aydogan ayivi
azizi azonhiho babayan bacar badiane badji baek bagayoko bagdasarian baghdassarian bajic bajrami bakala bakambu
balakrishnan balci balde balian balogun bamba bangoura banh barakzai barro barsamian basaran bassene batchi bathily
bayrak bayram beavogui bedrossian begovic begum bekolo bekteshi belinga bemba benjelloun benkhelifa bennani beqiri
berisha berrada bhatt bidegain bikoko bilgin biloa bilyk bingol biya biyoudi boateng bogdanovic boghossian boina
bolingo bondarenko bongo borkowski bouanga boudjemaa bouity boukaka bounkeo bounphavanh boupha bouphavanh bourhane
boyadjian boyko bozkurt bratu bucur bui bukasa bulut bytyqi byun caldararu cao cetin cetinkaya chae chaharani
chahinian chaiyasit chamekh chandrasekaran chanfi chanthalangsy chanthavong chanthavongsa chaoui charoen chatterjee
chau chea cheng cheong chernenko cheung chhay chhim chhoeun chhoeung chhorn chhum chhuon chikhi chmielewski choe chow
chowdhury chraibi chukwu chung chuon cinar ciobanu cissokho coban cojocaru combo constantinescu coskun covaci cristea
czarnecki dabrowski dadayan dagdelen dang dansou danylenko dao demirci demirdjian demirel deng derderian dervishi
diabate diagne diarrassouba diatta didenko diedhiou dieng diep dimitrov dincer dinga dinh dinu diokhane diomande
diombera diouf djaffar djanikian djebbari djordjevic djoumbe djoumoi doan dobre dogru donabedian dosso douangphrachanh
doumbia dragomir dragovic duda dudaev dudek duman dumitrescu dumitru duong durmaz dursun eboa ebode edimo egoyan ekani
ekinci ekmekdjian ekotto elidrissi elonga elshani emini enache eom erdem erdogan erkan erol ertugrul essomba essono
etame etxeberria ewane ewondo eze ezeh fadiga faizi fall fazliu fedorenko fedorov feng ferhat fermanian filali florea
fotso fujimoto fukuda gabrielian ganesan gao garabedian gashi gasparyan gebre georgiev gevorgyan ghannam ghazarian
ghebremedhin gheorghe gning gok gokce gopalakrishnan gorski goto gourvennec goyhenetche grabowski grigore grigoryan
guerfi guindo guiragossian gulbenkian guler gultekin gundogdu gunduz gunes gungor guo guven gwon haddaoui hadj-ali
hadzic hagopian haidara haidari hakimi hakobyan halidi halili halilovic haliti hamada hambartsumyan hamidou hammami
hamparian harutyunyan hasani hasegawa hashimi havrylenko haxhiu hayashi heng hirano hoang hodzic honchar hosseini hoti
houang houmadi hountondji houssein hovannessian hovhannisyan hovsepian hoxha hristov hrytsenko hua huang hussain huy
hwang hysaj ibarboure ibouroi ibrahim ibrahimi ibrahimovic ikeda ilic ilie iliev ilunga inan inoue insisiengmay
inthavong inthirath ionescu ionita iordache iriart ishii ishikawa isik islami issoufi itoua ivanenko ivanov ivanova
ivanovic iyer jablonski jafari janikian jankovic jashari jaworski jaziri jebbari jeong jeung jeyaraj jiang jitlada
jlassi joo kaba kabamba kabeya kabongo kabore kaczor kaewmanee kalala kalfayan kalinowski kalonji kamara kamdem kamga
kanagaratnam kandasamy kandiah kanku kanoute kapinga kaplan karabulut karaca karaduman karagueuzian karakaya karaman
karapetyan karatas karimi kasongo kasparian kassim kastrati katumba kayembe kazadi kazandjian kebede kenfack kengne
keo keobounphanh keomanivong keovongsa keshishian keskin ketchian kettani kevorkian khachatryan khalili khamphanh
khamvongsa khieu khim khounlavong khuu kilic kilinc kimbembe kimura kirubakaran kitoko koc kocaman koffi kolev
kolisnyk kong konte kordjee korkmaz koroglu kose kouadio kouakou kouam kouame kouassi koulibaly kounlavong kourouma
kovacevic koval kovalchuk kovalenko kowalewski koy kozlov krajewski krasniqi kravchenko kravchuk krikorian krol
kryeziu kucharski kumarasamy kupelian kurt kurti kurtulus kuzmenko kuznetsov kwak kwok kwon lacatus lahlou lakhdar
larralde lau lazar lazic le-dantec le-thi lebedev leka leung liang liu loemba lokondo luba lukusa lumumba lungu luo
luong lupu lusamba luu lysenko lytvyn lytvynenko mabiala mabika mabrouk maciejewski madi madoyan maeda magassa
magomedov mahalingam maiga majewski makaya makiese makosso makowski malakian malinowski maloku malonga mampassi
mananga mane manickam manivong manivongsa manole manoukian manukyan maoulida marchenko mardirossian margaryan maric
marinescu markarian markovic martirosyan martynenko massamba matei matondo matsuda matsumoto mavoungou mavungu mayala
mazurek mazurenko mbacke mbae mbappe mbarga mbaye mbemba mbengue mbida mbock mbongo mboungou mbow mbuyi mdahoma
mdahouma mdere meas meguerditchian mejri mekki melkonian melnyk men mengue mensah mernissi mhadji mhoma mhoumadi miah
mihai mihailescu mihajlovic mikaelian mikhailov milandou milosevic milovanovic minassian mistoihi mitrovic miyazaki
mkrtchyan mlanao mmadi mogne mohadji mohammadi moilim moindandze moindje mok mokoko mokrani moldovan moon morina
morita moroz morozov mouanda mouigni moukoko mouradian moussavou moustadroine mpassi mroivili mroudjae mroz msa
msaidie mujic mukendi mukuna mulamba muller-roth munteanu muong murakami murati muresan murugesan musau mustafa
mutombo mutthiah muyumba mvondo mwamba mze mzembaba naciri nadarajah nagalingam nakagawa nakajima nakamura nalbandian
nam naouirdine narayanan nassur natarajan nazarenko nazarian ndao ndiagne ndinga ndombe ndongo ndour ndoye neagu neang
nechyporenko nedelcu nersessian ngalula ngando ngandu nganou ngassa ngo ngo-bikoko ngoma ngono ngouabi ngoumou ngounou
ngoy nguema nguon nhek nhoybouakong niane nicolae nikiema nikolaev nikolic nikolov nishimura nistor nita njoya nkoua
nkoulou nkrumah noah noh noori norasing nouma nov novikov nowakowski nsimba nsona nsumbu ntumba nuon nuth nwankwo
nwosu nzaba nzambi nzuzi obi obiang obiora obradovic ogawa ohanian oili ojo okada okafor okeke okemba okonkwo okoro
okoumba okoye oladipo oliynyk olszewski omarzai onana ondo ondoa onguene ono onyeka onyshchenko opangault opoku oprea
orlov osei osmani osmanovic ostertag ostrowski ouattara ouazzani ouedraogo ouk ouprasith ousseni owona owusu oyono
ozcan ozdogan ozer ozkan ozmen panchenko papazian pararajasingam pavel pavlenko pavlov pavlovic pen peng perumal
petkov petkovic petrenko petrescu petrossian petrov petrovic phal phang phanthavong phat phengphachanh phimmasone phin
phoeurng pholsena phommachanh phommalath phommasack phommavong phongphan phongsavath phrasavath phung piatek pich
pietrzak pillai pllana poch poghosyan polat polishchuk ponnambalam ponniah ponomarenko popa popescu popov popovic pov
preda prenga przybylski puvanendran qerimi qian quach rachidi radic radovanovic radu radulescu rahimi rajaratnam
rakoto rakotoarisoa rakotomalala rakotondrabe ramadani ramalingam ramanantsoa ramanathan randria randriamampionona
randrianarisoa rasiah rasoa rasoamanana rasolofo rasphone rath ratsavong ratsimba rattanakorn rattanavong ravalomanana
razafimahefa razafindrakoto razafy rexhepi rezai riahi ristic roeun romanenko romanov rosu rrahmani rudenko rusu
rutkowski ryu sabapathy sackda sadat sadiku sadowski saelim safi sagaf sagna sahakyan said-ali said-omar saing saito
sakai salihu salim sam samake samassa samb samreth san sananikone sandu sangare sann sanogo sanoh sanou sarafian
sargsyan sarkissian sarr savchenko savchuk savic sawadogo sayasith sayavong schnaebele sebti seck selimi selvadurai
selvarajah selvaratnam semenenko semenov seng sengdara senghor sengsavang seo serban seydi shabani shala shanmugam
shao shapoval sharma shehu shen shevchenko shevchuk shi shim shimada shin shvets sikora sikorski sim simic simonian
simsek singh sinnathamby sirivong sirivongsa sisavath sisombath sisouphanh sithideth siv sivagnanam sivakumar
sivapalan sivasubramaniam smirnov sobczak soidik soidiki soilihi sok sokolov sokolowski solovyov som somvang sonmez
sor soth soukhaseum soumahoro soumaila souphanthong southammavong souvannaphong souvannasane souvannavong soylu srisuk
stan stanciu stanescu stanikzai stankovic stefan stepanyan stepien stoica stojanovic stoyanov subramaniam suksawat sun
sundaram suon suy sydorenko syhavong syla sylejmani symonenko szczepanski szewczyk szulc tahiri takeda tall talla
tamboura tandia tandjigora tang tanguy-kerbrat tasdemir tashjian tat tazi tchakerian tchakounte tchamba tchamda
tchibinda tchicaya tchouameni tchoumi tchuente tekin tekle temel tep ter-petrossian tereshchenko terzian tesfaye thach
thambiah thammavong thammavongsa thao thaqi thavy thepsouvanh thevarajah thiagarajah thillainathan thioune thongchai
thongsavath thurairajah tian tieu tkachenko tkachuk todorov todorovic toihir toiouilou tokgoz toma tomaszewski tomic
topal toprak touch toumanian tounkara tourqui triep trinh tsafack tse tshibangu tshimanga tshisekedi tsui tudor tuncer
turan turgut turk tymoshenko ucar uche ueda ukaj ulusoy unal ung ungureanu uong urbanski ustun uysal uzun vaithilingam
van-thi vannavong vardanyan vartanian vasic vasile vasilescu vasilev vasiliev vasylenko veerasamy velupillai veseli
vigneswaran vilavong viphakone vllasi voicu volkov volkova voloshyn vong vongkhamchanh vongphrachanh vongsa vongsavath
vorachak vukovic vuong wade wague wamba wandji wang wardak wasilewski witkowski wong wongsawat wroblewski wysocki
xayasane xayavong xhaferi xhemajli xiao xie xue yakovenko yalcin yamashita yanogo yao yattara yavuz yean yeghiazaryan
yeo yeung yigit yim yip yogarajah yoka yomba yoon yordanov yos yousefi youssouf yuen yuksel yurchenko zahiri zaitsev
zakarian zakharchenko zakrzewski zalewski zambo zamfir zawadzki zeka zeng zengin zeqiri zerrouki zhang zhao zheng
zhong zhou zhu zidane zinchenko zivkovic zogaj zongo zoubert zoungrana
""".split()  # noqa: SIM905
)

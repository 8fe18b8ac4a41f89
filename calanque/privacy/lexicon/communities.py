"""Names of communities living in France that INSEE's lists of births until 2000 lack or rank too low; folded."""

FIRST_NAMES = frozenset(
    """
abdallah abdirahman abdou abdoul abdourahamane abdourahim abdulkadir abeba achirafi adjoua adjovi affoue afi afrim
agavni aghavni agim agnieszka agron ahamada ahamadi ahmada ahou ahsan aicha-mze aida akissi akouvi akua albana
albulena aleksei aleksey alis allaoui alyona ama amenan amilcar amoin amra anahit ananthan anastasiya anatoly anca
andhum andreea andriy andrzej aneta anfane ange-desire ani anli anong anouche anoush anrafa antranig anziza apinya
arakel araksi aramazd ararat araxi araxie arben ardian ardita arevik arjeta armenag armenak armenouhi armine arousiag
arpi arpine arshag arshavir arta artak artan artavazd artin arul arun ashkhen ashot assata assiati assoumani astghik
astrig athoumane attoumane attoumani avedik avedis ayo ayten azad azadouhi azniv bacar bacari badji badrou baghdasar
bagrat bahati baidy balachandran bamba bao baraka barkev bartosz battista beata bedros bekim berhane besa besim besnik
bich biheri binh biniam binti blerim blerta boghos boguslaw bohdan bohdana boinali bojan bopha boukary bounleuth
bounmy bounpheng bounthanh bounthavy bourama bozena branka branko bunthoeun burim cagla catalin cemal chaambane
chadhouli chafion chaharane chaharazade chakeh chamsia chamsidine chancel chancelvie chanda chandara chanmony channary
chanthavy chanthou chanthy chantrea chanvisal charafa charifou chau chhay chhean chouchane chouchanig christ-vie
chunhua ciprian claudiu conceicao corina cosmin costel costin cuong daanish danuta dao daravuth darith dariusz dat
davit dawit deborah-grace deolinda diep dieumerci dikran dinesh dinh dirouhi djamalidine djamila djivan dmitry dmytro
dominika dorin dorota doussou drita dumitru dung duong duyen dzenana ebony echata echati ednat edona efua eghia egzon
ekaterina ekow elbis elizaveta elvir elzbieta emma enver erion essi eugen evgeny ewelina eylul eyob fabiu fahamoue
fahardine faouzati farhad fatima-zahra fatmir faton fatos fatoumia fereshteh feride fikret filmon flamur florentina
florim folake francescu freweini gagik galina galyna ganesh garabed garegin garine garo gayane gennady georgiana
gevorg gevork gezim gheorghe ghjuvan giang glodi gnima godefroid gohar goncalo gonul gora gowri graca grazyna grigor
grzegorz guiying gulsum gulten guoliang guoqiang habibatou hachim hagop haig haitao haiyan haja hakob halidi halima
haloua halyna hamada hamidullah hamlet hang hanh hanta hao haoran harinirina harout haroutioun haroutiun haruka hasmik
haygouhi hayk haykanoush hermine herve-desire hery hien hiep hieu hissani hoa hoai hong hongmei houdhayfa houmadi
houssamou hovannes hovig hovik hovsep hrant hratch hratchia hripsime hung huong huy huyen ibouroi idjabou idrissa ihor
ilinca ilir inzoudine ionel ionela ionut iryna iskouhi issouf iulia iulian iwona jacek jakub janusz jaroslaw jerzy
jianguo jianhua jianjun jianping jiaqi jing jirair joaquina jovana jozef junjie justyna kalouste kamala kamardine
kamaria karamoko karapet karnig karthik kassim katarzyna kateryna kazimierz keba kegham keomany kesone kevork khachik
khamla khampheng khamphoui khamsing khamtanh khanh khatchadour khatchig khava khemara khoa khrystyna kidane kien kimly
king-david kinga kirill knar knarik kodjo koffi kofi komlan konstantin korotoum kosal kossi kouadio kouakou kouame
kouassi koulthoumi krikor krikoris krishnan kristapor krystyna krzysztof kujtim kumar kunthea kunthy kwame kwasi
lakshmi lalao lam lan larysa lassine laurentiu leszek levon lihong lihua lilit liming lingling linh liridona lirije
liubov liviu ljiljana ljubica loc lousaper lousine loussine lova lucica ludwik ludwika lukasz lulzim lusine luwam
lyubov lyudmila lyudmyla maandhui maciej madalina madou magatte mahamoud mahesh makara maksym mala malee malgorzata
malis malivanh manan manh manivanh manoug marcin mariama marine mariola maritza mariusz maro marzena massata mateusz
mbaraka mbaye mbene mbombo mchangama meguerditch meihua meili meiling meline melkon meng merdi merhawi meron mersiha
mert mesrop mhadji mher mialy michal miftahou mihaela mihail mihnea mihran mikal mikhail milica mimoza mina ming
minghua mioara miora mircea mirela mirjana mirjeta miroslaw mirsad missak mkrtich mmadi mnatsagan modou mohsen
moinaecha moinafatima moinahadidja moinahawa moinour monirath mouhamadi mouhidine murugan mykhailo mykola mykyta
nadezhda nadhoir nadiia nadiya nadjati nafi nafissatou naira nairi nam naouirdine narine narith nary nasrat nasrin
nassim nassur nassurdine nataliya nazanin nazareth nazeli nebojsa necati nemanja nermina nerses nevart nexhmije nga
ngalula ngan nghia ngone ngozi nguyet nhan nhi nhung niama nichan nicoleta nicusor nigoghos nihat nikolai niloufar
nimol nirmala nishan nkechi norayr noro noubar nouphet nourdine nubar nune nvard oana oanh obinna octavian odia oksana
oksanna oleg oleksandr oleksandra oleksiy olena olha onja onnik ostap ouk ousseynou outhai ovidiu ovsanna papken
parisa parouir parviz pawel peou perouz perouze petro petru-santu phaisan phalla phally phannary phat pheaktra pheap
phetsamone phonesavanh phong phouvong phuc phuong ping piotr pisey plamedi plamen polina prakash predrag priya
przemyslaw puthy qiang qiaoling qing quan quang quyen quynh rachadi rado radoslaw radovan radu raffi rafion rahamatou
raihanti rajesh rajiv raluca ramesh ramzan raouadhoi ratana ratha rattana razvan rexhep rifai rindra rith rithy rivo
riziki robel rodica rojda rong rouben roukia roupen roya ruoxi ruslan ryszard saandi saandia sadete sadja sadjade
sahondra saindou salimou sambath samnang samphors samrawit sanata sandati sanela sarath sargis sarkis satenig satenik
savoeun savuth savy selam selvi senad senada senait serap sergei sergey serhiy serop serope serovpe seta sevag sevak
shabnam shahe shakeh shan shanthi shirin shkelqim shpend shqipe shufen shushan siaka sidi sihourn silahi silviu simona
siranouche sirarpie sirivanh sirvart sitan siti sitti siva sivilay skender slavica slawomir slobodan snezana
soibahadine soifia soifoine soilihi sokha sokhany sokhoeun sokhom sokunthea solofo solomiya sombat sombath somchai
somchit somphone somsack sona sonig sophal sophat sophea sopheak sopheap sophorn sorin sosse sothea soukanh souksavanh
soulaimana soulisak souphanh sourayi souren sovan sovanna sovannary sovath srey sreyleak sreymom sreyneang stelian
stepan suiling suresh svitlana sylwia szymon takouhi talar talin tam taras tatev tatoul tenin tesfay tetyana teuta
tewodros thambirajah thang thavisouk thida thien thinh tho thoa thoihir thongchanh thongsavanh thouraya thu thuan
tiemoko tigran tijana tin ting toiharati toihir toky tomasz toros touch touhami toyb trang trinh trung tsegay tsvetan
tuan tudor turgut tuyen tychique urszula uyen vadym vahagn vahan vahe vahram valbona valdrin valentyna valon vannak
vannara vanouche vanthy vardan varduhi varouj varoujan vartan varter vartouhi vasily vasyl vathana vazken vazrig
veasna vehanouche veljko veronika vibol vichea vichet viengkham viengsavanh vigen vijay viktoriya vilay vilayphone
vimala vinh viorel viorica virak vireak visal vjosa vladan vladislav vlora voahangy voleak volodymyr vrej vuk vuong
vuthy vyacheslav wanida wassa wei weiming wen wenhua wenjie wieslaw wieslawa witold wojciech xhevdet xia xiangyang
xiaodong xiaofeng xiaohong xiaohui xiaojun xiaoli xiaoling xiaomei xiaoming xiaoyan xiaoyu xin xiu xiulan xiuying xuan
xue ya-sin yanling yannick-desire yao yaroslav yaroslava yasmina-said yaye yeghia yeprem yeranouhi yervant yevhen
yeznig yifan yildiz ying yingying yohannes yonas yong youssoufa yue yuhua yulan yulia yuliia yun yuping yuriy yuxin
zabel zabelle zabihullah zahara zainaba zaliata zaliffa zalihata zamfir zamhouri zana zarema zarghuna zarmik zaroui
zaruhi zaven zbigniew zeki zelimkhan zenab zepur zerda zhen zhi zhihui zhiqiang zhiyuan zihan zihao ziyi zohrab zorica
zoubeiri zoulfati zoumana zufan zulmira zuzanna zvart
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

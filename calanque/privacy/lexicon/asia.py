"""Names of communities from Asia in Latin letters, from general knowledge: what other lists lack or rank too low."""

FIRST_NAMES = frozenset(
    """
aadhavan aadi aamir aarati aarav abai abang abani abdulrahman abdur abhinav abilash abu achara adeel aditya ae-ra agus
ah-hock aibek aigul aihua ainura aisuluu aizhan aizhen ajay ajitha akane akhtar akiko akio akira alam alisher alka
almagul almaz altan altantsetseg alwi amali amandeep amarjit amihan aminullah amit amita amporn amudha analyn anan
anand ananya anbu ang aniket anisur anjana anjaneyulu ankhbayar ankit anojan anora anu anuj anupam apichai arindam
ariyanto arjun arnav arpita arshad arshdeep arulananthan arumugam aruna arunee asadullah asha ashfaq ashish ashok
ashraful ashvin asif askhat asmatullah athira atsuko aung axiang ayaka aye aying ayumi ayumu azam azamat azlan babu
badamtsetseg bakhrom bakhtiyar baktash balakrishnan baljit balwinder bambang basavaraj batbayar batsaikhan bavani
bayani bayarsaikhan bee-lian bekzod belal bermet bharat bhavna bhavya bhupinder biju bikas bikram bimala bindu binod
bishnu biyun blia bo-kyung bolor bolormaa boon-huat boonsong bophal borey bouakham boualy bounlom boyuan buddhi
buddhika budi budiman bushra buyan caiyun canh chaitali chaiwat chamara chaminda chan chanchai chandani chandran
chandrasekar channa chanpheng chantha charitha chea chee-meng chen chenchen chenda cheng chenglong chenxi cherrylyn
chetna chheang chhun chi-wai chime chinatsu ching-yee chinh chinnasamy chiranjeevi chivy chodon choedon chompoo choon
chun-kit chunlan chunying cui dae-hyun dai daiki daisuke dandan daoheuang darany dauren davaajav davuth dawa dawood
debjani dechen dedi deep deepa deepak deepika deepthi dehua dekyi dev devaki devaraj dhammika dhana dharmesh dharshini
dhondup dian dilani dilfuza dilini dilnoza dilpreet dilraba dilshod dinara dinithi dionisio dipak dipankar disha divya
diwata doan dolma dong-hyun dong-wook dorje dorjee duy efren ejaz ekachai eko elmira elumalai emdadul eng enkhbold
enkhtuya erlan erlinda esmatullah estrelita eun-bi eun-hee eun-ji eun-jung eun-mi eun-young fajar fangfang fariba
farkhad farrukh faryal farzana feifei fenglan fengying firoz fitri foua frozan fugui fumiko furba gagan gajani
ganbaatar ganbold ganchimeg gandhi ganesan gantulga gaoly gaurav gayan gayatri gede geeta gek-hong geok-lan ghulam gia
gnanam gopal govindan govindasamy guanghui guilan gulalai gulchekhra gulmira gulnara gulya gulzar guo guodong gurdeep
gurjit gurpreet gurwinder gyatso habibullah habibur hae-jin hae-won hafizur haijun haixia hanwen haoyang haoyu
harendra harinder haritha harjinder harman harpreet harsh harsimran haruki haruko haryanto haseeb haseebullah hasina
hee-jin hee-jung hemant hemraj hendra heng hetal hideaki hideki hikaru hing hiroki hiroko hiromichi hiroshi hiroyuki
hirunika hitesh hitomi hla hnin hoan hock hoi-yan hok-man homa hongliang hongtao hongyan hossain houmphanh htet huan
huilan huiying hwee hye-jin hye-jung hye-sook hye-won hyejin hyun-ah hyun-jin hyun-jung hyun-sook hyun-woo ihsanullah
ijaz ikuko ilayaraja inayat indah indrani iqbal irwan ishita ishtiaq iskandar ismatullah izumi jae-hyun jae-sung
jagroop jagtar jahanara jahangir jakir jampa jamshid jamyang janak janarthanan jasmeet jaspreet jasur jasurbek
jaswinder jatin javed jayabalan jayanthi jayesh jeeva jerlyn jessa jeyaraj jhoanna ji-eun ji-hoon ji-hye ji-hyun
ji-min ji-soo ji-sung ji-won ji-woo ji-yeon ji-young jiahao jiajia jianfeng jiangtao jianing jianxin jiao jiawei jiayi
jie jignesh jin-hee jin-ho jin-hua jin-woo jin-young jingwen jinping jintana jisha jiyeon joko jonalyn jong-min
joon-ho joon-young joven junaid jung-hee jung-soo junjun junko junyi jyoti ka-man ka-wai kabita kailash kaixin kajan
kajenthiran kala kalaiarasi kalhari kallol kalsang kam-fai kamaleswary kamaljit kamran kamrul kanagaraj kang kang-min
kannan kannitha kanya kaoru kapil kapilan karan karanbir karpagam kartika karuppasamy kasem kashif katsumi kavita
kawsar kaying kazue kazuko kazuo kazuya keiko keisuke kelsang kenta kesang kethees ketut kha khaing khammany khamphanh
khamphet khamsay khamsouk khamtay khang khanthavong khawar khem kheng khim khin khoi khongorzul khulan khuong khurram
khushboo kichenassamy kieu kim-hock kimiko kin-wah kochu kogulan koji kok-wah kolab koteswara koua krit krunal
kubanychbek kuen kuldeep kuldip kulsum kulwinder kumaravel kumiko kumudu kunga kunsang kunthear kuswanto kwan kwok
kwok-wai kyaw kyoko kyung-ah kyung-hee kyung-ho lahiru lai-fong lailuma lakhwinder lakshika lakshmanan lal lalaine
lap-kei lasith lata latha lathan lattana lavanya lawan laxmi leela leilei leng lhadon lhamo lhundup lian-hua ligaya
ling lingyun liping liying liyun lobsang lok-yin longfei lualhati luningning luo luong lutfur luxmi lwin made madhan
madoka mahbub mahinthan mahmudul maiyia makhan makisig makoto malabika malalai malichanh malith maliya malliga mamoru
mamta man-wai mandeep manikandan manikanta manimala manish manjinder manjit manoj manpreet mansi maqsud mariappan
maricel maricris mariko masahiro masako masaru masayuki massoud masum mathan mathura mayumi mayuran mee meena
meenatchi meera megawati megumi mehmood mehul mehwish mei-yee mei-yin meifang meixia meiyu melchor mengting merdan
mi-hee mi-kyung mi-ra mi-sun mi-young michiko midori miho miki min-ho min-ji min-jun min-jung min-seo min-soo
min-young mingma mingming mingyue mirwais misaki misako miwako miyuki mizanur mofizul mohini momena momoka monkh
monorom mony moumita mourougane moy-lan muchen mujtaba mukaddas mukesh mukhtar mukunthan munkhbat munusamy muthu
muzaffar myat myint myo nabin nadeem nadeera nadiah nagalingam nagaraju nagesh naguleswaran naing najibullah nalini
nam-joon namdol namgyal nanako nandhini nanthida naoko naranbaatar narantsetseg narayana naresh nargiza narin nasreen
nasrullah natarajan natsuki nattapong nattaya naveed navin navjot navneet nazgul nazma nazrul neang neelima neha neng
nenita ngawang ngek nghi nghiep ngoan ngu nguyen nhia nhon nhu nianzu nighat nikhil nilima nilusha nima nimal nimmi
nirosha niroshan nirupam nisha nishanthan nishita nitin nizam nobuo nodira nomin nongnuch nonoy noorullah norbu noriko
norlela nou noy nozima nozomi npaj nur nurbek nurlan nursulu nurul nusrat nuwan nwe nyidon nyima nyoman nyunt odval
omid otabek oudom oudomsak oyuna oyunchimeg padmavathi pailin pakeerathan pakou pallavi pandiyan panhia pankaj pao
paramjit parbati partha parvathi parveen parwana pasang patchara pavan pawan peiying pema pemba peng periyasamy
perlita perumal pheakdey phet phetsavanh phia phoumy phouthone phung phuntsok phuoc phyo pich pimchanok pirasanth
piratheepan piriya piyal piyali ploy poh-choo ponlok pooja pornchai pornthip prabakaran prabhas pradeep pradnya pranee
prasad prasanna prasenjit prasert prathap praveen prayut preeti premini priyadharshini priyanka pui-shan punsara
purna putra putri putu puvaneswary qingyun qiuyue qudratullah qun radha rafiqul raghu rahimullah rahman rahul raj
rajagopalan rajammal rajan rajani rajasekhar rajbir rajendra rajeswari rajib rajinder rajinikanth rakesh rakhi raksmey
raman ramana ramanan ramandeep ramani ranil ranjeet ranjini ranjit rasathi rashed rasy rath reema rehman reiko rekha
renjith revathi reyhangul rikako rinchen rini rinzin rishabh ritu rizal rizwan rodel rohit rohullah rokeya rokon
rommel rongfang roshan rotana rowena rubina rucha rudianto rukhsana ruma rungnapa ruolan ruwan ryo ryoichi ryota ryu
ryuji sabesan sabitri saboor sabuj sachiko sachith sadaf sadasivam safiullah sahil saiful saima sajeevan saji sajjad
sakiko sakthi sakura saleem samaresh samiullah sanath sanda sandeep sanduni sang-hoon sang-hyun sangay sangduan sangpo
sanh sanjar sanjeev sanjiv santosh sarantuya saranya saraswathi saravanan sarfraz sarom sarujan sathees satheeskumar
sathiya satnam satoshi satwant satyajit savann saveth savita sawat sayaka sayeed sayoko sayphone seema selvakumar
selvam selvaraj seng sengaloun senthil seo-hyun seo-jun seo-yeon serey sereyvuth setsuko seung-hyun seung-min shafiq
shahana shahida shahzad shaji shakti shamima shamshad shamsul shangavi shanmugam shanshan shanta shanti sharifullah
shashank shazia sheela shefali sheikh sheng sherali sherzod shihao shiho shin shinji shiqi shiv shivani shizue shohei
shota shoua shreya shuang shubhangi shuhei shuhua shuk shuting shweta shyamal shyamala shyni siddiqur siew siew-hoon
sin-min sindhu sinh sinthuja sirajul siriporn sisouphanh sita sitha siu-ming siu-ping siv-eng sivakumar sivakumaran
sivaraman sivaruban siyi siyuan sneha so-yeon so-young sok sokchea sokly sokun solongo somchanh somjai somkhit somporn
somsak somsavath sonali sonam soo-hyun soo-jin soo-kyung soo-min soon-hee sophany sophy sothun soujanya soumen
soundari sourav souvanh souvanna sovannara sravani sreekumar sreelatha sreymao sri sridevi sridhar srijana srinivas
srirangan sriyanti su-su subbarao subbiah subramanian subrata suchart suda sudipta suet-ling sufen suganya sujay
sujeepan sujeevan suk-yee sukhbaatar sukhdev sukhjinder sukhwinder sukla sulastri sultana sumathi sumitra sun-hee
sun-young sunan sundaram sundarrajan sung-hee sung-ho sunil sunita sunly suong supachai supriyadi supun surasak
surinder surjit susanta sushil sushma suthakaran suu suwanna suwarno swapan swati swee syed tadashi tae-hyung tae-woo
tahira tai takao takashi takeshi takumi tamaki tamilarasi tanveer tanvi tanvir taotao tapan tarlochan tashi taslima
tayyab teck-huat temur temuulen tenzin tep teresita teruko thach thanawat thangaraj thankamma thant thanuja thanusha
tharani tharindu tharsan tharshan thaung theary theepan thein theint thevaki thieu thilagavathi thilina thilini thiri
thivya thong thongdy thongkham thongsouk thuc thulasi thuong thupten thuyen thuzar tianyu tingting tingyu tinh tini
toai tolkun tomohiro tomoko tomomi tomoyuki topgyal toshiko toshiyuki tou toua toulee trong truong tsering tsetseg
tsewang tsolmon tsundue tsz tsz-wai tulasi tung tuong tursun tuya tuyet uday uddin udom ujjal ulan ulugbek umair
umapathy umeko umidjon ummey unni unur upali upul usha usman uthayakumar uyanga vadivel vaishali valli valliamma vam
vamsi vandy vanhsy vanida vanitha vanny varun vasanthakumar vasanthi vathani veena veerappan venkat venkatesh vennila
vien viet vignesh vijayalakshmi vikas vikram vinay vinod vinoth vinothan vinothini vishal vishnu vithuran vithya vivek
vuth wahida wahyu wai-yin wanchai wang wangchuk wangdu wangmo waqas waseem weiguo weijie weiqiang weiwei wenbin
wenlong wenting wenyi winai wing wing-kin wulandari xai xaysana xeng xianghua xiaolan xiaomin xiaoqin xiaoxiao xiaoyun
xinlei xinyi xinyu xiumei xiuqin xudong xuefeng xuemei xuezhen yalini yamuna yanfang yangchen yangzom yanping yanti
yash yasmeen yasuko yasunori yathavan ye-jin yee yer yeshi yew-meng yifei yilin yingjie yiran yiu-ming yixuan
yogarajah yogarani yoji yoko yongmei yongping yoo-jin yoo-jung yoshihiro yoshiko youa young-ah young-hee young-ho
young-soo young-sook yousaf yueming yuhan yui yuji yuk-fong yuka yuki yukiko yuko yuma yumiko yunfei yuqing yusof yuta
yuting yutong yuvarani yuxuan zahid zaib zaw zeeshan zhazira zhe zheng zhengyu zhihao zhihua zhiming zhou zhuang
ziaullah zijian zin zixuan ziyang zompa zongze zoua zubair zulkifli
""".split()  # noqa: SIM905
)

SURNAMES = frozenset(
    """
abdiev abdullah abdullayev abdykadyrov abe abella abeyratne abeywardena abylkasymov adachi adhikari agarwal agrawal
ah-fat ah-hot ah-kon ah-soune ah-yen ah-you ahmad ahmed ahn ahuja akbari akhmedov akhmetova akhter akkineni akram
akter alam ali alizada amano amanov amarasekara ambani ambedkar amin amini amiri anand ando ang appadoo aquino arai
arain araki ariyanto ariyapoutry arokiasamy aroumougam arshad aryal asadi asanova askarov aslam atchy atmadja
attanayake au-yeung aulakh aung auyeung awan ayassamy aye azhar azimi azizov baatar bagatsing bahk baimuratov bajwa
balasingam balasoupramaniane baloch bandaranaike bandyopadhyay banerjee banga bano bao bapat baral barekzai baruah
basnayake basnet basu batbayar batbold batsaikhan bayani bayarsaikhan beg bei beishenaliev bepari berdiev bhalla
bhardwaj bhatta bhattacharjee bhattarai bhatti bhave bhogal bhosale bhowmik bhuiyan bhullar bhunjun bhuyan bin bisht
bliatou blong boldbaatar bolla bondoc boodhoo boonmee boonyarat bounnhaseng boutsady boyjonauth brar budhathoki
budiman bun bunag bundhun butt buttar byeon cai caliaperoumal calimlim callychurn canabady canjamalle carpaye carpio
cayabyab chadha chaki chakma chakrabarti chalasani chan chan-kam chandra chandramoutty chandy chane chane-kane chang
chanthabouly chantharangsy chap charoensuk chattha chattopadhyay chaudhary chaudhry chaudry cheah cheema chelliah chen
chep cherian chettiar chew chey chhea chheang chhet chhetri chhor chhun chiang chik chim chinien chinnawat chittavong
chiu chiv cho choedon choephel choi choijil chokshi chong choo choong chopra chork choudhury chouhan chounramany
chowdary choy chua chui chummun couppan cuenco cui cung dagyab dakpa dalal damdinsuren dasari dasgupta dass datu dau
daudzai davaasuren dawoodarry dela-cruz delacruz desai deth devarassou devkota dewan dhaliwal dhami dhargye dhatt
dhillon dholakia dhungana dimaculangan dimagiba dissanayake dizon dolma doressamy dorje dorjee dorjsuren dou doung
duangkaew dubey dulull duterte dutta dwivedi dzhumaev eang eav ebrahimi egambaram ekanayake eng enkhbold erdenebat
erkinov ezhuthachan faaj fayzullaev fazli fei ferdous fok fong foujita fowdar fujii fukui fukumoto gadde gadkari
gaikwad gamage ganbaatar ganbat ganbold gandhi ganeshalingam gangopadhyay ganta gatmaitan geng ghale ghani ghoorah
ghorbani ghorpade ghoshal ghuman giang gilani gill gnanasekaram goh gohil goindin gokool goorah gopal gosal govindama
govindan goyal grover guevarra gujadhur gunawardena gupta gurung gutta gwak gyari gyatsang gyatso gyawali habibi
haldar halim hamaguchi hamal hamid hang hanif hao hapuarachchi hara harahap haryanto hasan hassan hassanaly hassanzada
hawj hazara hee heer heo hermawan hettiarachchi higuchi hinduja hing hinh hiraoka hirata hla hlaing hoa hoi hong
hoon hor horiuchi hoshino hossain hotak houn houng howlader hsiao hsu htay htoo htun htut htwe hung huq hussaini
hutapea huynh hwangbo hyeon hyun ibragimov ibrahimjee ichikawa iftikhar iida ilango ilano illangakoon imai imran
in-kim inagaki insixiengmay inthavongsa iqbal isaev ishaq ishiguro iskandar ismail ismailov ismailzai iwai iwamoto
iyengar jaafar jaddoo jaggi jaidee jain jamil jang jani jantarat janthawong jargalsaikhan javed jayalath jayasinghe
jayatilleke jayawardene jee jeetah jeon jeyakumar jeyaratnam jhajj jia jian jiao jie jindal jing jirel joglekar johal
joshi jou juggoo jugnauth jumaev jun juraev kaewsri kakkar kalachand kale kalsang kalsi kam kamath kambli kanagasabai
kandassamy kandel kandukuri kang kann kannan kansal kao kapoor kapur kar karim karimov kariyawasam karki kartono
karunanayake kasanwirjo kassamaly katayama kathiravelu kathirgamanathan kaul kaur kawabata kawai kawamura kayani kazi
kazmi kek kenzhebaev keosavang keovilay ketkar kha khaira khalid khamdee khamidov khamphoui khampraseuth khamsouk
khandaker khang khangsar khanna khare khatun khauv khek khem khin khokhar kholmatov khondoker khong khoo khoong
khoshal khoun khuat khun khuong khut kichenassamy kieu kim kishi kittisak kobayashi kodali kohli kok komatireddy
kongsawat kono kosal kota kothari kou kouch kowlessur koyama krishnamourty krishnan kruy kuan kuang kuch kue
kugathasan kulasekara kulkarni kulmatov kulshrestha kumar kumarasinghe kumaraswamy kundu kunju kunwar kuo kuoch
kuriakose kurien kurup kusuma kwan kyaw kyi kyin labang lach lagdameo lagman lahiri lahpai lal lam lamba langah lasut
latchimy latchoumaya latchoumy latsavong latuconsina lauj lawati leang lee leng leong leow lhamo lhamotso liao liaw
liew lim lim-kee limbu ling lingat lobsang logeswaran lohani loke lokuge lon lontok loong lou louie louisnadin loy
luangrath luchmun lumbantobing luvsan luyen lwin lyu mabini macaraeg madala madan madrahimov maeng magar magpantay
magtibay mahajan mahasarakham mahathir mahendran maheshwari mahmood mahmoodi mahmuda maiti maitra mak makino makwana
malabanan malhotra malik malla mamedov mamodjee manalo manamperi mandava mangahas manikam manirath manivanh mann manna
mansurov mariapin marimuthu markandu marpaung masuda mathur matibag matsubara matsui matsuura matulessy maung maurya
mazari mazumder meesuk meetoo mehmood mehrotra mehta mei memon meng mengal mhatre mia miakhel minami minatchy minhas
mirza mirzai mishra mittal mitter miura miyake miyamoto mizuno modha moe moeung mohit mohmand mohseni mokashi mokhtar
mom mondal morshed motwani moua moun mouniama mourougane mourouvin moutien moutoucarpin mozumder mridha muas mudali
muhammad mukhamedov mukhopadhyay mulyono muminov munasinghe munien munkhbat munkhbayar muradi murong murthy murugaiyan
murugan mushtaq muth muthu muthukumar muto muttiah myeong myint myo myung nababsing nadeem naderi nag nagarajah nagata
nagpal nahar naidu naiken naing nair nakanishi nakata nakornthap nallamothu nallathamby namboodiri namgung namgyal
nandy nanthavong narantuya naskar natchimie nath nawaratne nayyar nazarbayev nazari nazarova nazir neak nepali ngai
ngan ngauv ngawang nget nghi ngin ngu nham nhan nhean nhem nhin nhouyvanisvong nhu niazi nijjar nikzad nilusmas nin
ning ninh nishi nishida noguchi nomura nooristani norbu nordin norodom noun nugroho nunkoo nurgaliev nurpeisov nwe
nyein nyunt ocampo ochir oda oei ohno ohta ojha okuda omurbekov onekeo onishi oogarah oommen oon oshima osmonov
ospanov otsuka oung ounkham ouyang oyama oyun oza packiyanathan padavatan pae pagaduan paik pajani pak panchal pandey
panganiban pant panthi panyasak parab paramanathan parameswaran parassouramane parikh park parveen parvin pasang
pasaribu patel pathammavong patil patni pavaday pawar peerally pei peiris penh penmetsa perinpanayagam permal peroumal
pha phadke pham phan phann phanomyong phanthavongsa pheng phetchanpheng phiathep philavanh phoeung phok phommavongsa
phongsavanh phothirath phou phouangsavath phoutthavong phromsuwan phu phua phuntsok phuong phyo pieris plong poeng pok
pokharel ponin ponnoussamy poon pooni popat pothen poudel poungavanon prachuap prajapati prak prakash pramanik pramoj
pranoto prasetya prathipati prayag premaratne prianon prom prum punzalan purevdorj purkait pushparajah pyakurel pyun
qaderi qadri qiang qiao qin qing qiu quan quang quek qureshi rabgey radjagobal radjou ragoo rahman rahmani raina
rajakulasingam rajan rajendran rajput rajvong rakhmonov ramachandram ramachandran ramalingom raman ramasamy ramdoyal
ramin ramlall ramli ramphul ramtohul ramzan rana ranasinghe randhawa rangasamy rangassamy rao rasool rassaby rastogi
rasuli rathnayake ratnasingam rattanavongsa raut ravuri rawat razdan reddy rehman ren reyes rhee rimal rinchen rith
roh rong roun ruan ruangrit rusli rustamov sabaratnam sabawoon sachdeva sacksithi sadykov sae saeed saengchan saetan
saetang saha sahadeo sahak saini sakaguchi sakamoto sakurai saleem salleh salonga salunkhe samadi samanta samarasinghe
sambath samdup samourgompoulle samra sandhu sangakkara sanghera sangthong santoso saragih sardar sarder sarkar sarker
sarsenbayev sastrowardoyo sathe satkunam sato satpayev savaranin savriama sawada sayarath sayed seah seang sediqi
seegobin seesuk seet seetohul sehgal sekhon sekiguchi selladurai sellaye selvam sembhi seneviratne sengkhamyong
sengvilay seoh seol seong sethia seto sevou shafiq shahi shahid shaikh shakya sham shan shangguan shanmuganathan
sharif sharipov sheikh shek sheng shetty shibuya shikder shimomura shinoda shinwari shirzad shrestha shrivastava shu
shung shyu siddique sidhu sieng siew sihombing silavong simmavong sinapin singkham sinha sinimale sinnatambou
sinthavong siong sirisena sirisuk sisomphone sisouphanthong sisowath sitha sitompul sitthideth siu sivanathan
sivarajah sivaraman sivilay soe soekarno soetomo soh sohal sohn somaratne somboon somphet somphone sonam sonethavong
songkram songyang soni sonoda soodhun sookun sophal sophan sothilingam soubou soubramanien soun soupin souvannarath
srey srisai srithong srun subedi subramanian subramaniyam subroto sukarno sukhee sukhum sultana sultani sumulong sunar
sung sungkur sunwoo suos suparman supharat suryanto suthar sutrisno suwan suwanarat swamy swar swe tabassum tada tae
tagle tahir tai taing tak takahashi takashima takenaka takeuchi talib talukdar tam tamang tambe tampubolon tanapin
taneja tangatchy tarar tarigan taring tashi tashmatov tcha tchan tcheng tchieng tchong tchou tchoung tecson teh
temirov tendulkar tenzin teoh teow thadani thakali than thandi thang thanh thant thapa tharmalingam thein thevar thi
thia thia-kime thieu thilakaratne thirakul thiruchelvam thlang tho thondup thong thongdara thongdee thongprasert
thongsouk thongsuk thorat thou thuy thwin tiaokhao tieng ting tiongson tiwari tjia tobing toeur tokhi tokhtarov tomar
tonthat toofany topden topiwala tou tougeu touk toyoda trang trieu tripathi truong tsab tsai tsang tsao tserendorj
tsering tsewang tsim tsogt tsoi tsuda tsuji tsukamoto tsundue tuladhar tum tung tuong turdiev uddin uehara ueno ulziit
umarov usenov usman usmonov utomo vadakkan vadivel vaidya vaitilingom vaj vaja valliame vallipuram vannasy
varatharajah varkey varma vashisht vath veasna veeren vejjajiva vellayoudom velou venkatesan verma vien viet
villanueva vinayagamoorthy vinh virapin virassamy viravong virk vithanage vohra vongdara vongphachanh vongvichit voon
vorachack vorn vuth vwj vyas vythilingum wada wadhwani wafa wagle wan wangchuk wangdu waqar waraich watanabe
wattanakul waworuntu weerakoon weerasekara wei wen weng wickramaratne wijaya wijesekara wijesuriya wiryawan wong-yen
wongsakul woo woon xia xin xing xyooj yaacob yadav yagi yaj yalamanchili yamada yamaguchi yamamoto yamauchi yamazaki
yan yangchen yangyeng yasuda yau yee yeh yek yeoh yeom yerxiong yeshi ying yith yiu yodsuk yoeun yoganathan yokoyama
yong yoo yoshimura youk younas yousafzai yuk yulo yun yusufi yusupov zadran zafar zahir zaidi zaman zang zardari zarni
zaw zha zhai zhakupov zhan zhen zhuang zhuge zhumabaev zin zuo zurmati
""".split()  # noqa: SIM905
)

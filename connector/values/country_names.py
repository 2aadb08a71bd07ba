"""Names of countries in the languages that leads are written in, folded to plain letters; first the ISO alpha-3 code.

From the Unicode CLDR display names of 22 languages (https://cldr.unicode.org), with the short and older names
that people write. A row is the ISO 3166 alpha-2 code and names; a country may take several rows.
"""

ROWS = """
AD and|andorra|andorre
AE are|united arab emirates|vereinigte arabische emirate|emirats arabes unis|emiratos arabes unidos
AE emirati arabi uniti|verenigde arabische emiraten|emirados arabes unidos|zjednoczone emiraty arabskie
AE forenade arabemiraten|de forenede arabiske emirater|de forente arabiske emirater|arabiemiirikunnat
AE spojene arabske emiraty|birlesik arap emirlikleri|oae|inomena aravika emirata|alabolianheqiuzhangguo
AE arabushouzhangguolianbang|alabemiliteu|egyesult arab emirsegek|emiratele arabe unite
AE obiednani arabski emirati|uae|u a e|emirates|dubai|abu dhabi
AF afg|afghanistan|afganistan|afeganistao
AG atg|antigua barbuda|antigua und barbuda|antigua et barbuda|antigua y barbuda|antigua e barbuda
AI aia|anguilla|anguila
AL alb|albania|albanien|albanie|shqiperia
AM arm|armenia|armenien|armenie
AO ago|angola
AQ ata|antarctica|antarktis|antarctique|antartida|antartide
AR arg|argentina|argentinien|argentine|argentinie|argentyna|argentiina|arjantin|argentini|agenting|aruzenchin
AR aleuhentina
AS asm|american samoa|amerikanisch samoa|samoa americaines|samoa americana|samoa americane
AT aut|austria|osterreich|autriche|oostenrijk|osterrike|ostrig|itavalta|rakousko|avusturya|avstriya|aystria
AT aodeli|osutoria|oseuteulia|ausztria|oesterreich
AU aus|australia|australien|australie|avustralya|avstraliya|aystralia|aodaliya|osutoraria|oseuteuleillia
AU ausztralia|aus|aussie
AW abw|aruba
AX ala|aland islands|alandinseln|iles aland|islas aland|isole aland|ilhas aland
AZ aze|azerbaijan|aserbaidschan|azerbaidjan|azerbaiyan|azerbaigian|azerbaijao
BA bih|bosnia herzegovina|bosnien und herzegowina|bosnie herzegovine|bosnia y herzegovina|bosnia ed erzegovina
BA bosnia e herzegovina|bosnia|bosnia and herzegovina
BB brb|barbados|barbade
BD bgd|bangladesh|bangladesch|banglades
BE bel|belgium|belgien|belgique|belgica|belgio|belgie|belgia|belcika|belgiya|velgio|bilishi|berugi
BF bfa|burkina faso|burquina faso
BG bgr|bulgaria|bulgarien|bulgarie|bulgarije|bulharsko|bulgaristan|bolgariya|voylgaria|baojialiya|burugaria
BG bulgalia|balgariya|bulgariya
BH bhr|bahrain|bahrein|barein
BI bdi|burundi
BJ ben|benin
BL blm|st barthelemy|saint barthelemy|san bartolome|sao bartolomeu
BM bmu|bermuda|bermudes|bermudas
BN brn|brunei|brunei darussalam
BO bol|bolivia|bolivien|bolivie|bolivia plurinational state of
BQ bes|caribbean netherlands|karibische niederlande|pays bas caribeens|caribe neerlandes|caraibi olandesi
BQ paises baixos caribenhos
BR bra|brazil|brasilien|bresil|brasil|brasile|brazilie|brazylia|brasilia|brezilya|braziliya|vrazilia|baxi
BR burajiru|beulajil|brazilia
BS bhs|bahamas|the bahamas
BT btn|bhutan|bhoutan|butan|butao
BV bvt|bouvet island|bouvetinsel|ile bouvet|isla bouvet|isola bouvet|ilha bouvet
BW bwa|botswana|botsuana
BY blr|belarus|bielorussie|bielorrusia|bielorussia|bielorrussia
BZ blz|belize|belice
CA can|canada|kanada|kanadas|jianada|kaenada
CC cck|cocos keeling islands|kokosinseln|iles cocos|islas cocos|isole cocos keeling|ilhas cocos keeling
CD cod|congo kinshasa|kongo kinshasa|republica democratica del congo|democratic republic of the congo|dr congo
CD drc|congo the democratic republic of the
CF caf|central african republic|zentralafrikanische republik|republique centrafricaine|republica centroafricana
CF repubblica centrafricana|republica centro africana
CG cog|congo brazzaville|kongo brazzaville|congo|republica do congo|republic of the congo
CH che|switzerland|schweiz|suisse|suiza|svizzera|zwitserland|suica|szwajcaria|sveits|sveitsi|svycarsko|isvicre
CH shveytsariya|elvetia|ruishi|suisu|seuwiseu|svajc|swiss|confoederatio helvetica
CI civ|cote divoire|costa davorio|costa do marfim|ivory coast|elfenbeinkuste
CK cok|cook islands|cookinseln|iles cook|islas cook|isole cook|ilhas cook
CL chl|chile|chili|cile|sili|zhili|chiri|chille
CM cmr|cameroon|kamerun|cameroun|camerun|camaroes
CN chn|china|chine|cina|chiny|kina|kiina|cin|kitay|zhongguo|junggug|p r china|pr china|prc
CN peoples republic of china|mainland china|china mainland|zhong guo
CO col|colombia|kolumbien|colombie|kolumbia|kolumbie|kolombiya|kolumbiya|kolomvia|gelunbiya|koronbia|kollombia
CO columbia
CR cri|costa rica
CU cub|cuba|kuba
CV cpv|cape verde|cabo verde|cap vert|capo verde
CW cuw|curacao|curazao
CX cxr|christmas island|weihnachtsinsel|ile christmas|isla de navidad|isola christmas|ilha christmas
CY cyp|cyprus|zypern|chypre|chipre|cipro|kypros|kibris
CZ cze|czechia|tschechien|tchequie|chequia|cechia|tsjechie|tchequia|czechy|tjeckien|tjekkiet|tsjekkia|tsekki
CZ cesko|cekya|chekhiya|tsechia|jieke|chieko|cheko|csehorszag|cehia|czech republic|tschechische republik
CZ ceska republika|czech
DE deu|germany|deutschland|allemagne|alemania|germania|duitsland|alemanha|niemcy|tyskland|saksa|nemecko|almanya
DE germaniya|deguo|doitsu|dogil|nemetorszag|nimechchina|brd|federal republic of germany
DE bundesrepublik deutschland|german
DG dga|diego garcia
DJ dji|djibouti|dschibuti|yibuti|gibuti|djibuti
DK dnk|denmark|danemark|dinamarca|danimarca|denemarken|dania|danmark|tanska|dansko|danimarka|daniya|danmai
DK denmaku|denmakeu|danemarca
DM dma|dominica|dominique
DO dom|dominican republic|dominikanische republik|republique dominicaine|republica dominicana
DO repubblica dominicana
DZ dza|algeria|algerien|algerie|argelia
EA xea|ceuta melilla|ceuta und melilla|ceuta et melilla|ceuta y melilla|ceuta e melilla
EC ecu|ecuador|equateur|equador
EE est|estonia|estland|estonie|viro|estonsko|estonya|estoniya|esthonia|aishaniya|esutonia|eseutonia|esztorszag
EE eesti
EG egy|egypt|agypten|egypte|egipto|egitto|egito|egipt|egypten|egypti|misir|egipet|aigyptos|aiji|ejiputo|ijibteu
EG egyiptom|iegipet|misr
EH esh|western sahara|westsahara|sahara occidental|sahara occidentale|saara ocidental
ER eri|eritrea|erythree|eritreia
ES esp|spain|spanien|espagne|espana|spagna|spanje|espanha|hiszpania|spania|espanja|spanelsko|ispanya|ispaniya
ES ispania|xibanya|supein|seupein|spanyolorszag
ET eth|ethiopia|athiopien|ethiopie|etiopia
FI fin|finland|finnland|finlande|finlandia|suomi|finsko|finlandiya|finlyandiya|fenlan|fuinrando|pinlandeu
FI finnorszag|finlanda
FJ fji|fiji|fidschi|fidji|fiyi|figi
FK flk|falkland islands|falklandinseln|iles malouines|islas malvinas|isole falkland|ilhas malvinas
FM fsm|micronesia|mikronesien|micronesie|micronesia federated states of
FO fro|faroe islands|faroer|iles feroe|islas feroe|isole faer oer|ilhas faroe
FR fra|france|frankreich|francia|frankrijk|franca|francja|frankrike|frankrig|ranska|francie|fransa|frantsiya
FR gallia|faguo|furansu|peulangseu|franciaorszag|franta
GA gab|gabon|gabun|gabao
GB gbr|united kingdom|vereinigtes konigreich|royaume uni|reino unido|regno unito|verenigd koninkrijk
GB wielka brytania|storbritannien|storbritannia|iso britannia|spojene kralovstvi|birlesik krallik
GB velikobritaniya|inomeno vasileio|yingguo|igirisu|yeonggug|egyesult kiralysag|regatul unit|velika britaniya
GB uk|u k|great britain|britain|england|scotland|wales|northern ireland|grossbritannien|england uk|angleterre
GB inglaterra|gran bretagna|gran bretana|united kingdom of great britain|the united kingdom|inghilterra
GB reino unido da gra bretanha
GD grd|grenada|grenade|granada
GE geo|georgia|georgien|georgie
GF guf|french guiana|franzosisch guayana|guyane francaise|guayana francesa|guyana francese|guiana francesa
GG ggy|guernsey|guernesey
GH gha|ghana|gana
GI gib|gibraltar|gibilterra
GL grl|greenland|gronland|groenland|groenlandia
GM gmb|gambia|gambie|the gambia
GN gin|guinea|guinee|guine
GP glp|guadeloupe|guadalupe|guadalupa
GQ gnq|equatorial guinea|aquatorialguinea|guinee equatoriale|guinea ecuatorial|guinea equatoriale
GQ guine equatorial
GR grc|greece|griechenland|grece|grecia|griekenland|grecja|grekland|graekenland|hellas|kreikka|recko|yunanistan
GR gretsiya|ellada|xila|girishiya|geuliseu|gorogorszag|ellas|hellenic republic
GS sgs|south georgia south sandwich islands|sudgeorgien und die sudlichen sandwichinseln
GS georgie du sud et les iles sandwich du sud|islas georgia del sur y sandwich del sur
GS georgia del sud e sandwich australi|ilhas georgia do sul e sandwich do sul
GT gtm|guatemala
GU gum|guam
GW gnb|guinea bissau|guinee bissau|guinea bisau|guine bissau
GY guy|guyana|guiana
HK hkg|hong kong sar china|sonderverwaltungsregion hongkong|r a s chinoise de hong kong|rae de hong kong china
HK ras di hong kong|hongkong sar van china|hong kong rae da china|sra hongkong chiny|hongkong sar|sar hongkong
HK hongkong sar kina|hongkong kiinan erityishallintoalue|hongkong zao ciny|cin hong kong oib|gonkong sar
HK chongk kongk edp kinas|zhongguoxianggangtebiexingzhengqu|zhonghuarenmingongheguoxianggangtebiexingzhengqu
HK hongkong junggug teugbyeolhaengjeonggu|hongkong kkt|r a s hong kong china|gonkong oar kitayu|hong kong
HK hongkong|hong kong sar
HM hmd|heard mcdonald islands|heard und mcdonaldinseln|iles heard et macdonald|islas heard y mcdonald
HM isole heard e mcdonald|ilhas heard e mcdonald
HN hnd|honduras
HR hrv|croatia|kroatien|croatie|croacia|croazia|kroatie|chorwacja|kroatia|chorvatsko|hirvatistan|khorvatiya
HR keluodeya|kuroachia|keuloatia|horvatorszag|hrvatska
HT hti|haiti
HU hun|hungary|ungarn|hongrie|hungria|ungheria|hongarije|wegry|ungern|unkari|madarsko|macaristan|vengriya
HU oyggaria|xiongyali|hangari|heonggali|magyarorszag|ungaria|ugorshchina
IC xic|canary islands|kanarische inseln|iles canaries|canarias|isole canarie|ilhas canarias
ID idn|indonesia|indonesien|indonesie|indonezja|endonezya|indoneziya|indonisia|yindunixiya|indoneshia|indonezia
IE irl|ireland|irland|irlande|irlanda|ierland|irlandia|irlanti|irsko|irlandiya|aierlan|airurando|aillaendeu
IE irorszag|republic of ireland|eire
IL isr|israel|israele|izrael|israil|izrail|yiselie|isuraeru|iseulael
IM imn|isle of man|ile de man|isla de man|isola di man|ilha de man
IN ind|india|indien|inde|indie|intia|hindistan|indiya|yindu|indo|bharat|hindustan
IO iot|british indian ocean territory|britisches territorium im indischen ozean
IO territoire britannique de locean indien|territorio britanico del oceano indico
IO territorio britannico delloceano indiano|territorio britanico do oceano indico
IQ irq|iraq|irak|iraque
IR irn|iran|ira|iran islamic republic of
IS isl|iceland|island|islande|islandia|islanda
IT ita|italy|italien|italie|italia|wlochy|italya|italiya|yidali|itaria|itallia|olaszorszag
JE jey|jersey
JM jam|jamaica|jamaika|jamaique|giamaica
JO jor|jordan|jordanien|jordanie|jordania|giordania
JP jpn|japan|japon|giappone|japao|japonia|japani|japonsko|japonya|yaponiya|iaponia|riben|ilbon|nippon|nihon
JP ri ben
KE ken|kenya|kenia|quenia|kena|keniya|kenniya
KG kgz|kyrgyzstan|kirgisistan|kirghizstan|kirguistan|kirghizistan|quirguistao
KH khm|cambodia|kambodscha|cambodge|camboya|cambogia|camboja
KI kir|kiribati|quiribati
KM com|comoros|komoren|comores|comoras|comore
KN kna|st kitts nevis|st kitts und nevis|saint christophe et nieves|san cristobal y nieves|saint kitts e nevis
KN sao cristovao e nevis
KP prk|north korea|nordkorea|coree du nord|corea del norte|corea del nord|coreia do norte|dprk
KP korea democratic peoples republic of
KR kor|south korea|sudkorea|coree du sud|corea del sur|corea del sud|zuid korea|coreia do sul|korea poludniowa
KR sydkorea|sor korea|etela korea|jizni korea|guney kore|respublika koreya|notia korea|hanguo|daehanmingug
KR del korea|coreea de sud|pivdenna koreya|korea|republic of korea|korea republic of|korea south|s korea
KW kwt|kuwait|koweit
KY cym|cayman islands|kaimaninseln|iles caimans|islas caiman|isole cayman|ilhas cayman
KZ kaz|kazakhstan|kasachstan|kazajistan|kazakistan|cazaquistao
LA lao|laos|lao peoples democratic republic|lao
LB lbn|lebanon|libanon|liban|libano
LC lca|st lucia|sainte lucie|santa lucia|saint lucia
LI lie|liechtenstein
LK lka|sri lanka
LR lbr|liberia
LS lso|lesotho|lesoto
LT ltu|lithuania|litauen|lituanie|lituania|litouwen|litwa|liettua|litva|litvanya|lithoyania|litaowan|ritoania
LT litvania|lietuva
LU lux|luxembourg|luxemburg|luxemburgo|lussemburgo|luksemburg|lucembursko|lyuksemburg|loyxemvoyrgo|lusenbao
LU rukusenburuku|lugsembuleukeu|grand duchy of luxembourg
LV lva|latvia|lettland|lettonie|letonia|lettonia|letland|lotwa|lotyssko|letonya|latviya|latuoweiya|ratobia
LV lateubia|lettorszag|latvija
LY lby|libya|libyen|libye|libia
MA mar|morocco|marokko|maroc|marruecos|marocco|marrocos|maroko|marocko|fas|moluoge|morotko|moloko|maroco
MC mco|monaco
MD mda|moldova|republik moldau|moldavie|moldavia|moldova republic of|republic of moldova
ME mne|montenegro
MF maf|st martin|saint martin|san martin|sao martinho
MG mdg|madagascar|madagaskar
MH mhl|marshall islands|marshallinseln|iles marshall|islas marshall|isole marshall|ilhas marshall
MK mkd|north macedonia|nordmazedonien|macedoine du nord|macedonia del norte|macedonia del nord
MK macedonia do norte|macedonia|fyrom
ML mli|mali
MM mmr|myanmar burma|myanmar|myanmar birmanie|myanmar birmania|mianmar birmania|burma
MN mng|mongolia|mongolei|mongolie
MO mac|macao sar china|sonderverwaltungsregion macau|r a s chinoise de macao|rae de macao china|ras di macao
MO macau rae da china|macau|macao
MP mnp|northern mariana islands|nordliche marianen|iles mariannes du nord|islas marianas del norte
MP isole marianne settentrionali|ilhas marianas do norte
MQ mtq|martinique|martinica
MR mrt|mauritania|mauretanien|mauritanie
MS msr|montserrat
MT mlt|malta|malte
MU mus|mauritius|maurice|mauricio
MV mdv|maldives|malediven|maldivas|maldive
MW mwi|malawi|malaui
MX mex|mexico|mexiko|mexique|messico|meksyk|meksiko|meksika|moxige|mekishiko|megsiko|mexic|mejico
MY mys|malaysia|malaisie|malasia|maleisie|malezja|malesia|malajsie|malezya|malayziya|malaisia|malaixiya
MY mareshia|malleisia|malajzia
MZ moz|mozambique|mosambik|mozambico|mocambique
NA nam|namibia|namibie
NC ncl|new caledonia|neukaledonien|nouvelle caledonie|nueva caledonia|nuova caledonia|nova caledonia
NE ner|niger
NF nfk|norfolk island|norfolkinsel|ile norfolk|isla norfolk|isola norfolk|ilha norfolk
NG nga|nigeria|nigerie|nijerya|nigeriya|nigiria|niriliya|naijieria|naijilia
NI nic|nicaragua
NL nld|netherlands|niederlande|pays bas|paises bajos|paesi bassi|nederland|paises baixos|holandia|nederlanderna
NL nederlandene|alankomaat|nizozemsko|hollanda|niderlandy|kato chores|helan|oranda|nedeollandeu|hollandia
NL tarile de jos|niderlandi|holland|the netherlands|holanda|hollande|olanda
NO nor|norway|norwegen|norvege|noruega|norvegia|noorwegen|norwegia|norge|norja|norsko|norvec|norvegiya|norvigia
NO nuowei|noruue|noleuwei|noreg
NP npl|nepal
NR nru|nauru
NU niu|niue
NZ nzl|new zealand|neuseeland|nouvelle zelande|nueva zelanda|nuova zelanda|nieuw zeeland|nova zelandia
NZ nowa zelandia|nya zeeland|uusi seelanti|novy zeland|yeni zelanda|novaya zelandiya|nea zilandia|xinxilan
NZ niyujirando|nyujillaendeu|uj zeland|noua zeelanda|nova zelandiya|aotearoa|n z|nz
OM omn|oman|oma
PA pan|panama
PE per|peru|perou|peroy|milu|pelu
PF pyf|french polynesia|franzosisch polynesien|polynesie francaise|polinesia francesa|polinesia francese
PG png|papua new guinea|papua neuguinea|papouasie nouvelle guinee|papua nueva guinea|papua nuova guinea
PG papua nova guine
PH phl|philippines|philippinen|filipinas|filippine|filipijnen|filipiny|filippinerna|filippinerne|filippinene
PH filippiinit|filipinler|filippiny|filippines|feilubin|fuiripin|pillipin|fulop szigetek|filipine|filippini
PH the philippines|pilipinas
PK pak|pakistan|paquistao
PL pol|poland|polen|pologne|polonia|polska|puola|polsko|polonya|polsha|bolan|porando|pollandeu|lengyelorszag
PL polshcha
PM spm|st pierre miquelon|st pierre und miquelon|saint pierre et miquelon|san pedro y miquelon
PM saint pierre e miquelon|sao pedro e miquelao
PN pcn|pitcairn islands|pitcairninseln|iles pitcairn|islas pitcairn|isole pitcairn|ilhas pitcairn
PR pri|puerto rico|porto rico|portorico
PS pse|palestinian territories|palastinensische autonomiegebiete|territoires palestiniens
PS territorios palestinos|territori palestinesi|palestine|palestine state of
PT prt|portugal|portogallo|portugalia|portugali|portugalsko|portekiz|portugaliya|portogalia|putaoya|porutogaru
PT poleutugal
PW plw|palau|palaos
PY pry|paraguay|paraguai
QA qat|qatar|katar|catar
RE reu|reunion|la reunion|riunione|reuniao
RO rou|romania|rumanien|roumanie|rumania|roemenie|romenia|rumunia|rumaenien|rumunsko|romanya|rumyniya|roymania
RO luomaniya|lumania|rumuniya
RS srb|serbia|serbien|serbie|servie|servia|srbsko|sirbistan|serbiya|saierweiya|serubia|seleubia|szerbia|srbija
RU rus|russia|russland|russie|rusia|rusland|rosja|ryssland|venaja|rusko|rusya|rossiya|rosia|eluosi|roshia
RU leosia|oroszorszag|rosiya|russian federation|rossija|rossiia|rossiyskaya federatsiya
RW rwa|rwanda|ruanda
SA sau|saudi arabia|saudi arabien|arabie saoudite|arabia saudi|arabia saudita|saoedi arabie|arabia saudyjska
SA saudiarabien|saudska arabie|suudi arabistan|saudovskaya araviya|saoydiki aravia|shatealabo|saujiarabia
SA saudialabia|szaud arabia|saudivska araviya|ksa|kingdom of saudi arabia
SB slb|solomon islands|salomonen|iles salomon|islas salomon|isole salomone|ilhas salomao
SC syc|seychelles|seychellen|seicheles
SD sdn|sudan|soudan|sudao
SE swe|sweden|schweden|suede|suecia|svezia|zweden|szwecja|sverige|ruotsi|svedsko|isvec|shvetsiya|soyidia
SE ruidian|suueden|seuweden|svedorszag|suedia
SG sgp|singapore|singapur|singapour|singapura|sigkapoyri|xinjiapo|shingaporu|singgapoleu|szingapur
SH shn|st helena|sainte helene|santa elena|santelena|santa helena
SI svn|slovenia|slowenien|slovenie|eslovenia|slowenia|slovenien|slovinsko|slovenya|sloveniya|siluowenniya
SI surobenia|seullobenia|szlovenia|slovenija
SJ sjm|svalbard jan mayen|spitzbergen und jan mayen|svalbard et jan mayen|svalbard y jan mayen
SJ svalbard e jan mayen
SK svk|slovakia|slowakei|slovaquie|eslovaquia|slovacchia|slowakije|slowacja|slovakien|slovakiet|slovensko
SK slovakya|slovakiya|siluofake|surobakia|seullobakia|szlovakia|slovacia|slovachchina|slovak republic
SL sle|sierra leone|sierra leona|serra leoa
SM smr|san marino|saint marin
SN sen|senegal
SO som|somalia|somalie
SR sur|suriname|surinam
SS ssd|south sudan|sudsudan|soudan du sud|sudan del sur|sud sudan|sudao do sul
ST stp|sao tome principe|sao tome und principe|sao tome et principe|santo tome y principe|sao tome e principe
SV slv|el salvador|salvador
SX sxm|sint maarten|saint martin partie neerlandaise
SY syr|syria|syrien|syrie|siria|syrian arab republic
SZ swz|eswatini|esuatini|essuatini|swaziland
TC tca|turks caicos islands|turks und caicosinseln|iles turques et caiques|islas turcas y caicos
TC isole turks e caicos|ilhas turcas e caicos
TD tcd|chad|tschad|tchad|ciad|chade
TF atf|french southern territories|franzosische sud und antarktisgebiete|terres australes francaises
TF territorios australes franceses|terre australi francesi|territorios franceses do sul
TG tgo|togo
TH tha|thailand|thailande|tailandia|thailandia|tajlandia|thaimaa|thajsko|tayland|tailand|tailandi|taiguo|tai
TH taegug|thaifold|thailanda
TJ tjk|tajikistan|tadschikistan|tadjikistan|tayikistan|tagikistan|tadjiquistao
TK tkl|tokelau
TL tls|timor leste|timor oriental|timor est|east timor
TM tkm|turkmenistan|turcomenistao
TN tun|tunisia|tunesien|tunisie|tunez
TO ton|tonga
TR tur|turkey|turkei|turquie|turquia|turchia|turkije|turcja|turkiet|tyrkiet|tyrkia|turkki|turecko|turkiye
TR turtsiya|toyrkia|tuerqi|toruko|teoki|torokorszag|turcia|turechchina|tuerkei|republic of turkey
TT tto|trinidad tobago|trinidad und tobago|trinite et tobago|trinidad y tobago|trinidad e tobago
TV tuv|tuvalu
TW twn|taiwan|tajwan|tchaj wan|tayvan|taivan|daeman|tajvan|taiwan roc|taiwan province of china|roc
TZ tza|tanzania|tansania|tanzanie|tanzania united republic of
UA ukr|ukraine|ucrania|ucraina|oekraine|ukraina|ukrajina|ukrayna|oykrania|wukelan|ukuraina|ukeulaina|ukrajna
UA ukrayina
UG uga|uganda|ouganda
UM umi|u s outlying islands|amerikanische uberseeinseln|iles mineures eloignees des etats unis
UM islas menores alejadas de ee uu|isole minori esterne degli stati uniti|ilhas menores distantes dos eua
US usa|united states|vereinigte staaten|etats unis|estados unidos|stati uniti|verenigde staten
US stany zjednoczone|usa|yhdysvallat|spojene staty|amerika birlesik devletleri|soedinennye shtaty
US inomenes politeies|meiguo|amerikahezhongguo|migug|egyesult allamok|statele unite ale americii
US spolucheni shtati|u s a|united states of america|america|estados unidos de america|eua|eeuu|ee uu
US etats unis damerique|vereinigte staaten von amerika|the united states|us of a|amerika
UY ury|uruguay|uruguai
UZ uzb|uzbekistan|usbekistan|ouzbekistan|uzbequistao
VA vat|vatican city|vatikanstadt|etat de la cite du vatican|ciudad del vaticano|citta del vaticano
VA cidade do vaticano|vatican|holy see
VC vct|st vincent grenadines|st vincent und die grenadinen|saint vincent et les grenadines
VC san vicente y las granadinas|saint vincent e grenadine|sao vicente e granadinas
VE ven|venezuela|venezuela bolivarian republic of
VG vgb|british virgin islands|britische jungferninseln|iles vierges britanniques|islas virgenes britanicas
VG isole vergini britanniche|ilhas virgens britanicas
VI vir|u s virgin islands|amerikanische jungferninseln|iles vierges des etats unis|islas virgenes de ee uu
VI isole vergini americane|ilhas virgens americanas
VN vnm|vietnam|viet nam|vietna|wietnam|vetnam|yuenan|betonamu|beteunam
VU vut|vanuatu
WF wlf|wallis futuna|wallis und futuna|wallis et futuna|wallis y futuna|wallis e futuna
WS wsm|samoa
XK xkk|kosovo|kosova
YE yem|yemen|jemen|iemen
YT myt|mayotte
ZA zaf|south africa|sudafrika|afrique du sud|sudafrica|zuid afrika|africa do sul|republika poludniowej afryki
ZA sydafrika|sor afrika|etela afrikka|jihoafricka republika|guney afrika|yuzhno afrikanskaya respublika
ZA notia afriki|nanfei|nanafurika|namapeulika|del afrikai koztarsasag|africa de sud
ZA pivdenno afrikanska respublika|rsa|republic of south africa|suedafrika
ZM zmb|zambia|sambia|zambie
ZW zwe|zimbabwe|simbabwe|zimbabue
"""

# The name to write where the first one above is not what CRMs show.
SHOWN = {
    "BA": "Bosnia and Herzegovina", "BL": "Saint Barthélemy", "CD": "Congo, the Democratic Republic of the",
    "CI": "Côte d'Ivoire", "CW": "Curaçao", "GW": "Guinea-Bissau", "HK": "Hong Kong", "IM": "Isle of Man",
    "MM": "Myanmar", "MO": "Macao", "RE": "Réunion", "ST": "Sao Tome and Principe", "TL": "Timor-Leste",
    "TR": "Turkey", "VA": "Vatican City", "TT": "Trinidad and Tobago", "AG": "Antigua and Barbuda",
}  # fmt: skip

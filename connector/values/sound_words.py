# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Names that are written in many ways in Latin letters: the first word of each row is the spelling that stands for all.

The rows hold transliterations of one name, not translations: 'Hasan' and 'Hassan', but not 'John' and 'Juan'.
"""

from __future__ import annotations

ROWS = """
mohammed muhammad mohammad mohamed muhammed mohamad muhamad mohamet muhammet mehmed mehmet mahomed mochammad muhamed
ahmed ahmad ahmet achmed achmad akhmed akhmad ahmat
mahmud mahmoud mahmood mehmood makhmud mahmut
hasan hassan hasen hassen khasan
hussein husain husayn hussain hossein hosein husein hussayn husseyn hussien huseyn huseyin hoseyn khusein housseine
yusuf yousef youssef yusif yousuf youcef yousif yussuf jusuf yusef youssouf
osama usama oussama
omar umar omer oumar ömer
osman othman uthman usman ousmane otman
abdullah abdallah abdulla abdalla abdoulaye abdellah
abdul abdel abdal abd abdoul abdol
rahman rehman rahmane rakhman
ibrahim ebrahim ibraheem brahim ibragim
ismail ismael esmail ismaeel
khalid khaled halid haled
said saeed sayeed saeid saed
sayyid syed sayed seyed sayid sayyed seyyed saiyid
saleh salih salah
suleiman sulayman sulaiman soleiman suleyman solomon souleymane süleyman sulejman
mustafa mostafa moustafa mustapha moustapha mostapha
karim kareem kerim
rashid rasheed rachid rascheed
jamal gamal djamel jamel cemal dzhamal
jamil gamil djamil cemil
tariq tarek tarik tareq
walid waleed oualid
nasir nasser naser nassir nasr
hamid hameed
habib habeeb
amin ameen amine emin
aziz azeez
majid majeed madjid mecid
faisal faysal feisal faysel
fatima fatma fatimah fatemeh fatimeh
aisha ayesha aicha aysha ayse
khadija khadijah hatice khadidja
zainab zaynab zeinab zeynep zineb
layla leila laila leyla lejla
maryam mariam miriam meryem myriam
laden ladin
jong chong
sergei serge sergio serguei serhiy serhii serhij
aleksei alexei aleksey alexey oleksii oleksiy alexej
aleksandr alexander aleksander alexandr oleksandr aliaksandr alexandre alexandros alessandro alejandro aleksandar
dmitri dmitry dmitrii dmitriy dmytro dimitri dmitrij dimitry dzmitry
vladimir volodymyr wladimir uladzimir vladimer
evgeni evgeny yevgeny evgenii evgeniy jewgeni yevgeni yevgeniy yevhen evgenij eugeny evguenii
nikolai nikolay nikolaj mykola
andrei andrey andrej andriy andrii
mikhail mihail michail mykhailo mykhaylo
yuri yury iouri juri yuriy yurii jurij iurii
igor ihor
oleg oleh
pavel pavlo
olga olha
elena yelena jelena olena helena
natalia nataliya natalya nataliia natalja
ekaterina yekaterina kateryna katerina jekaterina
xenia ksenia kseniya oksana
yulia julia iuliia yuliya julija yuliia
tatiana tatyana tetiana tatjana tetyana
maxim maksim maxym maksym
viktor victor wiktor
anatoli anatoly anatoliy anatolii anatolij
vasili vasily vasiliy vasyl wassili
grigori grigory hryhoriy grigorii
petr pyotr piotr petro
fyodor fedor theodor
stepan stephan stefan
giorgos georgios yorgos jorgos
ioannis yannis giannis ioanis
konstantin constantine konstantinos constantin kostyantyn
friedrich fridrich fredrich friedrych frederick
geoffrey jeffrey
steven stephen
philip phillip filip philipp filipp
catherine katherine kathryn catharine katharine cathryn
sean shaun shawn
jon john
mark marc
eric erik
carl karl
lucas lukas
jacob jakob
christian kristian
christina kristina
christopher kristoffer christoph kristofer
hannah hanna
sarah sara
anna ana
sofia sophia sofiya sofija
matthew mathew
mathias matthias
lee li
"""


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in ROWS.split("\n"):
        words = row.split()
        for word in words:
            found.setdefault(word, words[0])
    return found


FAMILIES = _table()

# Wade-Giles syllables that are frequent in names, and the same in Pinyin; where the apostrophe is gone, the commoner.
WADE_GILES = dict(
    pair.split(":")
    for pair in """
    hsi:xi hsia:xia hsiang:xiang hsiao:xiao hsieh:xie hsien:xian hsin:xin hsing:xing hsiu:xiu hsiung:xiong hsu:xu
    hsuan:xuan hsueh:xue hsun:xun tsai:cai tsao:cao tsang:cang tse:ze tseng:zeng tso:zuo tsou:zou tsui:cui tsun:cun
    tsung:zong tzu:zi tuan:duan tung:dong tou:dou teng:deng ti:di chin:jin chi:ji chia:jia chiang:jiang chiao:jiao
    chieh:jie chien:jian ching:jing chiu:qiu chiung:qiong chu:zhu chuan:zhuan chuang:zhuang chueh:jue chun:jun
    chung:zhong cha:zha chai:zhai chan:zhan chang:zhang chao:zhao che:zhe chen:chen cheng:zheng chih:zhi cho:zhuo
    chou:zhou jen:ren jih:ri jo:ruo jou:rou ju:ru juan:ruan jui:rui jun:run jung:rong kai:kai kan:gan kao:gao ko:ge
    kou:gou ku:gu kuan:guan kuang:guang kuei:gui kun:kun kung:kong kuo:guo lieh:lie lien:lian lo:luo lueh:lue
    lung:long mien:mian nien:nian nung:nong pai:bai pao:bao pien:bian pin:bin po:bo shih:shi sung:song ssu:si
    szu:si yeh:ye yen:yan yu:yu yung:yong erh:er ying:ying wei:wei wen:wen ming:ming ping:ping ling:ling lin:lin
    li:li liu:liu liang:liang ma:ma mao:mao mei:mei peng:peng pan:pan sun:sun su:su tang:tang tao:tao tien:tian
    wang:wang wu:wu yang:yang yao:yao yuan:yuan huang:huang ho:he hou:hou hua:hua hui:hui hung:hong lu:lu fang:fang
    feng:feng fu:fu ta:da an:an hai:hai shan:shan sheng:sheng shu:shu yi:yi i:yi min:min lan:lan na:na ning:ning
    """.split()
)
# Spellings that only Wade-Giles has: without one of them a name is not read so.
ONLY_WADE_GILES = frozenset(
    word
    for word in WADE_GILES
    if word.startswith(("hs", "ts", "tz", "ss")) or word.endswith(("ieh", "ueh", "ih", "ien"))
)

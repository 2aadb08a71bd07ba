# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Legal forms of firms in some sixty countries: their spellings, what they amount to, and where they are at home.

After ISO 20275 (entity legal forms, published by GLEIF: https://www.gleif.org/en/about-lei/code-lists) and the usual
short forms. A row is the form, its kind, the countries, and spellings without dots, spaces and accents, other scripts
in Latin letters. One spelling may stand for different forms in different countries ('AS', 'SA'): it stays one form.

Kinds: ``limited`` (shares, liability limited, few owners), ``stock`` (shares that may be traded), ``partner``,
``sole`` (one person in business), ``coop``, ``civic`` (association, foundation, public body), ``any``.
A form is weak evidence: people leave it out, translate it ('GmbH' as 'LLC') and mistake it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegalForm:
    """A legal form: its short name, its kind, and the ISO codes of the countries that have it."""

    name: str
    kind: str
    countries: frozenset[str]


ROWS = """
inc stock US,CA,PH: incorporated incorporation incorp
corp stock US,CA,PH,KR,TW: corporation corpn
co any US,GB: company compagnie cie cia compania companhia compagnia
ltd limited GB,IE,CA,IN,HK,NZ,AU,NG,KE,IL,CN,ZA,GH,KR,TW,TH,VN: limited cyfyngedig cyf teoranta teo coltd
ltd limited GB,IE,CA,IN,HK,NZ,AU,NG,KE,IL,CN,ZA,GH,KR,TW,TH,VN: companylimited colimited andcoltd companyltd
ltd limited GB,IE,CA,IN,HK,NZ,AU,NG,KE,IL,CN,ZA,GH,KR,TW,TH,VN: youxiangongsi youxianzerengongsi jusighoesa yuhanhoesa
llc limited US,AE,RU,UA,SA,QA,OM,EG: limitedliabilitycompany limitedliabilityco lc dmcc fzllc
llp partner GB,US,IN,SG,CA: limitedliabilitypartnership
lp partner US,GB,CA: limitedpartnership ilp
lllp partner US: rlllp limitedliabilitylimitedpartnership
pllc limited US: professionallimitedliabilitycompany
pc stock US: professionalcorporation profcorp
pbc stock US: publicbenefitcorporation
plc stock GB,IE,NG,LK: publiclimitedcompany publiclimited ccc
cic civic GB: communityinterestcompany
cio civic GB: charitableincorporatedorganisation
clg civic IE: companylimitedbyguarantee
dac limited IE: designatedactivitycompany
ulc limited CA: unlimitedliabilitycompany
ltee limited CA: limitee
pty limited AU,ZA,BW: ptyltd proprietarylimited ptylimited proprietaryltd proprietary
pvt limited IN,PK,BD,ZW,LK: pvtltd privatelimited privateltd pvtlimited pltd privatelimitedcompany
opc limited IN: opcprivatelimited opcpvtltd opcpvt onepersoncompany
pte limited SG: pteltd ptelimited
sdnbhd limited MY,BN: sdnbdh sendirianberhad sdn
bhd stock MY: berhad
plt partner MY: perkongsianliabilititerhad
gmbh limited DE,AT,CH,LI: gesellschaftmitbeschrankterhaftung gesellschaftmitbeschraenkterhaftung gesmbh mbh ggmbh
gmbhcokg partner DE,AT: gmbhandcokg gmbhundcokg gmbhcompkg gmbhandcompkg gmbhandcompanykg gmbhandco gmbhandcoohg
gmbhcokg partner DE,AT: mbhandcokg
ag stock DE,AT,CH,LI: aktiengesellschaft gag
agcokg partner DE: agandcokg aundcokg
kg partner DE,AT: kommanditgesellschaft cokg andcokg
kgaa stock DE: gmbhandcokgaa agandcokgaa secokgaa seandcokgaa kommanditgesellschaftaufaktien
ohg partner DE: offenehandelsgesellschaft
og partner AT: offenegesellschaft
gbr partner DE: gesellschaftburgerlichenrechts gesellschaftbuergerlichenrechts
partg partner DE: partgmbb partnerschaftsgesellschaft partnerschaft
ug limited DE: ughaftungsbeschrankt ughaftungsbeschraenkt unternehmergesellschaft ugandcokg
ug limited DE: unternehmergesellschafthaftungsbeschrankt ughaftungsbeschrankter
ek sole DE: eingetragenerkaufmann eingetragenekauffrau ekfm ekfr
ev civic DE: eingetragenerverein
eg coop DE: eingetragenegenossenschaft
se stock EU: societaseuropaea europaischegesellschaft
sce coop EU: societascooperativaeuropaea
eeig partner EU: geie ewiv europeaneconomicinterestgrouping
sa stock FR,BE,CH,LU,ES,PT,IT,AR,BR,CL,CO,PE,MX,RO,GR: societeanonyme sociedadanonima societaanonima sociedadeanonima
sas stock FR,CO,AR,IT,SN: societeparactionssimplifiee sociedadporaccionessimplificada societainaccomanditasemplice
sasu stock FR: sasunipersonnelle societeparactionssimplifieeunipersonnelle
sarl limited FR,LU,CH,BE,MA,TN,DZ,LB,SN: saarl societearesponsabilitelimitee sarlu suarl
eurl limited FR,DZ: entrepriseunipersonnellearesponsabilitelimitee
sci partner FR: societecivileimmobiliere
sc partner FR,BR,RO: societecivile
snc partner FR,IT,BE,LU: societeennomcollectif societainnomecollettivo
scs partner FR,BE,LU: societeencommanditesimple
sca stock FR,BE,LU: societeencommanditeparactions
scop coop FR: scoparl
gie partner FR: groupementdintereteconomique
asbl civic BE,LU: associationsansbutlucratif
vzw civic BE: verenigingzonderwinstoogmerk
scrl coop BE: cvba
sl limited ES: sociedadlimitada sociedadderesponsabilidadlimitada slne
slp limited ES: sociedadlimitadaprofesional
slu limited ES: sociedadlimitadaunipersonal
sau stock ES,AR: sociedadanonimaunipersonal
sll limited ES: sociedadlimitadalaboral
sal stock ES,LB: sociedadanonimalaboral societeanonymelibanaise
scoop coop ES,PT: scooplda sociedadcooperativa sdadcoop
sacv stock MX: sadecv sadecapitalvariable sociedadanonimadecapitalvariable
sabcv stock MX: sabdecv sab
sapicv stock MX: sapidecv sapi
srlcv limited MX: sderldecv srldecv sderl sdererldecv sociedadderesponsabilidadlimitadadecapitalvariable
spa stock IT,CL,DZ: societaperazioni sociedadporacciones
srl limited IT,RO,AR,BO,MD,PE,BE,DO: societaaresponsabilitalimitata societatecuraspunderelimitata
srl limited IT,RO,AR,BO,MD,PE,BE,DO: societateacuraspunderelimitata
srls limited IT: srlsemplificata srlunipersonale
sapa stock IT: societainaccomanditaperazioni
scarl coop IT: soccoop societacooperativa scpa soccooparl
ltda limited BR,CL,CO,BO,CR,EC: limitada ciltda cialtda ltdame ltdaepp comercialltda
eireli limited BR: eirelime eireliepp
me sole BR: microempresa mei
epp sole BR: empresadepequenoporte
eirl limited CL,PE: empresaindividualderesponsabilidadlimitada
sac stock PE: sociedadanonimacerrada
saa stock PE: sociedadanonimaabierta
sacifia stock AR: sacif saci sacifi
lda limited PT,AO,MZ: sociedadeporquotas
unipessoal limited PT: unipessoallda sociedadeunipessoal
bv limited NL,BE,SR: beslotenvennootschap bvba beslotenvennootschapmetbeperkteaansprakelijkheid
nv stock NL,BE,SR: naamlozevennootschap
vof partner NL,BE: vennootschaponderfirma
cv partner NL,BE,ID: commanditairevennootschap
ua coop NL: cooperatieua cooperatie
stichting civic NL: sticht
ab stock SE,FI,LT: aktiebolag abpubl aktiebolaget abp publab akcinebendrove
hb partner SE: handelsbolag handelsbolaget
kb partner SE: kommanditbolag
as stock NO,DK,CZ,SK,TR,EE,LV: aksjeselskap aktieselskab akciovaspolecnost akciovaspolocnost anonimsirketi aktsiaselts
as stock NO,DK,CZ,SK,TR,EE,LV: akcijusabiedriba asirketi
asa stock NO: allmennaksjeselskap
ans partner NO: ansvarligselskap
enk sole NO: enkeltpersonforetak
aps limited DK: anpartsselskab
is partner DK: interessentskab
ivs limited DK: ivaerksaetterselskab
amba coop DK: andelsselskabmedbegraensetansvar
fmba coop DK: foreningmedbegraensetansvar
oy stock FI: osakeyhtio oyab oyltd
oyj stock FI: julkinenosakeyhtio oyjabp
ky partner FI: kommandiittiyhtio
tmi sole FI: toiminimi
osk coop FI: osuuskunta
ehf limited IS: einkahlutafelag
hf stock IS: hlutafelag
spzoo limited PL: spolkazoo spolkazograniczonaodpowiedzialnoscia spzograniczonaodpowiedzialnoscia zoo
spzook partner PL: spzoospk spzoospolkakomandytowa spzoosk spzoospkom
spk partner PL: spolkakomandytowa spkom
spj partner PL: spolkajawna
spp partner PL: spolkapartnerska
ska stock PL: spolkakomandytowoakcyjna
psa stock PL: prostaspolkaakcyjna
spac stock PL: spolkaakcyjna
sro limited CZ,SK: spolsro spolecnostsrucenimomezenym spolocnostsrucenimobmedzenym
vos partner CZ,SK: verejnaobchodnispolecnost
ks partner CZ,SK,DK,NO: komanditnispolecnost komanditselskab kommandittselskap
ops civic CZ: obecneprospesnaspolecnost
zs civic CZ: zapsanyspolek
doo limited RS,HR,BA,ME,MK,SI: drustvosogranicenomodgovornoscu druzbazomejenoodgovornostjo
doo limited RS,HR,BA,ME,MK,SI: drustvozograniceneodgovornosti dooel
jdoo limited HR: jednostavnodrustvosogranicenomodgovornoscu
dd stock HR,SI,BA: dionickodrustvo delniskadruzba dionicarskodrustvo
dno partner SI: druzbazneomejenoodgovornostjo
sp sole SI: samostojnipodjetnik
ad stock RS,BG,ME,MK: akcionarskodrustvo aktsionernodruzhestvo
ead stock BG: ednolichnoaktsionernodruzhestvo
ood limited BG: drujestvosogranichenaotgovornost druzhestvosogranichenaotgovornost
eood limited BG: ednolichnoood ednolichnodruzhestvosogranichenaotgovornost
kft limited HU: korlatoltfelelossegutarsasag
zrt stock HU: zartkoruenmukodoreszvenytarsasag zartkoruenmukodo
nyrt stock HU: nyilvanosanmukodoreszvenytarsasag
rt stock HU: reszvenytarsasag
bt partner HU: betetitarsasag
kkt partner HU: kozkeresetitarsasag
pfa sole RO: persoanafizicaautorizata
uab limited LT: uzdarojiakcinebendrove
sia limited LV: sabiedribaarierobezotuatbildibu
ou limited EE: osauhing
ooo limited RU,BY,KG: obschestvosogranichennojotvetstvennostju obshchestvosogranichennoyotvetstvennostyu
ooo limited RU,BY,KG: obshchestvosogranichennoiotvetstvennostyu
ao stock RU: aktsionernoeobshchestvo akcionernoeobschestvo
oao stock RU,BY: otkrytoeakcionernoeobschestvo otkrytoeaktsionernoeobshchestvo
zao stock RU,BY: zakrytoeakcionernoeobschestvo zakrytoeaktsionernoeobshchestvo
pao stock RU: publichnoeakcionernoeobschestvo publichnoeaktsionernoeobshchestvo
nao stock RU: nepublichnoeaktsionernoeobshchestvo
ip sole RU: individualnyypredprinimatel individualnyipredprinimatel
ano civic RU: avtonomnayanekommercheskayaorganizatsiya
gup civic RU: fgup mup fgbu
tov limited UA: tovarystvo tovarystvozobmezhenoyuvidpovidalnistyu
at stock UA: aktsionernetovarystvo
pat stock UA: publichneaktsionernetovarystvo
prat stock UA: pryvatneaktsionernetovarystvo
fop sole UA: fizychnaosobapidpryyemets
too limited KZ: tovarishchestvosogranichennoyotvetstvennostyu
odo limited BY: obshchestvosdopolnitelnoyotvetstvennostyu
jsc stock RU,UA,KZ,GE,VN,BG,IR: jointstockcompany jointstock jointstockco ojsc openjointstockcompany pjsc
jsc stock RU,UA,KZ,GE,VN,BG,IR: publicjointstockcompany cjsc closedjointstockcompany
ltdsti limited TR: limitedsirketi ltdsirketi sanvetitcltdsti sanveticltdsti sanayiveticaretlimitedsirketi ticltdsti
sanas stock TR: sanayiveticaretas sanveticas ticas sanveticaretas sanayiveticaretanonimsirketi
ae stock GR,CY: anonimietaireia anonymietairia anonimietairia anonymietaireia
epe limited GR: etaireiaperiorismenisefthynis
oe partner GR: omorrythmietairia omorruthmietaireia
ee partner GR: eterorrythmietairia
ike limited GR: idiotikikefalaiouchikietairia
kk stock JP: kabushikikaisha kabushikigaisha cokk kabushikikaisya zhushihuishe
yk limited JP: yugenkaisha yugengaisha
gk limited JP: godokaisha godogaisha
gmk partner JP: gomeikaisha goshikaisha
pt limited ID: perseroanterbatas
tbk stock ID: perserotbk
tnhh limited VN: congtytnhh congtytrachnhiemhuuhan trachnhiemhuuhan tnhhmtv
ctcp stock VN: congtycophan cophan
bhdth limited TH: borisatchamkat
fze limited AE: fzco freezoneestablishment freezonecompany fzc
wll limited BH,QA,KW: withlimitedliability
ksc stock KW: kscc kscp
qsc stock QA: qpsc
sao stock OM: saoc saog
sae stock EG: societeanonymeegyptienne
spc limited BH,OM: singlepersoncompany
est sole SA,AE: establishment muassasa
shrkh any SA,AE,EG,IQ: shrkat sharikat sherkat sharika shrka
btm limited IL: baam bm
cc limited ZA,NA: closecorporation
npc civic ZA: nonprofitcompany rfnpc
"""


def _read() -> tuple[dict[str, str], dict[str, LegalForm]]:
    spellings: dict[str, str] = {}
    forms: dict[str, LegalForm] = {}
    for row in ROWS.strip().splitlines():
        head, _, written = row.partition(":")
        name, kind, countries = head.split()
        forms[name] = LegalForm(name, kind, frozenset(countries.split(",")))
        spellings.update(dict.fromkeys((name, *written.split()), name))
    return spellings, forms


# Every spelling and the form that it stands for; every form by its name.
SPELLINGS, FORMS = _read()

# Forms that are written before the name; of these some are no form at the end of one.
LEADING = frozenset(
    """
    ooo ao oao zao pao nao ip ano gup tov pat prat fop too odo jsc llc ood eood ad ead uab sia ou as ab ltd kk gk yk pt
    cv stichting srl tnhh ctcp shrkh
    """.split()
)
ONLY_LEADING = frozenset(("ip", "pat", "at", "ano", "too", "shrkh"))

# Forms in scripts without spaces, or whose letters say nothing one by one; the longest first.
NATIVE = (
    ("股份有限公司", "coltd"), ("有限责任公司", "coltd"), ("有限責任公司", "coltd"), ("有限公司", "coltd"),
    ("株式会社", "kk"), ("(株)", "kk"), ("有限会社", "yk"), ("合同会社", "gk"),
    ("合資会社", "gmk"), ("合名会社", "gmk"),
    ("주식회사", "coltd"), ("(주)", "coltd"), ("유한회사", "coltd"), ("유한책임회사", "llc"),
    ("จำกัด (มหาชน)", " plc"), ("บริษัท", " "), ("จำกัด", " coltd"),
    ("בע״מ", "ltd"), ('בע"מ', "ltd"), ("בעמ", "ltd"), ("ذ.م.م", "llc"), ("ش.م.م", "jsc"), ("ش.م.ع", "jsc"),
)  # fmt: skip


def relation(one: str, other: str) -> str:
    """How two forms go together: ``same``, ``akin`` (one kind, so a translation may be meant), or ``different``.

    'gmbh' and 'llc' are akin; 'gmbh' and 'ag' differ. Words such as 'company' are akin to every form.
    """
    if one == other:
        return "same"
    mine, theirs = FORMS.get(one), FORMS.get(other)
    if mine is None or theirs is None:
        return "different"
    return "akin" if mine.kind == theirs.kind or "any" in (mine.kind, theirs.kind) else "different"

# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Word lists for company names: legal forms of the large economies, country words, fillers, and junk.

Legal forms follow ISO 20275 (entity legal forms, published by GLEIF); keys are written without dots and spaces.
"""

from __future__ import annotations


def _table(rows: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows.strip().splitlines():
        form, _, spellings = row.strip().partition(": ")
        found.update(dict.fromkeys((form, *spellings.split()), form))
    return found


LEGAL_FORMS = _table(
    """
    inc: incorporated
    corp: corporation
    co: company
    ltd: limited coltd coltda companylimited colimited andcoltd
    llc: limitedliabilitycompany lc
    llp: limitedliabilitypartnership
    lp: limitedpartnership
    lllp: rlllp
    pllc: professionallimitedliabilitycompany
    pc: professionalcorporation
    plc: publiclimitedcompany
    cic: communityinterestcompany
    ulc: unlimitedliabilitycompany
    pty: ptyltd proprietarylimited ptylimited
    pvt: pvtltd privatelimited privateltd pvtlimited pltd
    pte: pteltd ptelimited
    sdnbhd: sdnbdh
    bhd: berhad
    gmbh: gesellschaftmitbeschrankterhaftung gesmbh gmbhandco mbh ggmbh
    gmbhcokg: gmbhandcokg gmbhcokg gmbhundcokg gmbhcompkg
    ag: aktiengesellschaft
    agcokg: agandcokg
    kg: kommanditgesellschaft cokg andcokg
    kgaa: gmbhandcokgaa agandcokgaa secokgaa seandcokgaa
    ohg: offenehandelsgesellschaft
    gbr: gesellschaftburgerlichenrechts
    ug: ughaftungsbeschrankt ughaftungsbeschraenkt unternehmergesellschaft ugandcokg
    ek: eingetragenerkaufmann ekfm ekfr
    ev: eingetragenerverein
    eg: eingetragenegenossenschaft
    se: societaseuropaea
    sa: societeanonyme sociedadanonima societaanonima
    sas: societeparactionssimplifiee
    sasu: sasunipersonnelle
    sarl: saarl societearesponsabilitelimitee sarlu
    eurl: entrepriseunipersonnellearesponsabilitelimitee
    sci: societecivileimmobiliere
    snc: societeennomcollectif
    scs: societeencommanditesimple
    sca: societeencommanditeparactions
    scop: scoparl
    sl: sociedadlimitada slp
    slu: sociedadlimitadaunipersonal
    sau: sociedadanonimaunipersonal
    scoop: scooplda
    sacv: sadecv sabdecv sapidecv
    srlcv: sderldecv srldecv
    srl: societaaresponsabilitalimitata sociedaddreresponsabilidadlimitada
    srls: srlsemplificata
    spa: societaperazioni
    sas2: societainaccomanditasemplice
    scarl: soccoop societacooperativa scrl
    ltda: limitada
    eireli: eirelime
    me: microempresa
    epp: ltdaepp
    lda: sociedadeporquotas
    bv: beslotenvennootschap bvba
    nv: naamlozevennootschap
    vof: vennootschaponderfirma
    cv: commanditairevennootschap
    ab: aktiebolag abpubl
    hb: handelsbolag
    kb: kommanditbolag
    as: aksjeselskap aktieselskab
    asa: allmennaksjeselskap
    ans: ansvarligselskap
    aps: anpartsselskab
    is: interessentskab
    oy: osakeyhtio oyab
    oyj: julkinenosakeyhtio
    ehf: einkahlutafelag
    spzoo: spolkazoo spolkazograniczonaodpowiedzialnoscia spzoospk spzoospj
    spk: spolkakomandytowa spkom
    spj: spolkajawna
    skanka: ska
    sro: spolsro spolecnostsrucenimomezenym
    as3: akciovaspolecnost
    doo: drustvosogranicenomodgovornoscu
    dd: dionickodrustvo
    kft: korlatoltfelelossegutarsasag
    zrt: zartkoruenmukodoreszvenytarsasag
    nyrt: nyilvanosanmukodoreszvenytarsasag
    bt: betetitarsasag
    ood: drujestvosogranichenaotgovornost
    eood: ednolichnoood
    uab: uzdarojiakcinebendrove
    sia: sabiedribaarierobezotuatbildibu
    ou: osauhing
    ooo: obschestvosogranichennojotvetstvennostju
    oao: otkrytoeakcionernoeobschestvo
    zao: zakrytoeakcionernoeobschestvo
    pao: publichnoeakcionernoeobschestvo
    tov: tovarystvo
    ltdsti: limitedsirketi ltdsirketi sanvetitcltdsti sanveticltdsti
    asirketi: anonimsirketi
    ae: anonimietaireia anonymietairia
    epe: etaireiaperiorismenisefthynis
    oe: omorrythmietairia
    ike: idiotikikefalaiouchikietairia
    kk: kabushikikaisha kabushikigaisha cokk
    gk: godokaisha
    jsc: jointstockcompany ojsc cjsc pjsc
    fze: fzco fzllc
    wll: withlimitedliability
    tbk: perserotbk
    """
)
# One spelling stands for different forms in different countries; the label says so, the key does not.
LEGAL_FORMS |= {"sas2": "sas", "as3": "as", "skanka": "ska", "ska": "ska"}

LEADING_FORMS = {
    "ooo": "ooo", "oao": "oao", "zao": "zao", "pao": "pao", "tov": "tov", "pt": "pt", "cv": "cv", "uab": "uab",
    "sia": "sia", "stichting": "stichting", "ltd": "ltd", "kk": "kk",
}  # fmt: skip

CJK_FORMS = (
    ("股份有限公司", "coltd"), ("有限责任公司", "coltd"), ("有限責任公司", "coltd"), ("有限公司", "coltd"),
    ("株式会社", "kk"), ("(株)", "kk"), ("（株）", "kk"), ("㈱", "kk"), ("有限会社", "ltd"), ("合同会社", "gk"),
    ("주식회사", "coltd"), ("(주)", "coltd"), ("㈜", "coltd"), ("유한회사", "llc"),
)  # fmt: skip

ABBREVIATIONS = {
    "intl": "international", "int": "international", "mfg": "manufacturing", "mgmt": "management", "mgt": "management",
    "svcs": "services", "svc": "service", "assoc": "associates", "assocs": "associates", "bros": "brothers",
    "tech": "technology", "technologies": "technology", "grp": "group", "gruppe": "group", "groupe": "group",
    "grupo": "group", "gruppo": "group", "natl": "national", "univ": "university", "dept": "department",
    "und": "and", "et": "and", "y": "and", "og": "and", "och": "and", "en": "and", "ent": "enterprises",
    "distr": "distribution", "ind": "industries", "inds": "industries", "sys": "systems", "sol": "solutions",
    "constr": "construction", "eng": "engineering", "corpn": "corporation", "cie": "co", "cia": "co", "compania": "co",
    "compagnie": "co", "companhia": "co", "soehne": "sons", "sohne": "sons", "fils": "sons", "hijos": "sons",
    "filhos": "sons", "figli": "sons", "zonen": "sons",
}  # fmt: skip

COUNTRY_WORDS = {
    "usa": "US", "us": "US", "america": "US", "united states": "US", "na": "", "north america": "", "americas": "",
    "uk": "GB", "gb": "GB", "great britain": "GB", "united kingdom": "GB", "england": "GB", "ireland": "IE",
    "germany": "DE", "deutschland": "DE", "de": "DE", "austria": "AT", "osterreich": "AT", "schweiz": "CH",
    "switzerland": "CH", "suisse": "CH", "france": "FR", "spain": "ES", "espana": "ES", "italy": "IT", "italia": "IT",
    "portugal": "PT", "nederland": "NL", "netherlands": "NL", "holland": "NL", "belgium": "BE", "belgie": "BE",
    "belgique": "BE", "benelux": "", "sweden": "SE", "sverige": "SE", "norway": "NO", "norge": "NO", "denmark": "DK",
    "danmark": "DK", "finland": "FI", "suomi": "FI", "nordic": "", "nordics": "", "poland": "PL", "polska": "PL",
    "czech republic": "CZ", "hungary": "HU", "romania": "RO", "greece": "GR", "hellas": "GR", "turkey": "TR",
    "turkiye": "TR", "russia": "RU", "rus": "RU", "india": "IN", "china": "CN", "japan": "JP", "korea": "KR",
    "singapore": "SG", "australia": "AU", "new zealand": "NZ", "canada": "CA", "mexico": "MX", "brasil": "BR",
    "brazil": "BR", "argentina": "AR", "chile": "CL", "colombia": "CO", "israel": "IL", "uae": "AE",
    "south africa": "ZA", "europe": "", "emea": "", "apac": "", "latam": "", "dach": "", "eu": "", "hq": "",
    "headquarters": "", "worldwide": "",
}  # fmt: skip

STOP_WORDS = frozenset("and the of for de la le les du des der die das el los di da a an in at on by".split())

# No firm even with a legal form behind it.
FAKE = frozenset("test testing testcompany asdf asdfg qwerty none unknown dummy fake company mycompany".split())

JUNK = frozenset(
    """
    na none no nil null nan notapplicable notavailable notprovided noneprovided unknown unk test testing testcompany
    tester testing123 test123 asdf asd qwerty qwe abc abc123 xyz xx xxx x self selfemployed me myself personal private
    privat individual person home homeowner retired student unemployed freelance freelancer company mycompany
    yourcompany companyname thecompany nocompany nocompanyname anonymous tbd tba todo dummy sample example fake foo
    bar foobar blah default placeholder keine keiner ohne privatperson particulier particular aucun aucune ninguno
    ninguna nessuno nenhum brak geen ingen personale hidden undisclosed confidential consumer customer client
    householdaccount household noname 123 1234 12345 0 1
    """.split()
)

# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Word lists for company names: short forms, country words, fillers, frequent words, and junk."""

from __future__ import annotations

ABBREVIATIONS = {
    "intl": "international", "int": "international", "mfg": "manufacturing", "mgmt": "management", "mgt": "management",
    "svcs": "services", "svc": "service", "assoc": "associates", "assocs": "associates", "bros": "brothers",
    "tech": "technology", "technologies": "technology", "grp": "group", "gruppe": "group", "groupe": "group",
    "grupo": "group", "gruppo": "group", "natl": "national", "univ": "university", "dept": "department",
    "und": "and", "et": "and", "y": "and", "og": "and", "och": "and", "en": "and", "ent": "enterprises",
    "distr": "distribution", "inds": "industries", "sys": "systems", "sol": "solutions",
    "constr": "construction", "eng": "engineering", "corpn": "corporation", "cie": "co", "cia": "co", "compania": "co",
    "compagnie": "co", "companhia": "co", "soehne": "sons", "sohne": "sons", "fils": "sons", "hijos": "sons",
    "filhos": "sons", "figli": "sons", "zonen": "sons", "ind": "industries", "elec": "electric", "pharm": "pharma",
    "hldgs": "holdings", "hldg": "holding", "fin": "financial", "ins": "insurance", "inst": "institute",
    "institut": "institute", "instituto": "institute", "labs": "laboratories", "lab": "laboratory",
    "prods": "products", "prod": "products", "bldg": "building", "equip": "equipment", "transp": "transport",
    "logis": "logistics", "dev": "development", "mktg": "marketing", "comm": "communications",
    "comms": "communications", "assn": "association", "foundn": "foundation", "fdn": "foundation", "ctr": "center",
    "centre": "center", "centro": "center", "zentrum": "center", "theatre": "theater", "organisation": "organization",
    "organisations": "organizations", "colour": "color", "labour": "labor", "defence": "defense", "fibre": "fiber",
    "programme": "program", "metre": "meter", "jewellery": "jewelry", "tyre": "tire", "st": "saint",
    "deli": "delicatessen", "rest": "restaurant",
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

# Words that many firms have in their names: sharing one says little, lacking one says little.
FREQUENT = frozenset(
    """
    advisors advisory agency air airlines alliance analytics app apps architects art associates association audio auto
    automation automotive bank banking bar biotech board brands brothers building business cafe capital care catering
    center chemical city clinic cloud club coffee college commerce commercial communications computer computers
    computing concept construction consultants consulting contractors council creative credit data dental department
    design development digital direct distribution dynamics education electric electrical electronics energy engineering
    enterprise enterprises entertainment environmental equipment estate events express factory farm farms fashion film
    finance financial first fitness food foods foundation freight fund furniture games general global gmbh gold
    government green group handel health healthcare holding holdings home homes hospital hotel hotels house imports
    industrial industries industry information infotech innovation innovations institute instruments insurance
    interactive interior international internet invest investment investments joint kitchen laboratories laboratory land
    law learning legal leisure life line logistics machinery machines management manufacturing marine market marketing
    materials mechanical media medical metal metals mobile mortgage motor motors music national network networks
    new oil online optics optical organization packaging paper partner partners pharma pharmaceutical pharmaceuticals
    plastics power precision press print printing production productions products professional project projects
    properties property public publishing railway real recruitment renewable research resources restaurant retail sales
    school science sciences sea security semiconductor service services shipping shop software solar solution solutions
    sons sport sports star state steel stock store stores strategies studio studios supplies supply system systems team
    tech technical technology telecom telecommunications textile textiles tools tourism trade trading training transport
    transportation travel trust union united universal university upholstery ventures video vision water web wealth
    wireless wood works world
    """.split()
)

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

NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30",
    "forty": "40", "fourty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10",
}  # fmt: skip

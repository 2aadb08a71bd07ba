# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Word lists for people's names: titles, particles, suffixes, degrees, short forms, and words that are no name."""

from __future__ import annotations

TITLES = frozenset(
    """
    mr mrs ms miss mx sir dame lord lady madam dr prof professor doctor rev reverend fr father hon judge capt captain
    col colonel lt sgt maj major gen herr frau hr dipl-ing dipl-kfm ing dipl mag priv-doz m mme mlle monsieur madame
    maitre me sig sigra signor signora dott dottssa dottore avv arch geom rag senor senora senorita sr sra srta don dona
    d dna lic dhr mevr mw drs ir pan pani mgr inz shri smt kumari ms/mr mr/ms
    """.split()
) - {"m", "me", "d"}

PARTICLES = frozenset(
    """
    van von der den de del della dei di da das dos do du des la le los las el al bin ibn ben abu ter ten te zu zum zur
    vom af av aan 't op st saint san santa mac lo
    """.split()
) - {"ben", "san", "mac", "do", "te", "lo"}

SUFFIXES = {
    "jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr",
    "ii": "2", "2nd": "2", "iii": "3", "3rd": "3", "iv": "4", "4th": "4", "v": "5", "5th": "5",
}  # fmt: skip

POST_NOMINALS = frozenset(
    """
    phd mba md cpa esq esquire msc bsc ba ma bs ms dds jd llm llb rn pe cfa pmp cissp mcse ccie obe mbe cbe frcs
    facs mph edd dvm do crm cfp cism cisa pgmp csm
    """.split()
) - {"do", "ms", "ma", "ba", "bs"}

JUNK = frozenset(
    """
    test testing tester testtest asdf asdfg asdfgh asd qwe qwer qwerty zxcv abc abcd xyz na none null nil nan unknown
    unk anonymous anon nobody noname someone somebody firstname lastname surname fullname first last name user demo
    sample example fake dummy foo bar foobar blah tbd tba xx yy zz x y z aa bb cc dontknow nolastname nofirstname
    notavailable notapplicable notprovided noneprovided customer client guest visitor subscriber mickeymouse
    """.split()
)

# Short forms that the wide English list lacks; weak evidence like all of it.
NICKNAMES = {
    "hans": "johannes johann", "hannes": "johannes", "jo": "johannes joseph joanne josef", "sepp": "josef joseph",
    "uli": "ulrich ulrike", "klaus": "nikolaus", "claus": "nikolaus", "niko": "nikolaus nicolas nikolaos",
    "heinz": "heinrich", "fritz": "friedrich", "willi": "wilhelm", "rolf": "rudolf", "rudi": "rudolf",
    "andi": "andreas", "andy": "andreas", "michi": "michael", "matze": "matthias", "steffi": "stefanie",
    "sigi": "siegfried sigrid", "toni": "anton", "gabi": "gabriele", "susi": "susanne", "moni": "monika",
    "conny": "cornelia", "heiner": "heinrich", "jochen": "joachim", "achim": "joachim", "bernd": "bernhard",
    "pepe": "jose", "paco": "francisco", "pancho": "francisco", "nacho": "ignacio", "kike": "enrique",
    "quique": "enrique", "lola": "dolores", "concha": "concepcion", "pili": "pilar", "chema": "jose", "javi": "javier",
    "rafa": "rafael", "santi": "santiago", "manolo": "manuel", "manu": "manuel emmanuel", "lupe": "guadalupe",
    "ze": "jose", "chico": "francisco", "beto": "alberto roberto", "duda": "eduardo eduarda", "gigi": "luigi luigia",
    "beppe": "giuseppe", "peppe": "giuseppe", "giusy": "giuseppina", "pino": "giuseppe", "gianni": "giovanni",
    "nino": "antonio", "mimmo": "domenico", "sandro": "alessandro", "ale": "alessandro alejandro", "lele": "emanuele",
    "jeannot": "jean", "fred": "frederic", "nico": "nicolas", "seb": "sebastien sebastian", "ben": "benjamin benoit",
    "max": "maximilian maxime", "alex": "alexandre alexander alessandro alejandro", "jp": "jean", "manon": "marie",
    "kasia": "katarzyna", "gosia": "malgorzata", "basia": "barbara", "ania": "anna", "asia": "joanna",
    "tomek": "tomasz", "wojtek": "wojciech", "krzysiek": "krzysztof", "piotrek": "piotr", "bartek": "bartosz",
    "sasha": "aleksandr aleksandra alexander", "dima": "dmitrii dmitri dmitry", "vova": "vladimir",
    "volodya": "vladimir",
    "kolya": "nikolai nikolay", "misha": "mikhail", "zhenya": "evgenii evgeny evgeniya", "lyosha": "aleksei",
    "lena": "elena", "katya": "ekaterina", "natasha": "natalya", "tanya": "tatyana", "olya": "olga", "masha": "mariya",
    "giannis": "ioannis", "yannis": "ioannis", "kostas": "konstantinos", "giorgos": "georgios", "dimitris": "dimitrios",
    "franco": "francesco", "robbie": "robert",
    "mitch": "mitchell", "memo": "mehmet guillermo", "ria": "maria", "henk": "hendrik", "kees": "cornelis",
    "piet": "pieter", "joop": "johannes", "jaap": "jacob", "sanne": "susanne", "lasse": "lars", "kalle": "karl",
    "lotta": "charlotte", "stina": "kristina", "raj": "rajesh rajendra", "sunny": "sunil", "vicky": "vikram victoria",
}  # fmt: skip

# Chinese family names of two characters, and Korean ones of two blocks.
COMPOUND_FAMILIES = frozenset(
    "ouyang sima shangguan zhuge huangfu xiahou situ dongfang duanmu murong linghu yuwen namgung hwangbo jegal".split()
)

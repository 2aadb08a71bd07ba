# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Word lists for streets: kinds of street in some ten languages, directions, ordinals, and what is inside a house.

Short forms follow the postal services' own lists, such as USPS Publication 28, appendix C1.
"""

from __future__ import annotations

_ROWS = """
street: st str strt street strasse strase
avenue: av ave aven avn avnue avenue avda avenida
boulevard: blv blvd boul bd bld bvd boulevard bulevar bulvar
road: rd road
drive: dr drv drive
lane: ln lane
place: pl plc place
court: ct crt court
square: sq sqr square
highway: hwy hiway hway highway
parkway: pkwy pky pkway parkway
terrace: ter terr terrace
circle: cir circ circle
trail: trl trail
turnpike: tpke tpk turnpike
expressway: expy expwy expressway
center: ctr cntr centre center
plaza: plz plza plaza
mount: mt mount
fort: ft fort
route: rte rt route
crescent: cres cresc crescent
alley: aly ally alley
gardens: gdns gdn gardens
heights: hts heights
junction: jct junction
weg: weg
platz: platz
allee: allee
gasse: gasse
rue: rue
chemin: ch chemin
calle: c cl calle
carrer: carrer
paseo: po pso paseo
carretera: ctra carretera
via: v via
viale: vle viale
piazza: pza piazza
corso: cso corso
rua: r rua
travessa: tv travessa
praca: pca praca
straat: straat
laan: laan
plein: plein
gracht: gracht
gata: gatan gata
vag: vagen vag
vej: vej
gade: gade
vei: vei veien
ulica: ul ulica ulitsa
aleja: al aleja
prospekt: pr prosp prospekt
naberezhnaya: nab naberezhnaya
cadde: cad cadde caddesi
sokak: sok sk sokak sokagi
utca: u utca
"""

ABBREVIATIONS = {
    short: row.partition(":")[0] for row in _ROWS.strip().splitlines() for short in row.partition(":")[2].split()
}

# Endings that stand for a kind of street of their own: 'Hauptstr.' and 'Hauptstraße' are 'haupt street'.
GLUED = {
    "strasse": "street", "str": "street", "platz": "platz", "allee": "allee", "gasse": "gasse",
    "straat": "straat", "laan": "laan", "plein": "plein", "gracht": "gracht", "gatan": "gata", "vagen": "vag",
}  # fmt: skip

DIRECTIONS = {
    "n": "north", "s": "south", "e": "east", "w": "west", "ne": "northeast", "nw": "northwest", "se": "southeast",
    "sw": "southwest", "north": "north", "south": "south", "east": "east",
    "west": "west", "northeast": "northeast", "northwest": "northwest", "southeast": "southeast",
    "southwest": "southwest",
}  # fmt: skip

ORDINALS = {
    "first": "1th", "second": "2th", "third": "3th", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip

UNIT_WORDS = frozenset(
    """
    suite ste unit apt apartment floor fl flr room rm bldg building level lvl box etage stock stiege top piso planta
    puerta dpto depto oficina of bureau bat escalier interno scala andar sala lok lokal kv kvartira ofis office kat
    between bet btwn near nr off opposite opp corner behind at cnr m
    """.split()
)

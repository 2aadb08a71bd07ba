# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Word lists for e-mail addresses: functions, junk, and free-mail domains as they get mistyped."""

from __future__ import annotations

ROLE_ALWAYS = frozenset(
    "info noreply donotreply webmaster postmaster mailer hostmaster kontakt contacto contato".split()
)

ROLES = frozenset(
    """
    info information noreply donotreply webmaster postmaster hostmaster mailerdaemon abuse root admin administrator
    administration sysadmin it itsupport helpdesk help support service services customerservice customercare
    customersupport care sales vertrieb ventas vendas vendite verkauf verkoop commercial marketing press presse media
    pr news newsletter office buero reception empfang hello hallo hola hi mail email contact contactus kontakt contacto
    contato contatti enquiries enquiry inquiries inquiry ask team all everyone staff general hr humanresources jobs job
    careers career recruiting recruitment talent bewerbung rh personal personnel billing invoice invoices invoicing
    accounting accounts accountspayable ap ar finance buchhaltung rechnung comptabilite facturacion contabilidad
    amministrazione financeiro compras einkauf purchasing procurement purchase orders order bestellung shop store legal
    privacy datenschutz dpo gdpr compliance security secretary sekretariat secretariat secretaria assistant booking
    bookings reservations reservation events event feedback partners partner partnerships alliances investors ir web
    website webteam online social community members membership member editor redaktion redaction training education
    school library management direction director geschaeftsleitung ceo cfo cto coo owner quality logistics shipping
    export import warehouse production engineering dev developers devops tech technik technical noc ops operations
    post poczta biuro firma company group unsubscribe subscribe subscriptions register registration accueil
    """.split()
)

REGION_WORDS = frozenset(
    """
    emea apac latam dach us usa uk gb eu de fr es it nl pl be at ch br in cn jp na eu north south east west nord sud
    europe america asia international global hq team dept department group office online inbound na berlin london
    paris munich hamburg madrid milano roma amsterdam newyork
    """.split()
)

JUNK_MAILBOXES = frozenset(
    """
    test testing tester testuser testtest testemail testmail mytest asd asdf asdfg asdfgh asdfghjk asdfasdf asdasd
    qwe qwer qwert qwerty qwertz zxcv zxcvb abc abcd abcde xyz none noemail nomail noemailaddress noaddress no na nil
    null nope nobody noone nowhere nothing unknown anonymous fake fakeemail fakemail dummy dummyemail sample example
    foo bar foobar blah blahblah junk spam spammail trash notgiven notprovided notavailable notapplicable donthave
    donotcontact dontcontactme dontemail dontspam firstname lastname firstnamelastname yourname youremail youremailhere
    username someone somebody anybody whatever delete deleteme invalid placeholder aa bb asdfjkl sdf sdfsdf dfg fgh
    emailemail mailmail mickeymouse donaldduck namename useruser firstlast
    """.split()
)

JUNK_DOMAINS = frozenset(
    """
    test.com test.test test.de test.org test.net asdf.com asdf.asdf asd.com qwe.com qwerty.com noemail.com nomail.com
    no.com none.com na.com nowhere.com noone.com nobody.com fake.com fakeemail.com fakemail.com email.email domain.com
    yourdomain.com company.com unknown.com nothing.com blah.com foo.com bar.com foobar.com abc.abc aaa.com xxx.com
    noemail.net noemail.org noemail.invalid example.invalid invalid.invalid invalid.com placeholder.com dummy.com
    notprovided.com notavailable.com donotemail.com nospam.com spam.com localhost.localdomain email.com.com
    """.split()
)

# The published list of free-mail domains lacks these.
FREE_EXTRA = frozenset(
    """
    proton.me pm.me protonmail.ch tuta.io tutanota.com tutanota.de hey.com duck.com icloud.com privaterelay.appleid.com
    mac.com outlook.es outlook.it outlook.fr outlook.com.br outlook.co.id live.nl live.se live.dk live.no live.be
    hotmail.se hotmail.no hotmail.dk hotmail.nl hotmail.be hotmail.com.tr hotmail.com.br yahoo.se yahoo.pl yahoo.nl
    yahoo.com.tr yahoo.gr bluewin.ch sunrise.ch gmx.at gmx.ch aon.at chello.at telenet.be skynet.be ziggo.nl kpnmail.nl
    planet.nl home.nl xs4all.nl zonnet.nl onet.pl onet.eu op.pl gazeta.pl vp.pl tlen.pl spoko.pl telia.com bredband.net
    spray.se comhem.se online.no getmail.no jubii.dk mail.dk stofanet.dk mail.ee inbox.lv inbox.lt azet.sk zoznam.sk
    centrum.cz centrum.sk volny.cz email.cz post.cz freemail.hu citromail.hu abv.bg mail.bg yandex.com ya.ru bk.ru
    list.ru inbox.ru rambler.ru ukr.net i.ua tut.by mynet.com ttmail.com otenet.gr forthnet.gr in.gr freemail.gr
    walla.co.il walla.com yeah.net vip.qq.com foxmail.com sina.cn sohu.com aliyun.com docomo.ne.jp ezweb.ne.jp
    softbank.ne.jp yahoo.co.jp hanmail.net daum.net nate.com terra.com.br ig.com.br globo.com globomail.com r7.com
    oi.com.br zipmail.com.br prodigy.net.mx movistar.es telefonica.net ono.com tiscali.it alice.it virgilio.it tin.it
    fastwebnet.it sfr.fr neuf.fr bbox.fr numericable.fr wanadoo.fr freenet.de arcor.de posteo.de mailbox.org online.de
    vodafone.de blueyonder.co.uk ntlworld.com virginmedia.com sky.com talktalk.net tiscali.co.uk eircom.net shaw.ca
    rogers.com sympatico.ca videotron.ca telus.net bellsouth.net cox.net charter.net earthlink.net optonline.net
    frontier.com windstream.net roadrunner.com rr.com juno.com mindspring.com optusnet.com.au bigpond.net.au
    iinet.net.au xtra.co.nz
    """.split()
)

MISTYPED_FREE = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com", "gnail.com": "gmail.com",
    "gmal.com": "gmail.com", "gmail.co": "gmail.com", "gmail.con": "gmail.com", "gmail.cm": "gmail.com",
    "gmail.om": "gmail.com", "gmaill.com": "gmail.com", "gmail.comm": "gmail.com", "gmail.de": "gmail.com",
    "gmaul.com": "gmail.com", "gmil.com": "gmail.com", "gimail.com": "gmail.com", "ggmail.com": "gmail.com",
    "hotmial.com": "hotmail.com", "hotmal.com": "hotmail.com", "hotmai.com": "hotmail.com",
    "hotmil.com": "hotmail.com", "hotamil.com": "hotmail.com", "homail.com": "hotmail.com",
    "hotmail.co": "hotmail.com", "hotmail.con": "hotmail.com", "hotmaill.com": "hotmail.com",
    "yaho.com": "yahoo.com", "yahooo.com": "yahoo.com", "yhoo.com": "yahoo.com", "yahoo.co": "yahoo.com",
    "yahoo.con": "yahoo.com", "yaoo.com": "yahoo.com", "yahho.com": "yahoo.com",
    "outlok.com": "outlook.com", "outloo.com": "outlook.com", "outlook.co": "outlook.com",
    "outlook.con": "outlook.com", "outllok.com": "outlook.com", "icloud.co": "icloud.com",
    "iclod.com": "icloud.com", "icoud.com": "icloud.com", "aol.con": "aol.com", "web.dee": "web.de",
    "gmx.dee": "gmx.de",
}  # fmt: skip

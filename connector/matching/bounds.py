"""What no sum of points overrules: links that need more than a score, and pairs that are always asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.matching.evidence import Found
from connector.matching.people import other_characters
from connector.matching.profile import DISGUISED, Profile
from connector.model.match import Band
from connector.model.records import Kind

_OTHER_PEOPLE = frozenset(("other-first", "different"))
_OPEN_NAMES = frozenset(("first-only", "last-only", "initial", "other-middle"))
_ONE_MAILBOX = frozenset(("same", "mistyped-domain", "mistyped", "respelled", "same-mailbox"))
_TWO_MAILBOXES = frozenset(("other-digits", "other-mailbox", "numbered"))
_NEAR_PLACES = frozenset(("same-street", "same-postal", "same-city", "same-land"))
_TELLING_NAMES = frozenset(("same", "joined", "reordered"))
_LIKE_NAMES = frozenset(("near", "short", "acronym"))


def bounded(band: Band, left: Profile, right: Profile, found: Iterable[Found]) -> Band:
    """The band of a pair, after what no sum of points overrules."""
    levels = {name: level for name, level, _ in found}
    if band is Band.LINK and not (_is_plain(left, right, levels) and _is_sure(right, levels)):
        return Band.POSSIBLE
    if band is Band.NEW and _asks(right, levels):
        return Band.POSSIBLE
    return band


def _is_plain(left: Profile, right: Profile, levels: Mapping[str, str]) -> bool:
    """Look-alike letters and characters that nobody sees may pose as somebody else: never linked without asking.

    Nor are names in other East Asian characters, however alike they are read, but for one mailbox.
    """
    if DISGUISED in left.weak or DISGUISED in right.weak:
        return False
    return levels.get("email") == "same" or not other_characters(left, right)


def _is_sure(right: Profile, levels: Mapping[str, str]) -> bool:
    return _is_sure_firm(levels) if right.kind == Kind.ACCOUNT else _is_sure_person(levels)


def _is_sure_person(levels: Mapping[str, str]) -> bool:
    """Families and offices share lines and mailboxes: another first name asks, and so does half a name alone.

    So do other further given names. Nor does a second mailbox at one firm belong to the same person without a line
    of their own in common.
    """
    name, mailbox, has_line = levels.get("name"), levels.get("email"), levels.get("phone") == "same"
    if name in _OTHER_PEOPLE:
        return False
    if mailbox in _TWO_MAILBOXES:
        return has_line
    if name in _OPEN_NAMES:
        spelled = mailbox in _ONE_MAILBOX or levels.get("mailbox_name") in ("tells-first", "fits")
        return has_line or spelled or levels.get("title") == "same"
    return True


def _is_sure_firm(levels: Mapping[str, str]) -> bool:
    """A company whose name is only like the other shares a domain, a line or a street; with another name a domain.

    Where only one of the names names a country, the other may be its parent: without a place in common that asks.
    """
    if levels.get("domain") in ("same", "voted") or "contact" in levels:
        return True
    if levels.get("branch") == "one-sided" and levels.get("place") not in _NEAR_PLACES:
        return False
    if levels.get("name") in _TELLING_NAMES:
        return True
    return levels.get("name") in _LIKE_NAMES and (
        levels.get("phone") == "same" or levels.get("place") in ("same-street", "same-postal")
    )


def _asks(right: Profile, levels: Mapping[str, str]) -> bool:
    """One personal address is never two people, and one name never two firms, without asking."""
    if right.kind == Kind.CONTACT:
        return levels.get("email") == "same"
    if right.kind == Kind.ACCOUNT and levels.get("name") == "near":
        return levels.get("place") != "other-country"
    return right.kind == Kind.ACCOUNT and levels.get("name") in ("same", "joined")

"""What no sum of points overrules: links that need more than a score, and pairs that are always asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.matching.evidence import Found
from connector.matching.profile import DISGUISED, Profile
from connector.model.match import Band
from connector.model.records import Kind

_OTHER_PEOPLE = frozenset(("other-first", "different"))
_HALF_NAMES = frozenset(("first-only", "last-only"))
_ONE_MAILBOX = frozenset(("same", "mistyped-domain", "mistyped", "respelled", "same-mailbox"))
_TWO_MAILBOXES = frozenset(("other-digits", "other-mailbox", "numbered"))
_TELLING_NAMES = frozenset(("same", "joined", "reordered"))
_LIKE_NAMES = frozenset(("near", "short", "acronym"))


def bounded(band: Band, left: Profile, right: Profile, found: Iterable[Found]) -> Band:
    """The band of a pair, after what no sum of points overrules."""
    levels = {name: level for name, level, _ in found}
    if band is Band.LINK and not (_is_plain(left, right) and _is_sure(right, levels)):
        return Band.POSSIBLE
    if band is Band.NEW and _asks(right, levels):
        return Band.POSSIBLE
    return band


def _is_plain(left: Profile, right: Profile) -> bool:
    """Look-alike letters and characters that nobody sees may pose as somebody else: never linked without asking."""
    return DISGUISED not in left.weak and DISGUISED not in right.weak


def _is_sure(right: Profile, levels: Mapping[str, str]) -> bool:
    return _is_sure_firm(levels) if right.kind == Kind.ACCOUNT else _is_sure_person(levels)


def _is_sure_person(levels: Mapping[str, str]) -> bool:
    """Families and offices share lines and mailboxes: another first name asks, and so does half a name alone.

    Nor does a second mailbox at one firm belong to the same person without a line of their own in common.
    """
    name, mailbox, has_line = levels.get("name"), levels.get("email"), levels.get("phone") == "same"
    if name in _OTHER_PEOPLE:
        return False
    if mailbox in _TWO_MAILBOXES:
        return has_line
    if name in _HALF_NAMES:
        spelled = mailbox in _ONE_MAILBOX or levels.get("mailbox_name") in ("tells-first", "fits")
        return has_line or spelled or levels.get("title") == "same"
    return True


def _is_sure_firm(levels: Mapping[str, str]) -> bool:
    """A company whose name is only like the other shares a domain, a line or a street; with another name a domain."""
    if levels.get("name") in _TELLING_NAMES or levels.get("domain") in ("same", "voted") or "contact" in levels:
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

"""Pairs of rows that share a key: what the methods without blocking of their own compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

MOST = 60
"""Rows on the right that one key may bring; a key that brings more tells nothing."""

Frame = Any
Key = Callable[[Frame], Sequence[Any]]
"""The values of a key for every row; several where a row may be found by several."""


def with_text(frame: Frame, *names: str) -> Any:
    """Columns joined by ``|``, empty where one of them is."""
    text, whole = frame[names[0]], frame[names[0]] != ""
    for name in names[1:]:
        text, whole = text + "|" + frame[name], whole & (frame[name] != "")
    return text.where(whole, "")


def cut(frame: Frame, name: str, length: int) -> Any:
    """The first letters of a column without spaces."""
    return frame[name].str.replace(" ", "", regex=False).str[:length]


def _person(frame: Frame) -> Frame:
    return frame.assign(
        digitless=frame["mailbox"].str.rstrip("0123456789"),
        company5=cut(frame, "company", 5),
        first4=cut(frame, "first", 4),
        initial=frame["first"].str[:1],
    )


PERSON_KEYS: Mapping[str, Key] = {
    "email": lambda f: [f["email"]],
    "mailbox": lambda f: [with_text(_person(f), "digitless", "domain")],
    "sound and domain": lambda f: [with_text(f, "sound", "domain")],
    "first4 and domain": lambda f: [with_text(_person(f), "first4", "domain")],
    "sound and company": lambda f: [with_text(_person(f), "sound", "company5")],
    "first and company": lambda f: [with_text(_person(f), "first", "company5")],
    "name": lambda f: [with_text(f, "first", "last")],
    "swapped": lambda f: [with_text(f, "last", "first")],
    "phone": lambda f: [f["tail"], f["tail2"]],
}

FIRM_KEYS: Mapping[str, Key] = {
    "domain": lambda f: [f["site"]],
    "stem": lambda f: [f["site"].str.partition(".")[0]],
    "name": lambda f: [f["company"]],
    "joined": lambda f: [f["company"].str.replace(" ", "", regex=False)],
    "begin": lambda f: [cut(f, "company", 7)],
    "two words": lambda f: [f["company"].str.split().str[:2].str.join(" ")],
    "phone": lambda f: [f["tail"]],
}


def pairs(left: Frame, right: Frame, keys: Mapping[str, Key], most: int = MOST) -> Frame:
    """Positions (columns left, right) of every two rows with a key in common, each pair once."""
    import pandas as pd

    found = []
    for key in keys.values():
        mine, theirs = _long(key(left), "left"), _long(key(right), "right")
        theirs = theirs[theirs.groupby("key")["right"].transform("size") <= most]
        found.append(mine.merge(theirs, on="key")[["left", "right"]])
    return pd.concat(found, ignore_index=True).drop_duplicates(ignore_index=True)


def earlier(frame: Frame, keys: Mapping[str, Key], most: int = MOST) -> Frame:
    """The same within one table: the right row stands before the left one."""
    found = pairs(frame, frame, keys, most)
    return found[found["right"] < found["left"]].reset_index(drop=True)


def _long(values: Sequence[Any], name: str) -> Frame:
    import pandas as pd

    columns = [pd.DataFrame({"key": value, name: range(len(value))}) for value in values]
    long = pd.concat(columns, ignore_index=True)
    return long[long["key"].fillna("") != ""].drop_duplicates(ignore_index=True)


def side(frame: Frame, positions: Any, *names: str) -> Frame:
    """Some columns of the rows at some positions."""
    return frame[list(names)].iloc[positions].reset_index(drop=True)

"""What simple tools do: the same e-mail address; the standard rule of Salesforce; domain, or else the firm's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.blocks import Frame, Key, cut, earlier, pairs, side, with_text
from benchmarks.peers.grading import Answer, best
from connector.matching.truth import Truth

STANDARD_KEYS: dict[str, Key] = {
    "email": lambda f: [f["email"]],
    "name and domain": lambda f: [with_text(_coded(f), "initial", "sound", "host")],
    "name and company": lambda f: [with_text(_coded(f), "initial", "sound", "company5")],
    "swapped and company": lambda f: [with_text(_coded(f), "swapped", "company5")],
    "name and phone": lambda f: [with_text(_coded(f), "initial", "sound", "area")],
}


def frames(folder: Path) -> tuple[Frame, Frame, Frame]:
    """Leads, contacts and accounts."""
    import pandas as pd

    leads, contacts, accounts = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("leads", "contacts", "accounts")
    )
    return leads, contacts, accounts


def homes(contacts: Frame) -> dict[str, str]:
    """The account of each contact."""
    return dict(zip(contacts["id"], contacts["account_id"], strict=True))


def linked(left: Frame, right: Frame, found: Frame, score: Any) -> Any:
    """The best right row of each left one, by id."""
    import pandas as pd

    ids = {"left": left["id"].to_numpy()[found["left"]], "right": right["id"].to_numpy()[found["right"]]}
    return best(pd.DataFrame({**ids, "score": score}))


def same_email(folder: Path, _: Sequence[Truth]) -> Answer:
    """One address, one person; of several records the first. The account is that of the contact."""
    leads, contacts = frames(folder)[:2]
    key: dict[str, Key] = {"email": lambda f: [f["email"]]}
    found, repeats = pairs(leads, contacts, key), earlier(leads, key)
    return Answer(
        contact=linked(leads, contacts, found, 1.0),
        earlier=linked(leads, leads, repeats, 1.0),
        homes=homes(contacts),
    )


def by_domain_or_name(folder: Path, _: Sequence[Truth]) -> Answer:
    """The account: that of the contact with the lead's e-mail, else with its domain, else with its cleaned name."""
    import pandas as pd

    leads, contacts, accounts = frames(folder)
    by_mail = pairs(leads, contacts, {"email": lambda f: [f["email"]]})
    by_site = pairs(leads, accounts, {"site": lambda f: [f["site"]]})
    by_name = pairs(leads, accounts, {"name": lambda f: [f["company"]]})
    mail = pd.DataFrame({"left": by_mail["left"], "right": contacts["account_id"].to_numpy()[by_mail["right"]]})
    found = [mail.assign(score=3.0)]
    for pair, score in ((by_site, 2.0), (by_name, 1.0)):
        found.append(pair.assign(right=accounts["id"].to_numpy()[pair["right"]], score=score))
    whole = pd.concat(found, ignore_index=True)
    whole["left"] = leads["id"].to_numpy()[whole["left"]]
    return Answer(account=best(whole))


def _coded(frame: Frame) -> Frame:
    """Initial and sound of the name, in both orders, the first letters of the company and the number's beginning."""
    import jellyfish

    sounds = {name: jellyfish.metaphone(name) for name in frame["first"].unique()}
    return frame.assign(
        initial=frame["first"].str[:1],
        company5=cut(frame, "company", 5),
        area=frame["tail"].str[:-4],
        host=frame["email"].str.partition("@")[2],
        swapped=frame["last"].str[:1] + frame["first"].map(sounds),
    )


def standard_rule(folder: Path, _: Sequence[Truth]) -> Answer:
    """Salesforce's standard rule for contacts and leads, rebuilt from its published description.

    Match keys bring the candidates; a candidate matches where first and last name agree, and one of: title and
    company, e-mail, phone, street and one of city, postal code, phone and title. Names agree from 85 and 90 of 100 on
    (exact, Jaro-Winkler, initial, sound, nickname, one slip of a key), also swapped, titles from 50, companies from
    70; a blank agrees with nothing, but for the names where the e-mail agrees.
    (https://help.salesforce.com, Standard Contact Matching Rule and Standard Lead Matching Rule.)
    """
    leads, contacts = frames(folder)[:2]
    found, repeats = pairs(leads, contacts, STANDARD_KEYS), earlier(leads, STANDARD_KEYS)
    links = []
    for right, pair in ((contacts, found), (leads, repeats)):
        score = _standard_score(side(leads, pair["left"], *_USED), side(right, pair["right"], *_USED))
        made = score > 0
        links.append(linked(leads, right, pair[made], score[made]))
    return Answer(contact=links[0], earlier=links[1], homes=homes(contacts))


_USED = ("first", "last", "sound", "title", "company", "email", "phone", "tail", "street", "city", "postal")


def _standard_score(left: Frame, right: Frame) -> Any:
    """0 where the equation does not hold, else how many of its fields agree, names by how much."""
    from numpy import maximum

    straight = _names(left["first"], left["last"], left["sound"], right)
    swapped = _names(left["last"], left["first"], left["sound"], right)
    names = maximum(straight, swapped)
    same = {
        name: (left[name] == right[name]) & (left[name] != "") for name in ("email", "tail", "street", "city", "postal")
    }
    title = _alike(left["title"], right["title"], "ratio") >= 50
    company = _alike(left["company"], right["company"], "ratio") >= 70
    phone = same["tail"]
    place = same["street"] & (same["city"] | same["postal"] | phone | title)
    blank = ((left["first"] == "") | (right["first"] == "")) & ((left["last"] == right["last"]) | (left["last"] == ""))
    holds = ((names > 0) & ((title & company) | same["email"] | phone | place)) | (blank & same["email"])
    fields = 4 * same["email"] + 2 * phone + 1 * company + 1 * title + 1 * place
    return (holds * (1 + fields + names)).to_numpy()


def _names(first: Any, last: Any, sound: Any, right: Frame) -> Any:
    """How much both names agree, 0 where one does not."""
    from numpy import maximum
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    from connector.values.names import may_be_same_first

    nick = [may_be_same_first(one, other) for one, other in zip(first, right["first"], strict=True)]
    initials = (first.str[:1] == right["first"].str[:1]) & ((first.str.len() == 1) | (right["first"].str.len() == 1))
    known = _both(initials.to_numpy() | nick, first, right["first"])
    firsts = maximum(_alike(first, right["first"], "jaro"), 100.0 * known)
    slip = (process.cpdist(list(last), list(right["last"]), scorer=OSA.distance) <= 1) & (last.str.len() > 3).to_numpy()
    known = _both(slip | (sound == right["sound"]).to_numpy(), last, right["last"])
    lasts = maximum(_alike(last, right["last"], "ratio"), 95.0 * known)
    return (firsts >= 85) * (lasts >= 90) * (firsts + lasts) / 200


def _both(agree: Any, one: Any, other: Any) -> Any:
    from numpy import asarray

    return asarray(agree) & (one != "").to_numpy() & (other != "").to_numpy()


def _alike(left: Any, right: Any, how: str) -> Any:
    """Likeness of pairs of texts, 0 to 100; nothing where one is blank."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import JaroWinkler

    scorer = JaroWinkler.normalized_similarity if how == "jaro" else fuzz.ratio
    score = process.cpdist(list(left), list(right), scorer=scorer) * (100 if how == "jaro" else 1)
    return score * ((left != "") & (right != "")).to_numpy()

"""Twins: the records of the CRM that a lead came from that stand for the same company and person."""

from __future__ import annotations

from dataclasses import dataclass

from connector.matching import query, resolve
from connector.model.match import Candidates, Linkage, Match, Resolution
from connector.model.records import Kind, Record
from connector.pipeline.route import Route


@dataclass(frozen=True, slots=True)
class Twins:
    """The account and contact there, None where there is none yet."""

    account: Record | None = None
    contact: Record | None = None


def twins_of(route: Route, lead: Record, resolution: Resolution) -> Twins | None:
    """Where the lead's records go in its own CRM; None when a person would have to tell.

    What the crosswalk knows goes first; else the lead is resolved against that CRM's accounts and contacts,
    as it was against the target's. A merely possible match makes no record: a twin would be hard to take back.
    """
    account = _across(route, Kind.ACCOUNT, resolution.account)
    contact = _across(route, Kind.CONTACT, resolution.contact)
    if account is not None and (contact is not None or resolution.contact is None):
        return Twins(account, contact or _person_at(route, lead, account))
    found = _resolved(route, lead)
    if found.linkage is Linkage.POSSIBLE:
        return None
    directory = route.store.directory
    own = directory.get(found.account.ref) if found.account else None
    person = directory.get(found.contact.ref) if found.contact else None
    return Twins(account or own, contact or (person if account is None or _belongs(person, account) else None))


def _across(route: Route, kind: Kind, match: Match | None) -> Record | None:
    """The source's twin of a record that the lead was matched with in the target."""
    if match is None:
        return None
    for entry in route.store.crosswalk.by_ref(match.ref):
        for other in route.store.crosswalk.by_key(entry.key):
            if other.role == kind.value and other.ref.connection == route.source.name:
                record = route.store.directory.get(other.ref)
                if record is not None and not record.deleted:
                    return record
    return None


def _person_at(route: Route, lead: Record, account: Record) -> Record | None:
    """The contact that the lead is, where it stands at that very account."""
    found = _resolved(route, lead)
    person = route.store.directory.get(found.contact.ref) if found.contact else None
    return person if _belongs(person, account) else None


def _belongs(person: Record | None, account: Record) -> bool:
    return person is not None and person.get("account_id") == account.ref.id


def _resolved(route: Route, lead: Record) -> Resolution:
    found = route.store.directory.candidates(query(lead, route.rules.matching), [route.source.name])
    return resolve(lead, Candidates(found.contacts, found.accounts, ()), (), route.rules.matching)

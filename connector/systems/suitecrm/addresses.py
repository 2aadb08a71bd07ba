"""The way around SuiteCRM's silence about changed e-mail addresses.

From 7.12.4 to at least 7.14.6 a changed ``email1`` is ignored on a record that has an address already, while
the answer says otherwise (SuiteCRM issue 10513). Taking the old address off first makes the new one stick. The
address record itself is never edited: other people share it.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.model.progress import ObjectShape
from connector.systems.suitecrm.jobs import Job
from connector.systems.suitecrm.line import Address, Line

_LINK = "email_addresses"


_FLAGS = {"email_opt_out": "opted_out", "invalid_email": "invalid"}


def keep_flags(line: Line, jobs: Sequence[Job], shape: ObjectShape) -> None:
    """Tell the flags that an address has along with it, wherever it is new to a record.

    An address is shared by everybody who has it, and a save that does not tell its flags takes them back from all of
    them: opted out becomes opted in (``SugarEmailAddress::AddUpdateEmailAddress``).
    """
    given = {job.new_address for job in jobs if job.new_address}
    known = line.known_addresses(given) if given else {}
    for job in jobs:
        found = known.get(job.new_address)
        told = [name for name, flag in _FLAGS.items() if found and getattr(found, flag) and name in shape.fields]
        job.carried |= frozenset(told) - frozenset(job.values)
        job.values.update(dict.fromkeys(told, "1"))


def take_off(line: Line, module: str, job: Job, found: Sequence[Address]) -> None:
    """Unlink those of a record's addresses (all *found*, the primary one first) that are in the way.

    A second address would keep the new one from sticking just as the first does. Where the address is to be
    cleared, only the primary one goes. It goes last: where a service takes them off one by one and fails half way,
    the record still has it.
    """
    gone = found if job.values["email1"] else found[:1]
    if gone:
        line.unlink(module, job.id, _LINK, [each.id for each in reversed(gone)])


def put_back(line: Line, module: str, job: Job, before: Sequence[Address]) -> None:
    """Link the second addresses again behind the new one; all of them where the new one was not taken."""
    wanted = str(job.values["email1"]).lower()
    if not (wanted and before):
        return
    now = line.addresses(module, job.id)
    taken = any(each.address.lower() == wanted for each in now)
    there = {each.id for each in now}
    if not taken and not there:
        line.readdress(module, job.id, before[0])
    elif not taken and before[0].id not in there:
        line.link(module, job.id, _LINK, [before[0].id], {"primary_address": "1"})
    others = [each.id for each in before[1:] if each.id not in there]
    if others:
        line.link(module, job.id, _LINK, others, {"primary_address": "0"})

"""The way around SuiteCRM's silence about changed e-mail addresses.

From 7.12.4 to at least 7.14.6 a changed ``email1`` is ignored on a record that has an address already, while
the answer says otherwise (SuiteCRM issue 10513). Taking the old address off first makes the new one stick. The
address record itself is never edited: other people share it.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.systems.suitecrm.jobs import Job
from connector.systems.suitecrm.line import Address, Line

_LINK = "email_addresses"


def take_off(line: Line, module: str, job: Job) -> tuple[Address, ...]:
    """Unlink the addresses that are in the way; answers those to be put back afterwards.

    A second address would keep the new one from sticking just as the first does.
    """
    found = line.addresses(module, job.id)
    wanted = str(job.values["email1"]).lower()
    if not found:
        return ()
    keep = found[1:] if wanted == "" else tuple(each for each in found[1:] if each.address.lower() != wanted)
    gone = found[:1] if wanted == "" else found
    line.unlink(module, job.id, _LINK, [each.id for each in gone])
    return keep if wanted else ()


def put_back(line: Line, module: str, job: Job, addresses: Sequence[Address]) -> None:
    """Link the other addresses again, behind the new one."""
    there = {each.id for each in line.addresses(module, job.id)} if addresses else set()
    missing = [each.id for each in addresses if each.id not in there]
    if missing:
        line.link(module, job.id, _LINK, missing, {"primary_address": "0"})

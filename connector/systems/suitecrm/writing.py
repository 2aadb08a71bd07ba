"""Landing, creating and updating records: read first, write what differs, read back what was claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from connector.errors import Applied, Rejected, RemoteError
from connector.model.plan import Action, Order, Receipt
from connector.model.progress import ObjectShape
from connector.systems.batching import turns
from connector.systems.receipts import Receipts, applied, overtaken, rejected, unknown, whole_call
from connector.systems.suitecrm.addresses import keep_flags, put_back, take_off
from connector.systems.suitecrm.becoming import became, converted_by
from connector.systems.suitecrm.carrying import carried, origins
from connector.systems.suitecrm.jobs import (
    CURRENCY,
    Job,
    amiss,
    closed,
    differing,
    encoded,
    for_new,
    lacking,
    readable,
    record_id,
    still_wanted,
)
from connector.systems.suitecrm.line import OPPORTUNITIES, Address, Line, Refusal, Row, Write
from connector.systems.suitecrm.v4_calls import DATABASE
from connector.systems.suitecrm.values import Sent

T = TypeVar("T")
ROLE = {"contact_role": "Primary Decision Maker"}


class Sending:
    """Remembers whether anything can have been written, and makes the receipts of one batch."""

    def __init__(self, line: Line, orders: Sequence[Order]) -> None:
        """Nothing is written yet."""
        self._line = line
        self._orders = orders
        self._sent = False
        self.receipts: Receipts = {}

    def write(self, call: Callable[[], T]) -> T:
        """Make a call that writes."""
        try:
            answer = call()
        except RemoteError as error:
            self._sent = self._sent or error.applied is not Applied.NEVER
            raise
        self._sent = True
        return answer

    def refuse(self, order: Order, refusal: Refusal) -> None:
        """This order is not carried out."""
        self.receipts[order.step.key] = rejected(order, self._line.now(), refusal.code, refusal.message, refusal.fields)

    def done(self, order: Order, ids: Mapping[str, str]) -> None:
        """This order stands in the CRM."""
        self.receipts[order.step.key] = applied(order, ids, self._line.now())

    def waiting(self) -> list[Order]:
        """The orders of which nothing is known yet."""
        return [order for order in self._orders if order.step.key not in self.receipts]

    def failed(self, error: RemoteError) -> None:
        """What a call that failed means for the orders without a receipt; raises when nothing was written."""
        pending = self.waiting()
        if self._sent:
            code = error.code or "no-answer"
            self.receipts.update({order.step.key: unknown(order, self._line.now(), code) for order in pending})
        else:
            self.receipts.update(whole_call(error, pending, self._line.now))

    def listed(self) -> list[Receipt]:
        """The receipts in the order of the batch."""
        return [self.receipts[order.step.key] for order in self._orders]


class Writer:
    """Writes batches of one module."""

    def __init__(self, line: Line) -> None:
        """Send nothing yet."""
        self._line = line
        self._key = line.options.key_field

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """By module, as many as one write takes; one record never stands twice in a batch."""
        for turn in turns(orders, _record):
            for module in sorted({order.step.object for order in turn}):
                mine = [order for order in turn if order.step.object == module]
                most = self._line.most(module)
                yield from (tuple(mine[start : start + most]) for start in range(0, len(mine), most))

    def perform(self, batch: Sequence[Order]) -> list[Receipt]:
        """Carry a batch out; raises ValueError for more than one write's worth, or several modules."""
        modules = {order.step.object for order in batch}
        module = modules.pop()
        if modules or len(batch) > self._line.most(module) or len(turns(batch, _record)) > 1:
            raise ValueError("a batch is one module's records, each once, and no more than one write takes")
        sending = Sending(self._line, batch)
        try:
            self._carry_out(module, batch, sending)
        except RemoteError as error:
            sending.failed(error)
        return sending.listed()

    def _carry_out(self, module: str, batch: Sequence[Order], sending: Sending) -> None:
        shape = self._line.shape(module)
        if shape is None:
            for order in batch:
                sending.refuse(order, Refusal("no-module", f"{module} is unknown or hidden from the API user"))
            return
        jobs = self._jobs(shape, batch, sending)
        self._finish([job for job in jobs if not job.values], shape, sending)
        self._send([job for job in jobs if job.values], shape, sending)

    def _jobs(self, shape: ObjectShape, batch: Sequence[Order], sending: Sending) -> list[Job]:
        """What each order has to write, by what stands in the CRM now. Only reads."""
        told: dict[str, dict[str, Sent]] = {}
        for order in batch:
            odd = untouchable(self._line, order, record_id(order), *_linked(order))
            values = odd or encoded(order, shape, self._key)
            if isinstance(values, Refusal):
                sending.refuse(order, values)
            else:
                told[order.step.key] = values
        ready = [order for order in batch if order.step.key in told]
        names = {name for values in told.values() for name in values}
        rows = self._line.read(shape.name, [record_id(order) for order in ready], readable(names, shape))
        new = [order for order in ready if order.step.action is Action.CREATE and record_id(order) not in rows]
        leads = origins(self._line, shape, new)
        jobs = []
        for order in ready:
            lead = leads.get(order.step.key)
            theirs = overtaken(order, became(lead), self._line.now()) if lead and converted_by(lead) else None
            if theirs is not None:
                sending.receipts[order.step.key] = theirs
                continue
            copied = carried(self._line, shape, lead) if lead else {}
            job = self._job(order, shape, told[order.step.key], rows.get(record_id(order)), copied)
            if isinstance(job, Refusal):
                sending.refuse(order, job)
            else:
                jobs.append(job)
        return jobs

    def _job(
        self, order: Order, shape: ObjectShape, told: Mapping[str, Sent], row: Row | None, lead: Mapping[str, Sent]
    ) -> Job | Refusal:
        action = order.step.action
        if row is None and action in (Action.LAND, Action.CREATE):
            values = for_new(order, told, lead, shape)
            given = {name: value for name, value in values.items() if value != ""}
            only_carried = frozenset({*lead, CURRENCY}) - frozenset(told)
            of_lead = bool(lead.get("email1")) and lead["email1"] == given.get("email1")
            return lacking(values, shape, new=True) or Job(order, record_id(order), True, given, only_carried, of_lead)
        if row is None or row.deleted:
            return Refusal("gone", "the record was deleted in SuiteCRM, or is hidden from the API user")
        if closed(order, row):
            return Job(order, row.id)
        told = still_wanted(order, told, row)
        values = differing(told, row, shape, blanks_only=action is Action.CREATE)
        return lacking(values, shape, new=False) or Job(order, row.id, False, values)

    def _send(self, jobs: Sequence[Job], shape: ObjectShape, sending: Sending) -> None:
        """One write for all jobs, with what has to happen before and after it."""
        if not jobs:
            return
        module = shape.name
        keep_flags(self._line, jobs, shape)
        moved = [job for job in jobs if job.changes_address]
        others: dict[str, Sequence[Address]] = {}
        try:
            refusals = self._clear_the_way(module, moved, others, sending)
            refusals |= self._write(module, [job for job in jobs if job.id not in refusals], sending)
        except RemoteError:
            with suppress(RemoteError):  # whatever failed, nobody is left without the addresses that were taken off
                self._put_back(module, moved, others, sending)
            raise
        self._put_back(module, moved, others, sending)
        again = self._read_back(jobs, shape, refusals, sending)
        for job in again:
            self._send([job], shape, sending)

    def _clear_the_way(
        self, module: str, moved: Sequence[Job], others: dict[str, Sequence[Address]], sending: Sending
    ) -> dict[str, Refusal]:
        """Take old addresses off, remembered in *others*; answers the jobs whose record does not let us."""
        refused = {}
        for job in moved:
            try:
                others[job.id] = self._line.addresses(module, job.id)
                sending.write(partial(take_off, self._line, module, job, others[job.id]))
            except Rejected as error:
                if error.applied is not Applied.NEVER:
                    raise
                refused[job.id] = Refusal(error.code, str(error), ("email1",))
        return refused

    def _write(self, module: str, jobs: Sequence[Job], sending: Sending) -> dict[str, Refusal]:
        if not jobs:
            return {}
        writes = [Write(job.id, job.values, job.create) for job in jobs]
        try:
            return sending.write(lambda: self._line.write(module, writes))
        except RemoteError as error:
            if error.code != DATABASE:
                raise
            return {job.id: Refusal(DATABASE, "SuiteCRM's database refused the record") for job in jobs}

    def _put_back(
        self, module: str, moved: Sequence[Job], others: Mapping[str, Sequence[Address]], sending: Sending
    ) -> None:
        """Link what was taken off, once more where that failed: it looks first, so that doing it twice does no harm.

        All records get theirs back, whatever becomes of one; then its failure is raised.
        """
        failed: RemoteError | None = None
        for job in moved:
            back = partial(put_back, self._line, module, job, others.get(job.id, ()))
            for trial in range(2):
                try:
                    sending.write(back)
                    break
                except RemoteError as error:
                    failed = failed or (error if trial else None)
        if failed is not None:
            raise failed

    def _read_back(
        self, jobs: Sequence[Job], shape: ObjectShape, refusals: Mapping[str, Refusal], sending: Sending
    ) -> list[Job]:
        """Receipts by what stands in the CRM; answers the jobs that a neighbour's database error held up."""
        names = {name for job in jobs for name in job.checked}
        rows = self._line.read(shape.name, [job.id for job in jobs], readable(names, shape))
        held_up, good = [], []
        for job in jobs:
            row, refusal = rows.get(job.id), refusals.get(job.id)
            wrong = amiss(row, still_wanted(job.order, job.checked, row), shape) if row else ()
            if row is not None and not row.deleted and not wrong:
                good.append(job)
            elif refusal is not None and refusal.code == DATABASE and len(jobs) > 1 and not (row and row.deleted):
                held_up.append(job)
            else:
                sending.refuse(job.order, refusal or _unkept(row, wrong))
        self._finish(good, shape, sending)
        return held_up

    def _finish(self, jobs: Sequence[Job], shape: ObjectShape, sending: Sending) -> None:
        """The records stand; a new opportunity is linked to its person too."""
        refused: dict[str, Refusal] = {}
        if shape.name == OPPORTUNITIES:
            new = [job for job in jobs if job.order.step.action is Action.CREATE]
            refused = introduce(self._line, {job.id: job.order.ids.get("contact", "") for job in new}, sending)
        for job in jobs:
            if job.id in refused:
                sending.refuse(job.order, refused[job.id])
            else:
                sending.done(job.order, {"record": job.id})


def untouchable(line: Line, order: Order, *ids: str) -> Refusal | None:
    """Why nothing is begun for an order with a record that the service could not write in the end."""
    odd = [each for each in (order.ids.get("lead", ""), *ids) if each and not line.takes(each)]
    if not odd:
        return None
    words = f"this service of SuiteCRM cannot write the record {odd[0]}: its id is no {line.id_form}"
    return Refusal("odd-id", words, ("id",))


def introduce(line: Line, people: Mapping[str, str], sending: Sending) -> dict[str, Refusal]:
    """Link opportunities to their person (by opportunity; empty: none), each once; answers those that were refused."""
    refused: dict[str, Refusal] = {}
    wanted = {opportunity: contact for opportunity, contact in people.items() if contact}
    known = line.partners(OPPORTUNITIES, sorted(wanted), "contacts") if wanted else {}
    for opportunity, contact in wanted.items():
        if contact in known.get(opportunity, ()):
            continue
        try:
            sending.write(partial(line.link, OPPORTUNITIES, opportunity, "contacts", [contact], ROLE))
        except Rejected as error:
            if error.applied is not Applied.NEVER:
                raise
            refused[opportunity] = Refusal(error.code, f"{error}; the opportunity has no person", ("contact_id",))
    return refused


def _linked(order: Order) -> list[str]:
    """The records beside the order's own that a new opportunity is linked to by a call."""
    is_deal = order.step.object == OPPORTUNITIES and order.step.action is Action.CREATE
    return [order.ids["contact"]] if is_deal and "contact" in order.ids else []


def _unkept(row: Row | None, wrong: Sequence[str]) -> Refusal:
    if row is None:
        return Refusal("not-stored", "SuiteCRM says that it saved the record, but it is not there")
    if row.deleted:
        return Refusal("gone", "a deleted record has the id that stands for our key")
    if "email1" in wrong:
        return Refusal("email-not-updated", "SuiteCRM ignored the e-mail address", ("email1",))
    return Refusal("not-stored", f"SuiteCRM did not keep {', '.join(wrong)}", tuple(wrong))


def _record(order: Order) -> tuple[str, str]:
    return order.step.object, record_id(order)

"""What every target keeps when answers are lost, sessions end, limits are spent and secrets could slip out."""

from __future__ import annotations

import logging
import traceback
from collections import Counter

import pytest

from connector.errors import RateLimited, Refused, RemoteError, Unavailable
from connector.model.plan import Order, Outcome, Receipt
from connector.model.records import Kind

from .doing import DONE, MADE, SORTS, check_stands, closing, counts, outcomes, perform, prepared
from .subject import Subject, Trouble, needs

MOST = 12  # no order takes more calls
LOSSES = [Trouble.LOST_AFTER, Trouble.LOST_BEFORE, Trouble.CUT]


def times(number: int, made: Counter[Kind]) -> dict[Kind, int]:
    """What so many orders of one sort make."""
    return {kind: number * count for kind, count in made.items()}


def in_one_try(subject: Subject, order: Order) -> Receipt | None:
    """One performance; None when it raised for lack of calls."""
    try:
        return perform(subject.system, order)[0]
    except RateLimited:
        return None


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sort", SORTS)
def test_lost_answer_is_made_good(subject: Subject, sort: str, loss: Trouble) -> None:
    """Whichever write of an order goes unanswered: it is no refusal, found when whole, finished when not."""
    before, told = counts(subject), list[Outcome]()
    for nth in range(1, MOST):
        order = prepared(subject, sort, str(nth))
        subject.trouble(loss, nth=nth)
        (receipt,) = perform(subject.system, order)
        struck = subject.struck
        subject.calm()
        if struck:
            assert receipt.outcome is not Outcome.REJECTED
            (receipt,) = subject.fresh().settle([order])
            told.append(receipt.outcome)
        if receipt.outcome is Outcome.REJECTED:
            assert receipt.code == "not-there"
            (receipt,) = perform(subject.fresh(), order)
        assert receipt.outcome in DONE
        check_stands(subject, order, receipt)
        if not struck:
            break
    assert 0 < len(told) < MOST - 1
    if loss is Trouble.LOST_BEFORE:
        assert told[0] is Outcome.REJECTED
    else:
        assert told[-1] is Outcome.APPLIED
    assert counts(subject) - before == times(len(told) + 1, MADE[sort])


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_batch_is_made_good(subject: Subject, loss: Trouble) -> None:
    """When whole calls go unanswered, each of their orders is unknown, and in the end each is done once."""
    orders = [closing(subject, lead_id) for lead_id in subject.leads(4)]
    orders += [subject.land(str(n)) for n in range(4)] + [subject.update(subject.lead(), "New") for _ in range(4)]
    before = counts(subject)
    subject.trouble(loss)
    assert set(outcomes(perform(subject.system, *orders))) == {"unknown"}
    subject.calm()
    settled = subject.fresh().settle(orders)
    assert {receipt.code for receipt in settled if receipt.outcome is Outcome.REJECTED} <= {"not-there"}
    missing = [o for o, receipt in zip(orders, settled, strict=True) if receipt.outcome is Outcome.REJECTED]
    done = [receipt for receipt in settled if receipt.outcome in DONE] + perform(subject.fresh(), *missing)
    assert {receipt.outcome for receipt in done} <= set(DONE)
    assert len({tuple(receipt.ids.items()) for receipt in done}) == len(orders)
    style = subject.system.conversion_style
    made = {Kind.LEAD: 4} | dict.fromkeys(style.makes | style.given, 4)  # the rest was there before the conversion
    assert counts(subject) - before == made


@needs("sessions")
@pytest.mark.parametrize("sort", SORTS)
def test_ended_session_costs_one_login(subject: Subject, sort: str) -> None:
    """Whichever call of an order finds the session ended: one login, and the write is made once."""
    before, struck = counts(subject), 0
    subject.system.identity()
    for nth in range(1, 2 * MOST):
        order = prepared(subject, sort, str(nth))
        logins = subject.logins
        subject.trouble(Trouble.EXPIRED, on="any", nth=nth)
        (receipt,) = perform(subject.system, order)
        assert receipt.outcome is Outcome.APPLIED
        check_stands(subject, order, receipt)
        if not subject.struck:
            break
        struck += 1
        subject.calm()
        assert subject.logins == logins + 1
    assert 0 < struck < 2 * MOST - 1
    assert counts(subject) - before == times(struck + 1, MADE[sort])


@needs("limits")
@pytest.mark.parametrize("sort", SORTS)
def test_spent_limit_raises(subject: Subject, sort: str) -> None:
    """A spent call limit stops the run with nothing applied; when there are calls again the write is made."""
    order = prepared(subject, sort, "7")
    subject.system.identity()
    before = counts(subject)
    subject.trouble(Trouble.LIMITED)
    with pytest.raises(RateLimited):
        perform(subject.system, order)
    subject.calm()
    assert counts(subject) == before
    assert subject.system.settle([order])[0].code == "not-there"
    (receipt,) = perform(subject.system, order)
    assert receipt.outcome is Outcome.APPLIED
    check_stands(subject, order, receipt)


@needs("limits")
@pytest.mark.parametrize("sort", SORTS)
def test_limit_spent_midway_is_made_good(subject: Subject, sort: str) -> None:
    """A limit that is spent between two writes of one order raises only where nothing was applied before."""
    before = counts(subject)
    for nth in range(1, MOST):
        order = prepared(subject, sort, str(nth))
        subject.trouble(Trouble.LIMITED, nth=nth)
        receipt = in_one_try(subject, order)
        struck = subject.struck
        subject.calm()
        if receipt is None or receipt.outcome is Outcome.UNKNOWN:
            (receipt,) = perform(subject.fresh(), order)
        assert receipt.outcome in DONE
        check_stands(subject, order, receipt)
        if not struck:
            break
    assert counts(subject) - before == times(nth, MADE[sort])


def test_outage_of_reads_raises(subject: Subject) -> None:
    """A settling that finds the CRM down says so; it takes nothing for missing."""
    subject.system.identity()
    subject.trouble(Trouble.OUTAGE, on="read")
    with pytest.raises(Unavailable):
        subject.system.settle([subject.land("1")])


@needs("logs_in")
def test_wrong_secret_is_refused_quietly(subject: Subject, caplog: pytest.LogCaptureFixture) -> None:
    """A login that is refused raises Refused, and neither the error, its causes nor the log holds a secret."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Refused) as caught:
        subject.stranger().identity()
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert [secret for secret in subject.secrets if secret in said] == []


@needs("logs_in")
@pytest.mark.parametrize("trouble", list(Trouble))
def test_secrets_stay_secret(subject: Subject, trouble: Trouble, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, no error, receipt, log line or picture of the client holds a secret."""
    caplog.set_level(logging.DEBUG)
    said = [repr(subject.system), repr(vars(subject.system))]
    orders = [prepared(subject, sort, "7") for sort in ("land", "update", "convert")]
    for on in ("any", "login", "read", "write"):
        subject.trouble(trouble, on=on)
        client = subject.fresh()
        for order in orders:
            try:
                said += map(repr, perform(client, order))
                said += map(repr, client.settle([order]))
            except RemoteError as error:
                said += [*traceback.format_exception(error), repr(error)]
        subject.calm()
    text = "".join(said) + caplog.text
    assert [secret for secret in subject.secrets if secret in text] == []

"""Plans: what each verdict writes, in which order, and how a plan is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import SafetyStop
from connector.model.conversion import ConversionRules, Survives
from connector.model.decision import (
    CLOSED_IN_CRM,
    Decision,
    Motion,
    OpportunityTerms,
    Reason,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.model.match import Linkage, Resolution
from connector.model.plan import Action, ConversionStyle, Grade, Plan, PlannedLead, Take
from connector.model.records import Kind, Record, RecordRef, Scalar, Values
from connector.planning import (
    HandBack,
    Leader,
    Situation,
    drifted,
    estimate_calls,
    filled,
    plan_lead,
    read_aloud,
    seal,
    unseal,
)

NATIVE = ConversionStyle(
    makes=frozenset({Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY}), conversion_calls=0.01, write_calls=0.001
)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
VERSIONS = Versions("p1", "m1", "t1")
LEAD = RecordRef("salesforce", "Lead", "00Q1")
RULES = ConversionRules(
    converted_status="Closed - Converted",
    fields={
        Kind.ACCOUNT: {"name": "company"},
        Kind.CONTACT: {"last_name": "last_name", "opted_out_email": "opted_out_email"},
        Kind.OPPORTUNITY: {"source": "source"},
    },
    native={Kind.ACCOUNT: frozenset({"name"}), Kind.CONTACT: frozenset({"last_name", "opted_out_email"})},
    survivorship={Kind.CONTACT: {"opted_out_email": Survives.TIGHTEN}},
    write_back={Verdict.DISQUALIFY: {"status": "Closed - Not Converted", "disqualification_reason": "{reason}"}},
)


class Words:
    """A target whose words are the canonical ones, so that the steps can be read."""

    def object_name(self, kind: Kind) -> str:
        """The noun itself."""
        return kind.value.title()

    def payload(self, kind: Kind, values: Values, creating: bool) -> Values:
        """Values as they are, empty ones left out when creating."""
        return {name: value for name, value in values.items() if value is not None or not creating}


def decision(verdict: Verdict, **changes: Any) -> Decision:
    """A decision with the verdict under test."""
    score = Score(0, "none")
    facts: dict[str, Any] = {
        "lead": LEAD,
        "verdict": verdict,
        "stage": Stage.NEW,
        "motion": Motion.HUNTER,
        "scorecard": Scorecard(score, score, score, score),
        "reasons": (Reason("stale", "Nothing happened for a year."),),
        "rule": "test",
        "versions": VERSIONS,
        "decided_at": NOW,
    }
    return Decision(**{**facts, **changes})


def situation(verdict: Verdict, values: Mapping[str, Scalar] | None = None, **changes: Any) -> Situation:
    """A lead in place with nothing known about it, but for *changes*."""
    made = changes.pop("decision", None) or decision(verdict)
    facts: dict[str, Any] = {
        "org": "00D1",
        "in_place": True,
        "land_all": True,
        "lead": Record(Kind.LEAD, LEAD, values or {"last_name": "Okafor", "company": "Okafor Looms"}),
        "fingerprint": "f1",
        "decision": made,
        "resolution": Resolution(LEAD, Linkage.NEW),
        "rules": RULES,
        "wording": Words(),
        "lead_id": "00Q1",
        "style": NATIVE,
    }
    return Situation(**{**facts, **changes})


def actions(planned: PlannedLead) -> list[tuple[Action, str]]:
    """What is done to which object, in order."""
    return [(step.action, step.object) for step in planned.steps]


HOT = decision(Verdict.CONVERT, opportunity=OpportunityTerms("Okafor Looms - demo"))


class TestConvert:
    """A new company."""

    def test_converts_then_marks_what_was_made(self) -> None:
        """One native conversion; account, contact and opportunity carry our keys afterwards."""
        planned = plan_lead(situation(Verdict.CONVERT, decision=HOT))
        assert actions(planned) == [
            (Action.CONVERT, "Lead"),
            (Action.STAMP, "Account"),
            (Action.STAMP, "Contact"),
            (Action.STAMP, "Opportunity"),
        ]
        convert, *stamps = planned.steps
        assert convert.grade is Grade.C
        assert convert.terms["opportunity"] == "new"
        assert [step.takes["record"] for step in stamps] == [
            Take(convert.key, role) for role in ("account", "contact", "opportunity")
        ]
        assert stamps[0].after == {"external_key": "salesforce:00Q1:account"}

    def test_key_does_not_know_the_policy(self) -> None:
        """Another policy version gives the same conversion key: editing a file makes no conversion new."""
        other = decision(Verdict.CONVERT, versions=Versions("p2", "m2", "t2"), rule="another")
        first, second = (plan_lead(situation(Verdict.CONVERT, decision=d)).steps[0].key for d in (HOT, other))
        assert first == second

    def test_follower_joins_account_and_opportunity(self) -> None:
        """A colleague takes the leader's account and opportunity and makes neither."""
        leader = Leader({"account": Take("k", "account"), "opportunity": Take("k", "opportunity")})
        planned = plan_lead(situation(Verdict.CONVERT, decision=HOT, leader=leader, share="okafor.com"))
        convert = planned.steps[0]
        assert (convert.takes["account"], convert.terms["opportunity"]) == (Take("k", "account"), "join")
        assert actions(planned)[1:] == [(Action.STAMP, "Contact")]

    def test_waiting_lead_writes_nothing(self) -> None:
        """While an earlier write is unknown nothing is planned, and the plan says that it waits."""
        planned = plan_lead(situation(Verdict.CONVERT, decision=HOT, waiting_for="waits for another"))
        assert planned.waiting
        assert not any(step.writes for step in planned.steps)

    def test_converted_lead_is_left(self) -> None:
        """A lead that is converted already is read-only: nothing is written."""
        planned = plan_lead(situation(Verdict.CONVERT, {"converted": True}, decision=HOT))
        assert actions(planned) == [(Action.SKIP, "Lead")]


class TestAttach:
    """A known company."""

    def test_existing_records_are_not_marked(self) -> None:
        """Only what the conversion makes carries our key; a known account and contact do not."""
        account = Record(Kind.ACCOUNT, RecordRef("salesforce", "Account", "001A"), {"name": "Okafor Looms"})
        contact = Record(Kind.CONTACT, RecordRef("salesforce", "Contact", "003C"), {"last_name": "Okafor"})
        planned = plan_lead(situation(Verdict.ATTACH, account=account, contact=contact))
        assert actions(planned) == [(Action.CONVERT, "Lead")]
        assert dict(planned.steps[0].ids) == {"account": "001A", "contact": "003C", "lead": "00Q1"}

    def test_consent_tightens_an_existing_contact(self) -> None:
        """What the conversion does not carry into a filled contact is written beside it."""
        account = Record(Kind.ACCOUNT, RecordRef("salesforce", "Account", "001A"), {"name": "Okafor Looms"})
        known: dict[str, Scalar] = {"last_name": "Okafor", "opted_out_email": False, "title": "CEO"}
        contact = Record(Kind.CONTACT, RecordRef("salesforce", "Contact", "003C"), known)
        won = {Kind.CONTACT: {"title": "Chair"}}
        planned = plan_lead(situation(Verdict.ATTACH, account=account, contact=contact, survivors=won))
        update = planned.steps[-1]
        assert (update.action, update.before, update.after) == (Action.UPDATE, {"title": "CEO"}, {"title": "Chair"})


class TestDisqualify:
    """A lead that is closed with a reason."""

    def test_status_and_sentence_are_written(self) -> None:
        """The write-back names the reason in the policy's own sentence, with what stood before."""
        made = decision(Verdict.DISQUALIFY, disqualification="stale")
        step = plan_lead(situation(Verdict.DISQUALIFY, {"status": "Open"}, decision=made)).steps[0]
        assert step.after == {
            "status": "Closed - Not Converted",
            "disqualification_reason": "Nothing happened for a year.",
        }
        assert step.before == {"status": "Open", "disqualification_reason": None}
        assert step.grade is Grade.A

    def test_person_s_closing_is_left_alone(self) -> None:
        """A lead that a person closed in the CRM is not written to."""
        made = decision(Verdict.DISQUALIFY, disqualification=CLOSED_IN_CRM)
        assert actions(plan_lead(situation(Verdict.DISQUALIFY, decision=made))) == [(Action.SKIP, "Lead")]


class TestLanding:
    """A lead from elsewhere."""

    def test_lands_by_key_then_converts(self) -> None:
        """The lead is upserted by its key without its own CRM's owner; the conversion takes the id it gets."""
        values = {"last_name": "Okafor", "company": "Okafor Looms", "owner_id": "42"}
        planned = plan_lead(situation(Verdict.CONVERT, values, decision=HOT, in_place=False, lead_id=""))
        land, convert = planned.steps[:2]
        assert land.action is Action.LAND
        assert land.after["external_key"] == LEAD.key
        assert "owner_id" not in land.after
        assert convert.takes["lead"] == Take(land.key, "record")

    @pytest.mark.parametrize(
        ("verdict", "changes", "expected"),
        [
            (Verdict.NURTURE, {"lead_id": ""}, Action.LAND),
            (Verdict.NURTURE, {"lead_id": "", "land_all": False}, Action.SKIP),
            (Verdict.NURTURE, {"lead_id": "00Q9"}, Action.SKIP),
            (Verdict.CONVERT, {"lead_id": "00Q9"}, Action.SKIP),
            (Verdict.CONVERT, {"lead_id": "00Q9", "resuming": True}, Action.CONVERT),
        ],
    )
    def test_landed_lead_belongs_to_its_crm(self, verdict: Verdict, changes: dict[str, Any], expected: Action) -> None:
        """What stands in the target is that CRM's own, but for a conversion that an interrupted run owed."""
        assert plan_lead(situation(verdict, in_place=False, **changes)).steps[0].action is expected


def plan_of(*leads: PlannedLead) -> Plan:
    """A plan of one route."""
    steps = tuple(step for lead in leads for step in lead.steps)
    return Plan("plan-1", "salesforce", "00D1", NOW, VERSIONS, leads, estimate_calls(steps))


class TestSeal:
    """Plans in files."""

    def test_round_trip_is_exact(self) -> None:
        """What is read back is what was sealed."""
        plan = plan_of(plan_lead(situation(Verdict.CONVERT, decision=HOT)))
        assert unseal(json.loads(json.dumps(seal(plan)))) == plan

    def test_edit_breaks_the_seal(self) -> None:
        """One changed value anywhere and the plan is refused."""
        sealed = json.loads(json.dumps(seal(plan_of(plan_lead(situation(Verdict.CONVERT, decision=HOT))))))
        sealed["plan"]["leads"][0]["steps"][0]["terms"]["opportunity"] = "none"
        with pytest.raises(SafetyStop, match="edited"):
            unseal(sealed)

    def test_other_files_are_refused(self) -> None:
        """Any other JSON is no plan."""
        with pytest.raises(SafetyStop, match="not a plan"):
            unseal({"leads": []})

    def test_calls_are_full_batches(self) -> None:
        """Two hundred conversions and six hundred marks take two calls, one, and one to read back."""
        steps = plan_lead(situation(Verdict.CONVERT, decision=HOT)).steps
        assert estimate_calls(steps * 200) == 2 + 1 + 1
        assert estimate_calls(()) == 0

    def test_read_aloud_names_every_change(self) -> None:
        """People read before, after and because."""
        made = decision(Verdict.DISQUALIFY, disqualification="stale")
        lines = "\n".join(
            read_aloud(plan_of(plan_lead(situation(Verdict.DISQUALIFY, {"status": "Open"}, decision=made))))
        )
        assert "status: Open -> Closed - Not Converted" in lines
        assert "because Nothing happened for a year." in lines


def test_drift_is_what_somebody_changed() -> None:
    """A field that no longer holds what the plan found has drifted; one that was not read has not."""
    assert drifted({"a": "1", "b": None, "c": "x"}, {"a": "2", "b": ""}) == ("a",)


SUITE = ConversionStyle()
SUGAR = ConversionStyle(given=frozenset({Kind.OPPORTUNITY}))


class TestStyles:
    """The same conversion in CRMs that make different things by themselves."""

    def test_records_come_first_where_the_crm_makes_none(self) -> None:
        """Account, contact and opportunity are created by key, each linked to those before it; then the lead closes."""
        planned = plan_lead(situation(Verdict.CONVERT, decision=HOT, style=SUITE))
        assert actions(planned) == [
            (Action.CREATE, "Account"),
            (Action.CREATE, "Contact"),
            (Action.CREATE, "Opportunity"),
            (Action.CONVERT, "Lead"),
        ]
        account, contact, opportunity, convert = planned.steps
        assert opportunity.takes == {"account": Take(account.key, "record"), "contact": Take(contact.key, "record")}
        assert convert.takes == {**opportunity.takes, "opportunity": Take(opportunity.key, "record")}
        assert [step.external_key for step in planned.steps[:3]] == [
            "salesforce:00Q1:account",
            "salesforce:00Q1:contact",
            "salesforce:00Q1:opportunity",
        ]
        assert all(step.ids["lead"] == "00Q1" for step in planned.steps)
        assert (opportunity.after["name"], convert.terms["opportunity"]) == ("Okafor Looms - demo", "new")

    def test_opportunity_is_given_where_the_crm_makes_it(self) -> None:
        """Where the conversion makes the opportunity, its values and key travel with the conversion."""
        planned = plan_lead(situation(Verdict.CONVERT, decision=HOT, style=SUGAR))
        assert actions(planned)[2:] == [(Action.CONVERT, "Lead")]
        after = planned.steps[-1].after
        assert (after["name"], after["external_key"]) == ("Okafor Looms - demo", "salesforce:00Q1:opportunity")

    def test_known_records_are_not_created(self) -> None:
        """Attaching a known person to a known account creates neither, in any style."""
        account = Record(Kind.ACCOUNT, RecordRef("salesforce", "Account", "001"), {"name": "Okafor Looms"})
        contact = Record(Kind.CONTACT, RecordRef("salesforce", "Contact", "003"), {"last_name": "Okafor"})
        planned = plan_lead(situation(Verdict.ATTACH, style=SUITE, account=account, contact=contact))
        assert actions(planned) == [(Action.CONVERT, "Lead")]
        assert planned.steps[0].ids == {"lead": "00Q1", "account": "001", "contact": "003"}

    def test_follower_waits_for_the_leaders_conversion(self) -> None:
        """A colleague's contact is created on the account that the leader's conversion brings."""
        leader = Leader({"account": Take("k", "account"), "opportunity": Take("k", "opportunity")})
        planned = plan_lead(situation(Verdict.CONVERT, decision=HOT, leader=leader, style=SUITE))
        assert actions(planned) == [(Action.CREATE, "Contact"), (Action.CONVERT, "Lead")]
        assert planned.steps[0].takes["account"] == Take("k", "account")


class TestPushBack:
    """What the CRM that a lead came from is given back."""

    def across(self, **changes: Any) -> Situation:
        """A lead that lands in another CRM and converts there."""
        facts = {"in_place": False, "lead_id": "", "foreign": True, "decision": HOT}
        return situation(Verdict.CONVERT, **{**facts, **changes})

    def test_records_follow_the_targets_conversion(self) -> None:
        """The source gets the same records after the target's conversion is done, under the same keys."""
        here = situation(Verdict.CONVERT, decision=HOT, style=SUITE, connection="sugarcrm", org="sugar")
        planned = plan_lead(self.across(origin=here))
        target = next(s for s in planned.steps if s.action is Action.CONVERT and not s.connection)
        back = [step for step in planned.steps if step.connection == "sugarcrm"]
        assert [step.action for step in back] == [Action.CREATE, Action.CREATE, Action.CREATE, Action.CONVERT]
        assert all(step.takes["after"] == Take(target.key, "lead") for step in back)
        assert len({step.key for step in planned.steps}) == len(planned.steps)

    def test_note_precedes_the_conversion_there(self) -> None:
        """With records the lead is told before its own conversion, which closes it and may make it read-only."""
        here = situation(Verdict.CONVERT, decision=HOT, connection="salesforce", org="other")
        back = HandBack("sugar", "other", Words(), {"status": "Closed", "converted_to": "{account}"})
        planned = plan_lead(self.across(origin=here, hand_back=back))
        note, convert = (step for step in planned.steps if step.connection and step.kind == "lead")
        assert (dict(note.after), convert.takes["lead"]) == ({"converted_to": "{account}"}, Take(note.key, "record"))

    def test_links_close_the_lead_with_a_note(self) -> None:
        """With links the source lead is closed in one update that names what was made of it."""
        values = {"status": "Closed", "converted_to": "{connection}: {account} {contact} {opportunity}"}
        planned = plan_lead(self.across(hand_back=HandBack("sf", "org2", Words(), values), decision=None))
        note = planned.steps[-1]
        assert (note.action, note.connection, note.ids) == (Action.UPDATE, LEAD.connection, {"record": "00Q1"})
        assert note.after["converted_to"] == "sf: {account} {contact} none"
        assert filled(note, {"account": "001", "contact": "003"})["converted_to"] == "sf: 001 003 none"

"""Whatever a lead holds, the policy answers with a reason, and answers equal input equally."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.model.decision import Verdict
from connector.model.fields import LEAD_FIELDS
from connector.model.match import Linkage
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.policy import decide
from tests.policy.making import VERSIONS, inputs, starter

RULES = starter()
ODD = st.sampled_from(
    ["yes", "no", "demo", "2026-01-01", "2026-13-01T00:00:00Z", "CEO", "n/a", "queue", "{x}", "1e999"]
)
SCALARS: st.SearchStrategy[Scalar] = st.one_of(
    st.text(max_size=30), ODD, st.integers(), st.booleans(), st.none(), st.floats()
)
LEADS = st.dictionaries(st.sampled_from(sorted(LEAD_FIELDS)), SCALARS, max_size=14).map(
    lambda values: Record(Kind.LEAD, RecordRef("crm", "Lead", "L1"), values)
)

LATE: dict[str, Scalar] = {"requested_action": "demo", "requested_at": "9999-12-31T23:59:59Z"}
END_OF_TIME = Record(Kind.LEAD, RecordRef("crm", "Lead", "L1"), LATE)


@settings(max_examples=200, deadline=None)
@example(END_OF_TIME, Linkage.NEW, "")
@given(LEADS, st.sampled_from(list(Linkage)), st.sampled_from(["", "owner changed"]))
def test_anything_can_be_decided(lead: Record, linkage: Linkage, worked: str) -> None:
    """No content of a field makes a decision fail; reasons, look-again times and opportunities keep their promises."""
    given_inputs = inputs(lead, linkage, worked=worked)
    found = decide(RULES, given_inputs, VERSIONS)
    assert found.reasons
    assert found == decide(RULES, given_inputs, VERSIONS)
    assert found.look_again_at is None or found.look_again_at > given_inputs.as_of
    assert found.opportunity is None or (found.verdict.converts and 0 < len(found.opportunity.name) <= 120)
    assert bool(found.disqualification) is (found.verdict is Verdict.DISQUALIFY)
    assert not (worked and found.verdict.converts and found.rule != "already-converted")

"""Whatever a CRM holds in its fields, matching answers, and it answers the same from equal input."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.matching import company_group, entry, query
from connector.model.fields import ACCOUNT_FIELDS, CONTACT_FIELDS, LEAD_FIELDS
from connector.model.records import Kind, Record, RecordRef, Scalar
from tests.matching.making import resolved, rules

TEXT = st.text(max_size=30)
ODD = st.sampled_from(
    ["n/a", "-", "@", "a@b", "x@x.x", "Jr.", "Dr.", "()", "GmbH", ".", "+1", "http://", "'", "&", "株式会社"]
)
SCALARS: st.SearchStrategy[Scalar] = st.one_of(TEXT, ODD, st.integers(), st.booleans(), st.none(), st.floats())


def records(kind: Kind, names: list[str], record_id: str) -> st.SearchStrategy[Record]:
    """Records whose fields hold anything at all."""
    values = st.dictionaries(st.sampled_from(names), SCALARS, max_size=12)
    return values.map(lambda given: Record(kind, RecordRef("crm", kind.value, record_id), given))


@settings(max_examples=150, deadline=None)
@given(
    records(Kind.LEAD, sorted(LEAD_FIELDS), "L1"),
    records(Kind.CONTACT, sorted(CONTACT_FIELDS), "C1"),
    records(Kind.ACCOUNT, sorted(ACCOUNT_FIELDS), "A1"),
    records(Kind.LEAD, sorted(LEAD_FIELDS), "L2"),
)
def test_anything_can_be_resolved(lead: Record, contact: Record, account: Record, other: Record) -> None:
    """No content of a field makes matching fail, and every key has a value."""
    answer = resolved(lead, contact, account, other)
    assert answer == resolved(lead, other, account, contact)
    assert all(key.partition("=")[2] for key in (*query(lead, rules()).strong, *entry(lead, rules()).keys))
    assert isinstance(company_group(lead, rules()), str)

"""`review decide`: one answer settles look-alikes, the first of two stands, and none is taken for another question."""

from __future__ import annotations

import pytest

from connector.model.progress import ReviewState
from connector.model.records import Kind

from .desk import Desk, candidate, ref

LEAD, CONTACT, ACCOUNT = Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT
FIRST, SECOND = ref(CONTACT, 1).id, ref(CONTACT, 2).id


def colleagues(desk: Desk) -> list[int]:
    """Two people of one firm that may be one of two accounts."""
    return [
        desk.ask(one, candidate(ACCOUNT, 1), candidate(ACCOUNT, 2), first_name=name, email=f"{name}@harbor.example")
        for one, name in enumerate(("ann", "bob"), 1)
    ]


class TestLookAlikes:
    """One answer, many questions."""

    @pytest.mark.parametrize(
        ("answer", "kept"), [(("same", "1"), [(FIRST, "same")]), (("different",), [(FIRST, "different")])]
    )
    def test_answer_settles_all(self, desk: Desk, answer: tuple[str, ...], kept: list[tuple[str, str]]) -> None:
        """Each look-alike has the answer, a judgement and an audit line of its own that names the group."""
        first, second = (desk.ask(one, candidate(CONTACT, 1)) for one in (1, 2))
        done = desk.answer("decide", str(first), *answer, "--by", "ann")
        assert (done["standing"], done["also"]) == ("settled", [second])
        assert desk.words(1) == desk.words(2) == kept
        lines = desk.audited("review answered")
        assert [(line["review"], line["answered_with"]) for line in lines] == [(first, first), (second, first)]
        assert {line["group"] for line in lines} == {done["group"]}
        assert [said.group for said in desk.review(second).said] == [done["group"]]
        assert desk.open_ids() == []

    def test_only_leaves_the_others(self, desk: Desk) -> None:
        """With `--only` the look-alikes stay open."""
        first, second = (desk.ask(one, candidate(CONTACT, 1)) for one in (1, 2))
        assert desk.answer("decide", str(first), "same", "--only")["also"] == []
        assert desk.open_ids() == [second]
        assert desk.words(2) == []

    def test_other_candidates_stay_open(self, desk: Desk) -> None:
        """A lead of the same person whose candidates differ is never settled along."""
        first = desk.ask(1, candidate(CONTACT, 1))
        other = desk.ask(2, candidate(CONTACT, 1), candidate(CONTACT, 2))
        desk.type("decide", str(first), "same")
        assert desk.open_ids() == [other]

    def test_ruling_is_for_one_person(self, desk: Desk) -> None:
        """In a group about a firm a verdict on one person is not one on their colleague; an account is."""
        first, second = colleagues(desk)
        assert desk.answer("decide", str(first), "nurture")["also"] == []
        assert desk.open_ids() == [second]

    def test_account_is_for_the_firm(self, desk: Desk) -> None:
        """In a group about a firm the account counts for everybody."""
        first, second = colleagues(desk)
        assert desk.answer("decide", str(first), "same", ref(ACCOUNT, 2).id)["also"] == [second]
        assert desk.words(2) == [(ref(ACCOUNT, 2).id, "same")]

    def test_contact_is_not_for_the_firm(self, desk: Desk) -> None:
        """In a group about a firm a contact that was not offered is one person, and not the colleague."""
        desk.put(CONTACT, 5, last_name="Lee")
        first, second = colleagues(desk)
        assert desk.answer("decide", str(first), "other", ref(CONTACT, 5).id)["also"] == []
        assert desk.open_ids() == [second]


class TestWords:
    """What can be answered."""

    def test_other_record_of_the_target(self, desk: Desk) -> None:
        """A contact that was not among the candidates is named by its id of 15 or 18 characters, or in full."""
        desk.put(CONTACT, 5, last_name="Lee")
        for one, text in enumerate((ref(CONTACT, 5).id, ref(CONTACT, 5).id[:15], str(ref(CONTACT, 5))), 1):
            number = desk.ask(one, candidate(CONTACT, 1), email=f"a@firm{one}.example", company=f"Firm {one}")
            assert desk.type("decide", str(number), "other", text).code == 0
            assert desk.words(one) == [(ref(CONTACT, 5).id, "same")]

    def test_other_lead(self, desk: Desk) -> None:
        """Another lead can be named; never the lead itself."""
        desk.put(LEAD, 9, last_name="Lee")
        number = str(desk.ask(1, candidate(CONTACT, 1)))
        assert desk.type("decide", number, "other", str(ref(LEAD, 1))).code == 2
        assert desk.type("decide", number, "other", str(ref(LEAD, 9))).code == 0
        assert desk.words(1) == [(ref(LEAD, 9).id, "same")]

    @pytest.mark.parametrize("text", ["003000000000099", "nobody@nowhere.example", "sugarcrm:Contacts:1"])
    def test_unknown_other_is_refused(self, desk: Desk, text: str) -> None:
        """A record that nobody knows is told so, and nothing is kept."""
        number = desk.ask(1, candidate(CONTACT, 1))
        answer = desk.type("decide", str(number), "other", text)
        assert (answer.code, f"is known as `{text}`" in answer.err) == (2, True), answer.said
        assert desk.open_ids() == [number]

    def test_offered_other_is_same(self, desk: Desk) -> None:
        """A candidate that is named as another record is the same as."""
        number = desk.ask(1, candidate(CONTACT, 1), candidate(CONTACT, 2))
        assert desk.answer("decide", str(number), "other", SECOND)["review"]["answer"]["word"] == "same"

    def test_unsure_leaves_it_open(self, desk: Desk) -> None:
        """`unsure` is kept as a judgement on each candidate, and the question stays open for somebody else."""
        number = desk.ask(1, candidate(CONTACT, 1))
        answer = desk.type("decide", str(number), "unsure", "--by", "ann", "--note", "no idea")
        assert "the question stays open for somebody else" in answer.out
        assert desk.words(1) == [(FIRST, "unsure")]
        assert desk.review(number).state is ReviewState.OPEN
        assert desk.type("decide", str(number), "same", "--by", "bob").code == 0
        assert desk.words(1) == [(FIRST, "same")]

    def test_unsure_takes_no_word_away(self, desk: Desk) -> None:
        """Who is unsure does not take back what somebody else was sure of."""
        first = desk.ask(1, candidate(CONTACT, 1))
        desk.type("decide", str(first), "different", "--by", "ann")
        second = desk.ask(1, candidate(CONTACT, 1), candidate(CONTACT, 2))
        desk.type("decide", str(second), "unsure", "--by", "bob")
        assert desk.words(1) == [(FIRST, "different"), (SECOND, "unsure")]

    @pytest.mark.parametrize("word", ["different", "new"])
    def test_none_of_nobody_is_refused(self, desk: Desk, word: str) -> None:
        """Where there are no candidates, that it is none of them would be asked again for ever."""
        number = desk.ask(1)
        answer = desk.type("decide", str(number), word)
        assert (answer.code, "say what to do with the lead" in answer.err) == (2, True), answer.said
        assert desk.open_ids() == [number]


class TestTwoPeople:
    """The first answer stands, and nothing is lost of the second."""

    def test_other_answer_is_a_conflict(self, desk: Desk) -> None:
        """Who answers otherwise gets 1 and the name of the first; both are kept in the review and in the audit."""
        number = str(desk.ask(1, candidate(CONTACT, 1), candidate(CONTACT, 2)))
        assert desk.type("decide", number, "same", "1", "--by", "ann").code == 0
        answer = desk.type("decide", number, "same", "2", "--by", "bob", "--note", "met her")
        assert (answer.code, "ann answered review 1 first" in answer.out) == (1, True), answer.said
        assert desk.words(1) == [(FIRST, "same")]
        review = desk.answer("show", number)["review"]
        assert review["answer"]["by"] == "ann"
        assert [(one["by"], one["standing"]) for one in review["said"]] == [("ann", "settled"), ("bob", "conflict")]
        assert len(desk.audited("review answered")) == len(desk.audited("review answer in conflict")) == 1
        told = desk.type("show", number).out
        assert "ann said same" in told
        assert 'bob said same salesforce:Contact:003000000000002AAA ("met her")' in told

    def test_conflict_answers_json(self, desk: Desk) -> None:
        """For machines the status is `conflict`, and the review shows the answer that stands."""
        number = str(desk.ask(1, candidate(CONTACT, 1)))
        desk.type("decide", number, "same", "--by", "ann")
        answer = desk.type("decide", number, "different", "--by", "bob", "--json")
        assert (answer.code, answer.json["status"]) == (1, "conflict")
        assert answer.json["review"]["answer"]["word"] == "same"

    def test_same_answer_is_agreement(self, desk: Desk) -> None:
        """Who says the same is noted beside the first and gets 0; saying it twice is noted once."""
        number = str(desk.ask(1, candidate(CONTACT, 1)))
        for by in ("ann", "bob", "bob", "ann"):
            assert desk.type("decide", number, "same", "--by", by).code == 0
        said = [(one.answer.by, one.standing.value) for one in desk.review(1).said]
        assert said == [("ann", "settled"), ("bob", "agreed")]


class TestChangedSince:
    """An answer is about what was seen."""

    @pytest.fixture
    def asked(self, desk: Desk) -> str:
        """A question about a lead and one candidate, with a fresh look of Ann's."""
        desk.put(CONTACT, 1, last_name="Lee", title="Clerk")
        number = str(desk.ask(1, candidate(CONTACT, 1)))
        assert desk.type("show", number, "--by", "ann").code == 0
        return number

    @pytest.mark.parametrize("kind", [LEAD, CONTACT])
    def test_change_asks_again(self, desk: Desk, asked: str, kind: Kind) -> None:
        """When the lead or a candidate changed after the look, the answer is refused until they look again."""
        desk.put(kind, 1, last_name="Lee", title="Head of Sales")
        answer = desk.type("decide", asked, "same", "--by", "ann")
        assert (answer.code, "changed since you looked: show it again" in answer.err) == (2, True), answer.said
        assert f"next: connector review show {asked}" in answer.err
        assert desk.words(1) == []
        assert "Head of Sales" in desk.type("show", asked, "--by", "ann").out
        assert desk.type("decide", asked, "same", "--by", "ann").code == 0

    def test_look_of_another_does_not_help(self, desk: Desk, asked: str) -> None:
        """What Bob saw after the change is not what Ann saw before it."""
        desk.put(CONTACT, 1, last_name="Lee", title="Head of Sales")
        assert desk.type("show", asked, "--by", "bob").code == 0
        assert desk.type("decide", asked, "same", "--by", "ann").code == 2
        assert desk.type("decide", asked, "same", "--by", "bob").code == 0

    def test_fingerprint_can_be_given(self, desk: Desk, asked: str) -> None:
        """`--asked` says what was seen, whatever was shown since."""
        seen = desk.answer("show", asked, "--by", "ann")["review"]["asked"]
        desk.put(CONTACT, 1, last_name="Lee", title="Head of Sales")
        now = desk.answer("show", asked, "--by", "ann")["review"]["asked"]
        assert seen != now
        assert desk.type("decide", asked, "same", "--by", "ann", "--asked", seen).code == 2
        assert desk.type("decide", asked, "same", "--by", "ann", "--asked", now).code == 0

    def test_new_candidates_ask_again(self, desk: Desk, asked: str) -> None:
        """When the sync offers other candidates, what was seen is no more what is asked."""
        desk.ask(1, candidate(CONTACT, 1), candidate(CONTACT, 2))
        assert desk.type("decide", asked, "same", "1", "--by", "ann").code == 2

    def test_activity_is_no_change(self, desk: Desk, asked: str) -> None:
        """What changes by itself and says nothing of who somebody is does not send people back."""
        desk.put(CONTACT, 1, last_name="Lee", title="Clerk", created_at="2026-01-01T00:00:00Z")
        assert desk.type("decide", asked, "same", "--by", "ann").code == 0

    def test_answer_without_a_look(self, desk: Desk) -> None:
        """Who never looked answers what the sync asked last."""
        number = str(desk.ask(1, candidate(CONTACT, 1)))
        desk.put(CONTACT, 1, last_name="Lee")
        assert desk.type("decide", number, "same", "--by", "ann").code == 2

"""`review list` and `review show`: the most valuable question first, look-alikes together, both sides marked."""

from __future__ import annotations

from connector.model.records import Kind

from .desk import Desk, candidate, ref

CONTACT, ACCOUNT = Kind.CONTACT, Kind.ACCOUNT


class TestOrder:
    """What an answer is worth: value, uncertainty and age."""

    def test_open_question_before_settled(self, desk: Desk) -> None:
        """Of two questions that are alike but for the points, the more uncertain one comes first."""
        sure = desk.ask(1, candidate(CONTACT, 1, 9.0), email="a@one.example")
        torn = desk.ask(2, candidate(CONTACT, 1, 0.0), first_name="Bob", email="b@two.example")
        assert desk.open_ids() == [torn, sure]

    def test_late_question_before_fresh(self, desk: Desk) -> None:
        """Of two questions that are alike but for their age, the one that waits longer comes first."""
        fresh = desk.ask(1, candidate(CONTACT, 1), hours=7, email="a@one.example")
        late = desk.ask(2, candidate(CONTACT, 1), hours=30, first_name="Bob", email="b@two.example")
        assert desk.open_ids() == [late, fresh]

    def test_bigger_amount_comes_first(self, desk: Desk) -> None:
        """Of two questions that are alike but for the amount on the lead, the bigger one comes first."""
        small = desk.ask(1, candidate(CONTACT, 1), email="a@one.example", x_amount="1000")
        big = desk.ask(2, candidate(CONTACT, 1), first_name="Bob", email="b@two.example", x_amount="9000")
        assert desk.open_ids() == [big, small]

    def test_order_can_be_explained(self, desk: Desk) -> None:
        """Each priority comes with its factors, which multiply to it, for machines and with `--why` for people."""
        number = desk.ask(1, candidate(CONTACT, 1, 0.0), hours=30)
        (found,) = desk.answer("list")["priorities"]
        assert found["review"] == number
        assert found["uncertainty"] == 1.0
        assert 1.25 <= found["age"] < 1.3
        assert abs(found["total"] - found["value"] * found["uncertainty"] * found["age"]) < 1e-5
        assert len(found["because"]) == 3
        assert "waits 30 h of 24 h allowed" in desk.type("list", "--why").out
        assert "waits" not in desk.type("list").out

    def test_sla_of_the_policy_counts(self, desk: Desk) -> None:
        """The time allowed is that of the policy; a policy that cannot be read stops nobody from looking."""
        desk.ask(1, candidate(CONTACT, 1), hours=30)
        desk.folder.edit("mappings/policy.yaml", "hours: 24", "hours: 12")
        assert "waits 30 h of 12 h allowed" in desk.type("list", "--why").out
        desk.folder.edit("mappings/policy.yaml", "hours: 12", "hours: soon")
        assert "waits 30 h of 24 h allowed" in desk.type("list", "--why").out

    def test_unsure_puts_it_last(self, desk: Desk) -> None:
        """Who was unsure of a question sees it last, and everybody else where it was."""
        first = desk.ask(1, candidate(CONTACT, 1), hours=60, email="a@one.example")
        second = desk.ask(2, candidate(CONTACT, 1), hours=8, first_name="Bob", email="b@two.example")
        assert desk.type("decide", str(first), "unsure", "--by", "ann").code == 0
        order = {by: [r["id"] for r in desk.answer("list", "--by", by)["reviews"]] for by in ("ann", "bob")}
        assert order == {"ann": [second, first], "bob": [first, second]}


class TestGroups:
    """Questions that are the same stand together."""

    def test_look_alikes_are_one_line(self, desk: Desk) -> None:
        """Two leads of one person with the same candidates are one line with their number, or two with `--each`."""
        numbers = [desk.ask(one, candidate(CONTACT, 1)) for one in (1, 2)]
        lines = desk.type("list").out.splitlines()
        assert len([line for line in lines if "Ann Lee" in line]) == 1
        assert "1 look-alike not shown" in lines[-1]
        assert len([line for line in desk.type("list", "--each").out.splitlines() if "Ann Lee" in line]) == 2
        (group,) = desk.answer("list")["groups"]
        assert (group["about"], group["reviews"]) == ("person", numbers)

    def test_other_candidates_are_no_group(self, desk: Desk) -> None:
        """The same person with other candidates is another question."""
        desk.ask(1, candidate(CONTACT, 1))
        desk.ask(2, candidate(CONTACT, 1), candidate(CONTACT, 2))
        assert desk.answer("list")["groups"] == []

    def test_two_mailboxes_of_one_firm(self, desk: Desk) -> None:
        """Namesakes with two mailboxes of one firm are no group, though name, firm and candidates are the same."""
        desk.ask(1, candidate(CONTACT, 1), email="ann@harbor.example")
        desk.ask(2, candidate(CONTACT, 1), email="ann.lee2@harbor.example")
        assert desk.answer("list")["groups"] == []

    def test_colleagues_share_a_firm_question(self, desk: Desk) -> None:
        """Two people of one firm ask the same where all candidates are accounts."""
        for one, name in enumerate(("ann", "bob"), 1):
            desk.ask(one, candidate(ACCOUNT, 1), candidate(ACCOUNT, 2), first_name=name, email=f"{name}@harbor.example")
        (group,) = desk.answer("list")["groups"]
        assert (group["about"], len(group["reviews"])) == ("firm", 2)


class TestShow:
    """Side by side."""

    def test_each_part_is_marked(self, desk: Desk) -> None:
        """The same, nearly the same and different values carry their sign, in words for machines."""
        facts = {"first_name": "Anny", "last_name": "Lee", "company": "Harbor Grid", "email": "zoe@other.example"}
        desk.put(CONTACT, 1, **facts)
        number = desk.ask(1, candidate(CONTACT, 1, 3.0), candidate(CONTACT, 2, 1.5))
        shown = desk.answer("show", str(number))
        signs = {line["field"]: [cell["sign"] for cell in line["candidates"]] for line in shown["fields"]}
        assert signs["company"] == ["same", "none"]
        assert signs["name"] == ["near", "none"]
        assert signs["email"] == ["different", "none"]
        text = desk.type("show", str(number)).out
        assert "company\tHarbor Grid\t= Harbor Grid\t" in text
        assert "email\tann@harbor.example\t≠ zoe@other.example\t" in text
        assert "name\tAnn Lee\t~ Anny Lee\t" in text

    def test_evidence_runner_up_and_gap(self, desk: Desk) -> None:
        """Each candidate's points are told, and how far the second best is behind."""
        number = desk.ask(1, candidate(CONTACT, 1, 1.5), candidate(CONTACT, 2, 3.0))
        shown = desk.answer("show", str(number))
        assert (shown["gap"], shown["runner_up"]["record"]["id"]) == (1.5, ref(CONTACT, 1).id)
        text = desk.type("show", str(number)).out
        assert "+ The names are nearly the same. (+3.0)" in text
        assert f"runner-up: contact {ref(CONTACT, 1).id}, 1.5 points behind" in text

    def test_look_alikes_are_told(self, desk: Desk) -> None:
        """A review names the others that its answer settles."""
        first, second = (desk.ask(one, candidate(CONTACT, 1)) for one in (1, 2))
        assert desk.answer("show", str(first))["look_alikes"] == [second]
        assert f"the same question about the same person: {second} (group" in desk.type("show", str(first)).out

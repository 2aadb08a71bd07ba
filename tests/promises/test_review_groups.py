"""One answer for look-alikes is carried out for each of them, and a changed record is asked about again."""

from __future__ import annotations

from typing import Any

from tests.builders import account, demo_lead, record_id

from .project import Project

HOME = f"{record_id('001', 1)}AAA"
PEOPLE = ((10, "Ivy", "Stone"), (11, "Jon", "Brook"))


def asked(project: Project) -> dict[str, Any]:
    """Two colleagues whose company is one of two accounts of its name; the answer of `review list`."""
    project.load({"Account": [account(number, "Harbor Grid Works", Website=None) for number in (1, 2)]})
    rows = [
        demo_lead(number, first, last, "Harbor Grid Works", Email=f"{first.lower()}@hgw-mail.example")
        for number, first, last in PEOPLE
    ]
    project.load({"Lead": rows})
    assert project.sync().route["verdicts"]["review"] == 2
    return project.run("review", "list").json


def test_group_is_carried_out(project: Project) -> None:
    """Both leads are converted into the account that one of them was answered to be of, and once."""
    listed = asked(project)
    (group,) = listed["groups"]
    first, second = group["reviews"]
    done = project.run("review", "decide", str(first), "same", HOME, "--by", "Rita")
    assert (done.code, done.json["also"]) == (0, [second])
    assert project.sync().code == 0
    into = {row["Id"]: row["ConvertedAccountId"] for row in project.dump("Lead")}
    assert into == {f"{record_id('00Q', number)}EAA": HOME for number, _, _ in PEOPLE}
    assert project.writes_of_another_sync() == 0


def test_changed_candidate_is_asked_again(project: Project) -> None:
    """A candidate edited in the CRM changes what is asked with the next sync, and the old answer is not taken."""
    number = str(asked(project)["reviews"][0]["id"])
    seen = project.run("review", "show", number, "--by", "Rita").json["review"]["asked"]
    project.side_door("edit", "Account", HOME, set={"Phone": "+1 504 621 8927"})
    assert project.sync().code == 0
    refused = project.run("review", "decide", number, "same", HOME, "--by", "Rita")
    assert (refused.code, "changed since you looked" in refused.err) == (2, True), refused.err
    now = project.run("review", "show", number, "--by", "Rita").json["review"]["asked"]
    assert now != seen
    assert project.run("review", "decide", number, "same", HOME, "--by", "Rita").code == 0

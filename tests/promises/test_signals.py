"""What people did in the CRM is read from it, and makes the next sync decide their leads anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from tests.builders import Row, demo_lead

from .families import SALESFORCE, SUGAR_FAMILY, Family
from .project import Project

NewProject = Callable[..., Project]
ALL = pytest.mark.parametrize("family", [SALESFORCE, *SUGAR_FAMILY], ids=lambda family: family.name)


def quiet_lead(number: int, first: str, last: str, company: str) -> Row:
    """A lead with a strong fit that asked for nothing: nurtured."""
    row = demo_lead(number, first, last, company)
    del row["Requested_Action__c"]
    return row


def standing(project: Project) -> str:
    """Loads one quiet lead, has it nurtured, lets a minute pass, and answers the lead's id."""
    project.load({"Lead": [quiet_lead(10, "Ann", "Lee", "Northwind Tools")]})
    done = project.sync()
    assert (done.code, done.route["verdicts"]["nurture"]) == (0, 1), done.err
    project.advance(60)
    (lead,) = project.loaded
    return lead


def put(project: Project, object_name: str, **fields: object) -> str:
    """Put one record into the CRM; answers its id."""
    loaded: Mapping[str, list[Row]] = project.control("load", {project.family.dialect: {object_name: [fields]}})[
        project.family.dialect
    ]
    return str(loaded[object_name][0][project.family.id])


def request(family: Family, lead: str) -> tuple[str, Row]:
    """A demo request that somebody noted with a lead, in the CRM's own words."""
    if family is SALESFORCE:
        return "Task", {"WhoId": lead, "Subject": "Demo request", "Status": "Completed"}
    return "Calls", {"parent_type": "Leads", "parent_id": lead, "name": "Demo request", "status": "Held"}


def kept(project: Project) -> list[tuple[str, str]]:
    """Object and kind of every activity that counts."""
    return project.rows("SELECT substr(source_id, 1, instr(source_id, ':') - 1), kind FROM activities WHERE gone = 0")


@ALL
def test_noted_request_converts_nurtured_lead(new_project: NewProject, family: Family) -> None:
    """A demo request that turns up converts a lead that was nurtured, once; API calls are as the server counts them."""
    project = new_project(family)
    object_name, fields = request(family, standing(project))
    put(project, object_name, **fields)
    before = len(project.calls())
    done = project.sync()
    assert done.route["redecided"]["convert"] == 1, done.err
    assert done.route["api_calls"] == len(project.calls()) - before
    assert kept(project) == [(object_name, "demo_request")]
    assert project.leftovers() == []
    assert project.writes_of_another_sync() == 0
    decided = len(project.rows("SELECT 1 FROM decisions"))
    project.sync()
    assert len(project.rows("SELECT 1 FROM decisions")) == decided


@ALL
def test_only_what_happened_counts(new_project: NewProject, family: Family) -> None:
    """A call counts once it was made, and no more when somebody deletes it, where the CRM tells of that."""
    project = new_project(family)
    object_name, fields = request(family, standing(project))
    status = "Status" if family is SALESFORCE else "status"
    planned = {**fields, status: "Not Started" if family is SALESFORCE else "Planned"}
    call = put(project, object_name, **planned)
    assert project.sync().route["redecided"] == dict.fromkeys(
        ["convert", "attach", "review", "nurture", "disqualify"], 0
    )
    assert kept(project) == []
    project.advance(60)
    project.side_door("edit", object_name, call, dialect=family.dialect, set={status: fields[status]})
    project.run("sync", family.route, "--dry-run")
    assert kept(project) == [(object_name, "demo_request")]
    if family.name == "suitecrm-v8":
        return  # it tells of no deletions
    project.advance(60)
    project.side_door("delete", object_name, call, dialect=family.dialect)
    assert project.sync().route["redecided"]["nurture"] == 1
    assert kept(project) == []


def test_meeting_counts_from_its_start(project: Project) -> None:
    """A meeting that lies ahead is no news until it begins; then its lead is decided anew with no change in the CRM."""
    lead = standing(project)
    starts = (project.sandbox.clock.now() + timedelta(days=3)).isoformat()
    put(project, "Event", WhoId=lead, Subject="Product tour", StartDateTime=starts, DurationInMinutes=30)
    project.sync()
    engaged = "SELECT json_extract(decision, '$.scorecard.engagement.points') FROM decisions ORDER BY id DESC LIMIT 1"
    assert project.rows(engaged) == [(0,)]
    project.advance(4 * 86400)
    assert sum(project.sync().route["redecided"].values()) == 1
    assert project.rows(engaged)[0][0] > 0


def test_responses_to_campaigns_count(project: Project) -> None:
    """Who answered a webinar's invitation took part in it; who was only invited did nothing."""
    lead = standing(project)
    campaign = put(project, "Campaign", Name="Summer webinar", Type="Webinar")
    put(project, "CampaignMember", CampaignId=campaign, LeadId=lead, Status="Responded")
    assert sum(project.sync().route["redecided"].values()) == 1
    assert kept(project) == [("CampaignMember", "webinar")]


def test_routes_share_one_reading(project: Project) -> None:
    """Two routes from one connection read what happened there once in a run: it costs one call."""
    standing(project)

    def composites() -> int:
        before = len(project.calls())
        assert project.run("sync", "salesforce", "salesforce-to-sugarcrm", "--dry-run").code == 0
        return sum(call["operation"] == "composite" for call in project.calls()[before:])

    composites()
    reading = composites()
    (project.folder / "mappings" / "salesforce" / "activities.yaml").unlink()
    assert composites() == reading - 1


def test_hidden_object_stops_nothing(project: Project) -> None:
    """An object that our user does not see is a note of the run and a warning of the doctor; the rest is read."""
    lead = standing(project)
    project.edit("mappings/salesforce/activities.yaml", "\n  Event:\n", "\n  Visit__c:\n")
    project.edit("mappings/salesforce/activities.yaml", "object: Event\n", "object: Visit__c\n")
    put(project, "Task", WhoId=lead, Subject="Call", TaskSubtype="Call", Status="Completed")
    done = project.sync()
    assert (done.code, done.route["statements"]) == (
        0,
        ["Visit__c: our user does not see it; what it tells of activities is left out"],
    )
    assert kept(project) == [("Task", "call")]
    warned = [check["name"] for check in project.run("doctor").json["checks"] if check["level"] == "warn"]
    assert "salesforce Visit__c" in warned


def test_edited_mapping_reads_anew(project: Project) -> None:
    """When somebody changes what counts as what, everything is read again, and only the leads it touches wake."""
    lead = standing(project)
    put(project, "Task", WhoId=lead, Subject="Cold talk", TaskSubtype="Call", Status="Completed")
    project.sync()
    project.advance(3600)
    project.sync()  # from here on the task lies before what every pull reads again
    project.edit("mappings/salesforce/activities.yaml", "values: { Call: call,", "values: { Call: x_talk,")
    assert sum(project.sync().route["redecided"].values()) == 1
    assert kept(project) == [("Task", "x_talk")]
    assert sum(project.sync().route["redecided"].values()) == 0


def test_file_of_activities_wakes_landed_lead(project: Project) -> None:
    """What a file tells of a lead that came in another file counts where the lead has landed since."""
    inbox = project.folder / "inbox"
    header = "email,first_name,last_name,company,title,industry,employees\n"
    (inbox / "leads.csv").write_text(f"{header}ann@north.com,Ann,Lee,Northwind Tools,VP Operations,Manufacturing,900\n")
    routes = ("inbox-to-salesforce", "salesforce")
    assert project.sync(*routes).code == 0
    project.advance(60)
    at = project.sandbox.clock.now().date()
    (inbox / "form.activities.csv").write_text(
        f"E-mail,What,Activity,When\nANN@north.com,form,Demo request,{at}\nANN@north.com,form,Webinar,soon\n"
    )
    done = project.sync(*routes)
    assert (done.code, done.json["routes"][1]["redecided"]["convert"]) == (1, 1), done.err
    form = inbox / "form.activities.csv"
    told = "activity-row: 'soon' is no moment (write 2026-05-04 or 2026-05-04T09:30:00Z)"
    assert done.route["findings"] == [f"{form}:3:4: {told}"]
    assert sorted(path.name for path in (inbox / "done").iterdir()) == ["form.activities.csv", "leads.csv"]
    assert project.leftovers() == []
    assert project.writes_of_another_sync(*routes) == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1:1: csv-empty"),
        (b'Email,Activity,When\nann@north.com,"Webinar,2026-05-04\n', "2:0: csv-syntax"),
        (b"Email,Activity,When\nann@north.com,Web\0inar,2026-05-04\n", "2:2: csv-nul"),
        (b"Company,Activity,When\nNorth,Webinar,2026-05-04\n", "1:1: activity-nobody"),
        (b"Email,Activity\nann@north.com,Webinar\n", "1:1: activity-timeless"),
    ],
    ids=["empty", "unclosed", "binary", "nobody", "no-moment"],
)
def test_unreadable_file_of_activities_is_told(project: Project, content: bytes, told: str) -> None:
    """A file of activities that cannot be read ends in 65 with its place, waiting alone, and is left where it is."""
    file = project.folder / "inbox" / "form.activities.csv"
    file.write_bytes(content)
    done = project.sync("inbox-to-salesforce")
    assert (done.code, len(done.route["findings"])) == (65, 1), done.err
    assert done.route["findings"][0].startswith(f"{file}:{told}: ")
    assert file.exists()


def test_rows_without_moment_or_person_are_told(project: Project) -> None:
    """The first ten rows of a file that cannot be read are named, the rest counted; a file without kinds is noted."""
    file = project.folder / "inbox" / "form.activities.csv"
    bad = ["ann@north.com,,13.45.2026"] * 10 + ["ann@north.com,,"] * 4
    file.write_text("\n".join(["E-mail,Note,When", "ann@north.com,,2026-05-04", ",,2026-05-04", *bad, ""]))
    done = project.sync("inbox-to-salesforce")
    assert done.code == 1
    found = done.route["findings"]
    nobody = f"{file}:3:0: activity-row: the row names nobody (fill in the lead's id, e-mail, name or phone)"
    undated = [each for each in found if ":3: activity-row: '13.45.2026' is no moment" in each]
    assert (nobody in found, len(undated), len(found)) == (True, 9, 11)
    assert f"{file}:0:0: activity-row: 5 more rows of this file cannot be read" in found
    kinds = [each for each in done.route["statements"] if "what happened" in each]
    assert kinds == [f"{file}: no column says what happened (Kind, Activity, Type …); its rows are kept as `other`"]
    assert kept(project) == [("Activity", "other")]


@ALL
def test_moves_of_opportunities_are_kept(new_project: NewProject, family: Family) -> None:
    """How an opportunity moved is kept: by the CRM's own history, else as it was seen whenever we looked."""
    project = new_project(family)
    opportunity, stage = ("Opportunity", "StageName") if family is SALESFORCE else ("Opportunities", "sales_stage")
    project.load({"Lead": [demo_lead(10, "Ann", "Lee", "Northwind Tools")]})
    project.sync()
    project.advance(60)
    project.sync()
    (made,) = project.dump(opportunity)
    for word in ("Needs Analysis", "Closed Won"):
        project.advance(3600)
        project.side_door("edit", opportunity, made[family.id], dialect=family.dialect, set={stage: word})
    project.sync()
    origin = "snapshot" if family.dialect == "suitecrm" else "history"
    found = project.rows("SELECT DISTINCT origin, stage, won FROM opportunity_stages ORDER BY at")
    seen = [("Closed Won", 1)] if origin == "snapshot" else [("Needs Analysis", 0), ("Closed Won", 1)]
    assert found == [(origin, made[stage], 0), *((origin, *each) for each in seen)]
    before = len(project.calls())
    project.sync()
    assert [call for call in project.calls()[before:] if "audit" in str(call) or "History" in str(call)] == []

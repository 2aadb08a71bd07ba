"""Routes from one CRM to another: judged by what stands at both ends, not by our own state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUGARCRM, SUITECRM, Crm
from tests.journeys.project import Project

Row = dict[str, Any]
KEYS = {"salesforce": "Connector_Key__c", "sugarcrm": "connector_key_c", "suitecrm": "connector_key_c"}
WORDS = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "account_name": "Company",
    "email1": "Email",
    "title": "Title",
    "industry_c": "Industry",
    "employees_c": "NumberOfEmployees",
    "lead_source": "LeadSource",
    "status": "Status",
    "requested_action_c": "Requested_Action__c",
}
VALUES = {"Web Site": "Web", "New": "Open - Not Contacted"}
WAYS = [(SUGARCRM, SALESFORCE), (SUITECRM, SALESFORCE), (SALESFORCE, SUGARCRM)]
by_way = pytest.mark.parametrize("way", WAYS, ids=[f"{source.name}-to-{target.name}" for source, target in WAYS])
Way = tuple[Crm, Crm]


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def hot(first: str, last: str, company: str, **fields: object) -> Row:
    """A lead with a strong fit that asks for a demo, in Sugar's words."""
    domain = "".join(letter for letter in company.lower() if letter.isalpha()) + ".example"
    row: Row = {
        "first_name": first,
        "last_name": last,
        "account_name": company,
        "email1": f"{first}.{last}@{domain}".lower(),
        "title": "VP Operations",
        "industry_c": "Manufacturing",
        "employees_c": 900,
        "lead_source": "Web Site",
        "status": "New",
        "requested_action_c": "Demo",
    }
    return row | fields


def bring(project: Project, crm: Crm, *leads: Row) -> list[str]:
    """Put leads into a CRM in its own words; answers their ids."""
    rows = [_spoken(lead) for lead in leads] if crm is SALESFORCE else list(leads)
    loaded = project.load(crm.name, **{crm.lead: rows})
    return [str(row[crm.id]) for row in loaded[crm.lead]]


def _spoken(lead: Row) -> Row:
    return {WORDS[name]: VALUES.get(str(value), value) for name, value in lead.items()}


def rows(project: Project, crm: Crm, object_name: str) -> dict[str, Row]:
    """Live records of an object by id."""
    gone = "IsDeleted" if crm is SALESFORCE else "deleted"
    return {str(row[crm.id]): row for row in project.dump(object_name, crm.name) if not row.get(gone)}


def keyed(project: Project, crm: Crm, object_name: str) -> set[str]:
    """The keys that an object's records carry."""
    return {str(row[KEYS[crm.name]]) for row in rows(project, crm, object_name).values() if row.get(KEYS[crm.name])}


def is_converted(crm: Crm, lead: Row) -> bool:
    """Whether a lead is closed by conversion."""
    return bool(lead["IsConverted" if crm is SALESFORCE else "converted"])


def sync(project: Project, way: Way) -> Row:
    """One cycle of the route; answers its part of the result."""
    result = project.sync(f"{way[0].name}-to-{way[1].name}")
    found: Row = result["routes"][0]
    return found


def meanwhile(project: Project, way: Way, action: str, lead: tuple[Crm, str]) -> None:
    """Somebody does something to a lead while the route runs; then it runs once more."""
    crm, record = lead
    door = {"action": action, "dialect": crm.name, "object": crm.lead, "id": record}
    project.faults({"operation": "read", "nth": 1, "when": "before", **door})
    sync(project, way)
    project.faults()
    sync(project, way)


@by_way
class TestRecords:
    """A route that gives its records back: both CRMs hold the same account, contact and opportunity."""

    def test_both_ends_hold_the_same_records(self, project: Project, way: Way) -> None:
        """One conversion at each end, of the same lead, under the same keys, linked to one another."""
        source, target = way
        first, second = bring(
            project, source, hot("Ada", "Marsh", "Northwind Tools"), hot("Bo", "Quill", "Harbor Grid")
        )
        result = sync(project, way)
        assert (result["verdicts"]["convert"], result["parked"], result["waiting"]) == (2, 0, [])
        for noun in ("account", "contact", "opportunity"):
            wanted = {f"{source.name}:{lead}:{noun}" for lead in (first, second)}
            assert keyed(project, source, getattr(source, noun)) == wanted
            assert keyed(project, target, getattr(target, noun)) == wanted
        for crm in way:
            for lead in rows(project, crm, crm.lead).values():
                assert is_converted(crm, lead)
                assert rows(project, crm, crm.contact)[lead[crm.contact_id]]
                assert rows(project, crm, crm.opportunity)[lead[crm.opportunity_id]]

    def test_second_run_writes_nothing(self, project: Project, way: Way) -> None:
        """What was done is not done again, by this route or by those in place at either end."""
        bring(project, way[0], hot("Ada", "Marsh", "Northwind Tools"))
        sync(project, way)
        before = project.writes()
        for route in (f"{way[0].name}-to-{way[1].name}", way[0].name, way[1].name):
            assert project.sync(route)["routes"][0]["pulled"] == 0
        assert project.writes() == before

    def test_colleagues_share_at_both_ends(self, project: Project, way: Way) -> None:
        """Two people of one new company get one account and one opportunity in each CRM."""
        bring(project, way[0], hot("Ada", "Marsh", "Northwind Tools"), hot("Bo", "Quill", "Northwind Tools"))
        sync(project, way)
        for crm in way:
            counts = [len(rows(project, crm, name)) for name in (crm.account, crm.contact, crm.opportunity)]
            assert counts == [1, 2, 1], crm.name

    def test_known_company_is_joined_at_both_ends(self, project: Project, way: Way) -> None:
        """A later colleague joins the account that the first one's conversion made in each CRM."""
        bring(project, way[0], hot("Ada", "Marsh", "Northwind Tools"))
        sync(project, way)
        bring(project, way[0], hot("Bo", "Quill", "Northwind Tools"))
        assert sync(project, way)["verdicts"]["attach"] == 1
        for crm in way:
            assert len(rows(project, crm, crm.account)) == 1
            accounts = {lead[crm.account_id] for lead in rows(project, crm, crm.lead).values()}
            assert accounts == set(rows(project, crm, crm.account))

    def test_routes_back_leave_what_we_landed(self, project: Project, way: Way) -> None:
        """A lead that we landed is nobody's source lead: it goes nowhere from there."""
        other = {"salesforce": "sugarcrm", "sugarcrm": "salesforce"}
        bring(project, way[0], hot("Ada", "Marsh", "Northwind Tools"))
        sync(project, way)
        before = project.writes()
        project.sync(f"{way[1].name}-to-{other[way[1].name]}")
        assert project.writes() == before

    def test_lead_converted_by_a_person_is_left_alone(self, project: Project, way: Way) -> None:
        """A lead that somebody converts at the source is recorded, and nothing is made of it elsewhere."""
        source, target = way
        (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools", requested_action_c=""))
        sync(project, way)
        meanwhile(project, way, "convert_elsewhere", (source, lead))
        assert is_converted(source, rows(project, source, source.lead)[lead])
        assert rows(project, target, target.lead) == {}

    def test_deleted_lead_is_left_alone(self, project: Project, way: Way) -> None:
        """A lead that somebody deletes at the source after we saw it is recorded and never fought."""
        source, target = way
        (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools", requested_action_c=""))
        sync(project, way)
        meanwhile(project, way, "delete", (source, lead))
        assert rows(project, source, source.lead) == rows(project, target, target.lead) == {}
        told = project.run("explain", lead, "--json").json["decision"]["reasons"][0]["code"]
        assert told == "deleted-in-crm"


class TestLandAll:
    """A route that lands every lead: what becomes of one later, in its new CRM, is told to its own."""

    def landed(self, project: Project, way: Way, push_back: str) -> str:
        """A lead that stays a lead, landed in the other CRM and then converted there by a person; its id."""
        source, target = way
        path = project.folder / "connector.yaml"
        text = path.read_text("utf-8")
        path.write_text(text.replace("push_back: records", f"push_back: {push_back}\n    land: all"), "utf-8")
        (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools", requested_action_c=""))
        assert sync(project, way)["verdicts"]["nurture"] == 1
        (copy,) = rows(project, target, target.lead)
        meanwhile(project, way, "convert_elsewhere", (target, copy))
        assert is_converted(target, rows(project, target, target.lead)[copy])
        return lead

    @by_way
    def test_records_follow_a_conversion_by_somebody_else(self, project: Project, way: Way) -> None:
        """Converted by a person there, it is converted here too, once."""
        lead = self.landed(project, way, "records")
        source = way[0]
        assert is_converted(source, rows(project, source, source.lead)[lead])
        assert len(rows(project, source, source.account)) == len(rows(project, source, source.contact)) == 1
        before = project.writes()
        sync(project, way)
        assert project.writes() == before

    def test_note_follows_a_conversion_by_somebody_else(self, project: Project) -> None:
        """With links the lead is closed and names the records that the person made."""
        lead = self.landed(project, (SUGARCRM, SALESFORCE), "links")
        (account,) = rows(project, SALESFORCE, "Account")
        assert account in rows(project, SUGARCRM, "Leads")[lead]["converted_to_c"]


class TestDoubt:
    """A value that no table knows."""

    @pytest.mark.parametrize("route", ["sugarcrm", "suitecrm", "sugarcrm-to-salesforce"])
    def test_unknown_source_goes_to_review(self, project: Project, route: str) -> None:
        """A picklist word that the mapping does not know is asked about, with the place to add it, and goes nowhere."""
        crm = {"sugarcrm": SUGARCRM, "suitecrm": SUITECRM}[route.partition("-")[0]]
        (lead,) = bring(project, crm, hot("Ada", "Marsh", "Northwind Tools", lead_source="Fax blast"))
        assert project.sync(route)["routes"][0]["verdicts"]["review"] == 1
        question = project.run("review", "list", "--json").json["reviews"][0]["question"]
        assert "Fax blast" in question
        assert f"{crm.name}/lead.yaml" in question
        assert not is_converted(crm, rows(project, crm, crm.lead)[lead])
        assert rows(project, SALESFORCE, "Lead") == {}

    def test_answer_carries_the_lead_on(self, project: Project) -> None:
        """Once a person says convert, the lead converts without the word that nobody knew."""
        (lead,) = bring(project, SUGARCRM, hot("Ada", "Marsh", "Northwind Tools", lead_source="Fax blast"))
        project.sync("sugarcrm")
        review = project.run("review", "list", "--json").json["reviews"][0]["id"]
        assert project.run("review", "decide", str(review), "convert", "--note", "known campaign").code == 0
        project.sync("sugarcrm")
        found = rows(project, SUGARCRM, "Leads")[lead]
        assert is_converted(SUGARCRM, found)
        assert found["lead_source"] == "Fax blast"


class TestLessThanRecords:
    """What a route gives back when it gives no records."""

    def turned(self, project: Project, push_back: str) -> None:
        """The same project with another `push_back`."""
        path = project.folder / "connector.yaml"
        path.write_text(path.read_text("utf-8").replace("push_back: records", f"push_back: {push_back}"), "utf-8")

    @pytest.mark.parametrize("source", [SUGARCRM, SUITECRM], ids=["sugarcrm", "suitecrm"])
    def test_links_close_the_lead_with_a_note(self, project: Project, source: Crm) -> None:
        """The source lead is closed and names what was made of it; its CRM gets no records, and falls silent."""
        self.turned(project, "links")
        (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
        sync(project, (source, SALESFORCE))
        found, landed = rows(project, source, "Leads")[lead], next(iter(rows(project, SALESFORCE, "Lead").values()))
        assert is_converted(source, found)
        assert found["status"] == "Converted"
        assert landed["ConvertedAccountId"] in found["converted_to_c"]
        assert rows(project, source, "Accounts") == {}
        before = project.writes()
        assert sync(project, (source, SALESFORCE))["pulled"] == 0
        assert project.writes() == before

    def test_links_leave_a_salesforce_lead_open(self, project: Project) -> None:
        """Salesforce closes a lead only by its own conversion: with links it keeps its status, and holds the note."""
        self.turned(project, "links")
        (lead,) = bring(project, SALESFORCE, hot("Ada", "Marsh", "Northwind Tools"))
        result = sync(project, (SALESFORCE, SUGARCRM))
        found, (account,) = rows(project, SALESFORCE, "Lead")[lead], rows(project, SUGARCRM, "Accounts")
        assert (result["parked"], found["Status"], found["IsConverted"]) == (0, "Open - Not Contacted", False)
        assert account in found["Converted_To__c"]
        before = project.writes()
        assert sync(project, (SALESFORCE, SUGARCRM))["pulled"] == 0
        assert project.writes() == before

    def test_none_leaves_the_source_alone(self, project: Project) -> None:
        """Nothing is written at the source."""
        self.turned(project, "none")
        (lead,) = bring(project, SUGARCRM, hot("Ada", "Marsh", "Northwind Tools"))
        before = rows(project, SUGARCRM, "Leads")[lead]
        sync(project, (SUGARCRM, SALESFORCE))
        assert rows(project, SUGARCRM, "Leads")[lead] == before
        assert len(rows(project, SALESFORCE, "Account")) == 1


def test_files_land_in_suitecrm(project: Project) -> None:
    """Rows of a file become leads in SuiteCRM, what is hot converts there, and the same file again writes nothing."""
    text = (
        "id,first_name,last_name,company,email,title,industry,employees,requested_action\n"
        "1,Ada,Marsh,Northwind Tools,ada@northwindtools.example,VP Operations,Manufacturing,900,demo\n"
        "2,Bo,Quill,Harbor Grid,bo@harborgrid.example,Clerk,,,\n"
    )
    (project.folder / "inbox-suitecrm" / "first.csv").write_text(text, "utf-8")
    result = project.sync("inbox-to-suitecrm")["routes"][0]
    assert (result["pulled"], result["dead_letters"]) == (2, 0)
    leads = {row["last_name"]: row for row in rows(project, SUITECRM, "Leads").values()}
    assert {name: is_converted(SUITECRM, row) for name, row in leads.items()} == {"Marsh": True, "Quill": False}
    assert len(rows(project, SUITECRM, "Accounts")) == len(rows(project, SUITECRM, "Opportunities")) == 1
    before = project.writes()
    (project.folder / "inbox-suitecrm" / "again.csv").write_text(text, "utf-8")
    project.sync("inbox-to-suitecrm")
    assert project.writes() == before


@pytest.mark.parametrize("route", ["suitecrm", "suitecrm-to-salesforce"])
def test_deleted_lead_is_let_go_where_nothing_tells(project: Project, route: str) -> None:
    """SuiteCRM's V8 does not tell deletions: a lead that is gone when it is to be written to is let go, once."""
    path = project.folder / "connector.yaml"
    path.write_text(path.read_text("utf-8").replace("api: v4_1", "api: v8"), "utf-8")
    (lead,) = bring(project, SUITECRM, hot("Ada", "Marsh", "Northwind Tools", lead_source="Fax blast"))
    project.sync(route)
    review = project.run("review", "list", "--json").json["reviews"][0]["id"]
    project.faults({"operation": "read", "nth": 1, "when": "before", "action": "delete", **_named(SUITECRM, lead)})
    assert project.run("review", "decide", str(review), "convert").code == 0
    first, second = project.sync(route)["routes"][0], project.sync(route)["routes"][0]
    assert (list(first["stale"]), second["stale"]) == ([f"suitecrm:Leads:{lead}"], {})
    assert rows(project, SUITECRM, "Accounts") == rows(project, SALESFORCE, "Lead") == {}
    events = [entry["event"] for entry in project.run("explain", lead, "--json").json["audit"]]
    assert "not there any more" in events


def _named(crm: Crm, lead: str) -> Row:
    return {"dialect": crm.name, "object": crm.lead, "id": lead}


class TestTold:
    """What people read of a way across."""

    def test_explain_keeps_routes_apart(self, project: Project) -> None:
        """A lead that two routes looked at shows each route's own steps, and no others."""
        (lead,) = bring(project, SUGARCRM, hot("Ada", "Marsh", "Northwind Tools"))
        project.run("sync", "sugarcrm-to-salesforce", "--dry-run")
        project.sync("sugarcrm")
        lines = project.run("explain", lead).out
        across = lines[lines.index("route sugarcrm-to-salesforce") :].split("route sugarcrm)")[0]
        assert "convert: applied" in lines
        assert "convert: applied" not in across

    def test_note_shows_what_stood_before(self, project: Project) -> None:
        """A plan shows the source lead's own status before the note closes it."""
        path = project.folder / "connector.yaml"
        path.write_text(path.read_text("utf-8").replace("push_back: records", "push_back: links"), "utf-8")
        bring(project, SUGARCRM, hot("Ada", "Marsh", "Northwind Tools"))
        told = project.run("plan", "sugarcrm-to-salesforce", "-o", str(project.folder / "plan.json")).out
        assert "status: New -> Converted" in told

    def test_overlapping_routes_are_warned_of(self, project: Project) -> None:
        """A bare sync says that two enabled routes take the same leads."""
        path = project.folder / "connector.yaml"
        path.write_text(path.read_text("utf-8").replace("enabled: false", "enabled: true"), "utf-8")
        answer = project.run("sync")
        assert "warning: " in answer.err
        assert "overlapping-routes" in answer.err

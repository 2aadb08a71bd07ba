"""What the instance tells about itself, and second opinions on duplicates."""

from __future__ import annotations

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


def test_metadata_is_narrowed_by_filters(sugar: SugarCaller) -> None:
    """Types and modules can be chosen; everything has a hash."""
    body = sugar.get("metadata", type_filter="modules,server_info", module_filter="Leads").json()
    assert set(body) == {"modules", "server_info", "_hash"}
    assert set(body["modules"]) == {"Leads"}
    assert {"flavor", "version", "build"} <= set(body["server_info"])
    full = sugar.get("metadata").json()
    assert {"Leads", "Accounts", "Contacts", "Opportunities", "_hash"} <= set(full["full_module_list"])


def test_field_definitions_tell_what_writers_need(sugar: SugarCaller) -> None:
    """Type, length, dropdown, required, read-only and non-column fields are told."""
    fields = sugar.get("metadata/Leads/fields").json()
    assert (fields["last_name"]["required"], fields["last_name"]["len"]) == (True, 100)
    assert fields["status"]["options"] == "lead_status_dom"
    assert fields["date_modified"]["readonly"] is True
    assert fields["email"]["source"] == "non-db"
    assert fields["connector_key_c"]["source"] == "custom_fields"
    assert fields["accounts"]["type"] == "link"
    assert fields["accounts"]["module"] == "Accounts"


def test_enum_answers_keys_in_order(sugar: SugarCaller) -> None:
    """A dropdown is an object of key to label, blank first; other fields have none."""
    assert list(sugar.get("Leads/enum/status").json()) == [
        "",
        "New",
        "Assigned",
        "In Process",
        "Converted",
        "Recycled",
        "Dead",
    ]
    stages = sugar.get("Opportunities/enum/sales_stage").json()
    assert stages["Id. Decision Makers"] == "Identifying Decision Makers"
    assert_refused(sugar.get("Leads/enum/last_name"), 404, "not_found")
    assert_refused(sugar.get("Leads/enum/nonsense"), 404, "not_found")


def test_me_tells_the_user(sugar: SugarCaller) -> None:
    """The calling user with time zone and rights on each module."""
    sugar.settings(api_user_tz="Europe/Berlin", acl_denied_modules=["Campaigns"], acl_readonly_modules=["Accounts"])
    me = sugar.get("me").json()["current_user"]
    assert (me["user_name"], me["type"], me["preferences"]["timezone"]) == ("connector", "admin", "Europe/Berlin")
    assert me["acl"]["Campaigns"]["access"] == "no"
    assert me["acl"]["Accounts"]["edit"] == "no"


def test_me_tells_rights_on_fields(sugar: SugarCaller) -> None:
    """Fields that the user may not see or not write are told with its rights on the module; others are not named."""
    sugar.settings(acl_hidden_fields={"Leads": ["phone_work"]}, acl_readonly_fields={"Leads": ["title"]})
    rights = sugar.get("me").json()["current_user"]["acl"]
    closed = {"write": "no", "create": "no"}
    assert rights["Leads"]["fields"] == {"title": closed, "phone_work": {"read": "no", **closed}}
    assert rights["Contacts"]["fields"] == {}


def test_ping_tells_the_time(sugar: SugarCaller) -> None:
    """`whattimeisit` is the sandbox's clock in the user's offset."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    assert sugar.get("ping/whattimeisit").json().startswith("2026-05-01T10:00:0")


def test_schema_fault_changes_metadata(sugar: SugarCaller) -> None:
    """A field that an administrator takes away is gone from metadata, filter and answers; an added one works."""
    sugar.faults(
        {
            "operation": "ping",
            "action": "schema",
            "object": "Leads",
            "add": [{"name": "score_c", "type": "int"}],
            "drop": ["budget_c"],
            "alter": {"timeframe_c": {"options": ["Soon", "Later"]}},
        }
    )
    sugar.get("ping")
    fields = sugar.get("metadata/Leads/fields").json()
    assert "budget_c" not in fields
    assert fields["score_c"]["type"] == "int"
    assert list(sugar.get("Leads/enum/timeframe_c").json()) == ["", "Soon", "Later"]
    lead = sugar.lead(score_c=7, budget_c="Yes")
    assert sugar.record("Leads", lead)["score_c"] == 7
    assert_refused(sugar.filter("Leads", {"budget_c": "Yes"}), 422, "invalid_parameter")


def test_duplicate_check_finds_likely_twins(sugar: SugarCaller) -> None:
    """Names that begin alike and equal addresses are likely twins; the candidate itself is none."""
    ann = sugar.lead(first_name="Ann", last_name="Okafor", email1="ann@acme.example")
    bob = sugar.lead(first_name="Bob", last_name="Adams", email1="bob@acme.example")

    def twins(**candidate: object) -> list[str]:
        page = sugar.post("Leads/duplicateCheck", candidate).json()
        assert page["next_offset"] == -1
        assert [one["duplicate_check_rank"] for one in page["records"]] == list(range(len(page["records"])))
        return sorted(one["id"] for one in page["records"])

    assert twins(first_name="Ann", last_name="Oka") == [ann]
    assert twins(last_name="X", email=[{"email_address": "BOB@acme.example"}]) == [bob]
    assert twins(first_name="Ann", last_name="Okafor", email1="bob@acme.example") == sorted([ann, bob])
    assert twins(id=ann, first_name="Ann", last_name="Okafor") == []
    assert twins(last_name="Okafor") == []
    sugar.create("Accounts", name="Test Record Inc")
    assert len(sugar.post("Accounts/duplicateCheck", {"name": "Test Record"}).json()["records"]) == 1

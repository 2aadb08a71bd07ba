"""What the recorded pairs presume: the state before the first, and what happened between them unrecorded.

Found out from the pairs themselves: a record is asked for that no recorded call made, a total counts more rows than
were made, a note tells of a call in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.golden.replay import ADMIN, Replay

Step = Callable[[Replay], None]

START = "2026-11-21T19:25:00+00:00"
_FIRST_LEAD = "77538c27-d4f8-db95-b428-6b01ef8be5cb"
_ADA = "6e85f9de-3183-8d60-ecd6-6b01f0646cf1"
_BATCH_6 = "2dc63c45-5bdd-6d04-0e3f-6b01f0eb783c"
_ACCOUNT = "9cf96cb6-7445-5035-0c2c-6b01f0f83fbf"
_CONTACT = "a5815c64-5448-b066-dbcd-6b01f08bfa5e"
_TWO_EMAILS = "e03c08b3-3fb4-a5f6-f17c-6b01f0594074"
_V8_LEAD = "4f775dc7-ef0b-1105-f4c3-6b01f1b472e3"
_LATER_LEAD = "eeeeeeee-0000-4000-8000-000000000001"
_DESCRIPTION = "line1\nline2  & \"quoted\" 'single' üñ漢 ????"


def begin(replay: Replay) -> None:
    """One lead, one user who may only list what he owns and change nothing, and a clock set to the recorded day."""
    caller = replay.caller
    caller.control("POST", "reset", {"world": {"suitecrm": {"settings": {"v8_one_grant": True}}}})
    caller.control("POST", "clock", {"now": START})
    _without_own_fields(replay)
    caller.load(
        Leads=[{"id": _FIRST_LEAD, "last_name": "Zeta"}],
        Users=[
            {
                "user_name": "ro",
                "last_name": "Reader",
                "password": caller.login["password"],
                "_access": "list=owner,edit=none,delete=none",
            }
        ],
    )


def _without_own_fields(replay: Replay) -> None:
    """The recorded installation had no fields of an administrator's but those of the maps."""
    caller = replay.caller
    caller.log_in(username=ADMIN)
    fields = caller.v8("GET", "meta/fields/Leads").json()["data"]["attributes"]
    own = [name for name, one in fields.items() if one.get("source") == "custom_fields" and "jjwg" not in name]
    door = {"operation": "v8_current_user", "action": "schema", "dialect": "suitecrm", "object": "Leads", "drop": own}
    caller.control("POST", "faults", {"faults": [door]})
    caller.v8("GET", "current-user")
    caller.control("POST", "faults", {"faults": []})


def _ada(replay: Replay) -> None:
    lead = {"first_name": "Ada", "last_name": "Lovelace", "title": "CTO", "description": _DESCRIPTION, "status": "New"}
    replay.caller.load(
        Leads=[
            {
                "id": _ADA,
                **lead,
                "email1": "Ada.Lovelace@Example.com",
                "account_name": "Analytical Engines Ltd",
                "phone_work": "+44 20 7946 0000",
                "primary_address_city": "London",
                "primary_address_country": "UK",
                "lead_source": "Web Site",
                "website": "https://example.com",
            }
        ]
    )


def _three_more_leads(replay: Replay) -> None:
    replay.open_session("1fd8e381b66c7b94e1b5b8b515695a9c")
    replay.caller.load(Leads=[{"last_name": "OkOne"}, {"id": "9d445228-046b-1a22-01d4-6b01f059f0d6",
                                                        "last_name": "BadEnum"}, {"last_name": "Untold"}])  # fmt: skip


def _delete_batch_6(replay: Replay) -> None:
    replay.save("Leads", id=replay.here(_BATCH_6), deleted=1)


def _contact_of_the_account(replay: Replay) -> None:
    names = {"first_name": "Ada", "last_name": "Lovelace", "email1": "ada.lovelace@example.com"}
    replay.save("Contacts", _CONTACT, account_id=replay.here(_ACCOUNT), **names)


def _other_email(replay: Replay) -> None:
    replay.save("Leads", id=replay.here(_TWO_EMAILS), email1="third@mail.example")


def _same_email_in_capitals(replay: Replay) -> None:
    replay.save("Leads", "3722db95-6f5d-e0d7-d300-6b01f06d0e36", last_name="Case", email1="PRIMARY@mail.EXAMPLE")


def _log_out(replay: Replay) -> None:
    replay.caller.rest("logout", {"session": replay.here("739faac34ce1d3b9de529a6f9bb02968")})


def _lead_with_an_address(replay: Replay) -> None:
    replay.open_session("a321fb73af739601fd7e02188184ae72")
    lead = replay.save("Leads", "6b5579b7-6b19-cb31-6dbd-6b01f3aa3baa", last_name="Moved", email1="wa1@e.example")
    links = [{"name": "email_addresses", "value": ["id"]}]
    found = replay.rest(
        "get_entry", module_name="Leads", id=lead, select_fields=["id"], link_name_to_fields_array=links
    )
    address = found["relationship_list"][0][0]["records"][0]["id"]["value"]
    replay.names.bind("6b7432f9-7aa7-3236-416d-6b01f3ff972d", address)


def _contact_of_that_name(replay: Replay) -> None:
    names = {"first_name": "First", "last_name": "Samename", "email1": "shared@d.example"}
    replay.save("Contacts", "b51250ef-528d-58a8-970f-6b01f3f20720", **names)


def _lead_of_that_name(replay: Replay) -> None:
    replay.open_session("f35146c2ccc32039e4625d3701d4cdc2")
    names = {"first_name": "Lead", "last_name": "Trap", "email1": "trap@t.example"}
    replay.save("Leads", "e916ed3c-03da-2db9-10a5-6b01f1a3f3d1", **names)


def _expired_session(replay: Replay) -> None:
    recorded = "8cbd7f5a480b65d6197541a9d117bf6b"
    replay.open_session(recorded)
    replay.caller.rest("logout", {"session": replay.here(recorded)})


def _lead_with_title(replay: Replay) -> None:
    replay.save("Leads", "7d1b5984-4d71-2376-29bd-6b01f391d32c", last_name="Kept", title="kept")


def _as_admin(replay: Replay) -> None:
    replay.refresh_token = replay.caller.log_in(username=ADMIN)["refresh_token"]


def _as_reader(replay: Replay) -> None:
    replay.caller.log_in(username="ro")


def _an_old_lead(replay: Replay) -> None:
    """One lead that was last changed before the moment that is asked for later."""
    replay.caller.load(Leads=[{"last_name": "Old", "date_modified": "2026-11-21 10:00:00"}])
    _as_admin(replay)


def _back_in_process(replay: Replay) -> None:
    replay.save("Leads", id=replay.here(_ADA), status="In Process")


def _lead_with_that_id(replay: Replay) -> None:
    data = {"type": "Leads", "id": _LATER_LEAD, "attributes": {"last_name": "WithId"}}
    assert replay.caller.v8("POST", "module", data).status_code == 201


def _patched(replay: Replay) -> None:
    data = {"type": "Leads", "id": replay.here(_V8_LEAD), "attributes": {"email1": "v8@two.example", "title": "T"}}
    assert replay.caller.v8("PATCH", "module", data).status_code == 201


def _session(recorded: str, user_name: str = ADMIN) -> Step:
    return lambda replay: replay.open_session(recorded, user_name)


BEFORE: Mapping[str, Step] = {
    "get_entry_lead": _ada,
    "set_entries_batch": _three_more_leads,
    "list_deleted1_after_delete": _delete_batch_6,
    "set_entry_create_account": _session("739faac34ce1d3b9de529a6f9bb02968"),
    "get_entry_contact_after_create": _contact_of_the_account,
    "after_email1_change": _other_email,
    "email_case_shared": _same_email_in_capitals,
    "get_user_id_after_logout": _log_out,
    "email_unlink_old_address": _lead_with_an_address,
    "set_entries_contacts_duplicate": _contact_of_that_name,
    "set_entries_contact_same_email_as_lead": _lead_of_that_name,
    "ro_get_entry_list_owner_only": _session("87be695eac9140f6ecdf120039308941", "ro"),
    "ro_create": _as_reader,
    "expired_session": _expired_session,
    "list_middle_page_links": _as_admin,
    "order_by_prefixed_field_desc": _session("307f7797684df695fcc6a78405b8a278"),
    "set_entry_null_value": _lead_with_title,
    "list_page1_suitecrm_v8": _an_old_lead,
    "get_lead": _back_in_process,
    "create_with_existing_id": _lead_with_that_id,
    "get_after_patch_email": _patched,
}

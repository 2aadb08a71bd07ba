"""Calls, meetings, tasks, notes and e-mails: what was done with a person."""

from __future__ import annotations

from connector.sandbox.sugar.field_makers import by_name, computed, enum, flag, links, typed, varchar
from connector.sandbox.sugar.schema import FieldDef, LinkDef, Module
from connector.sandbox.sugar.schema_people import assignable, basic, sugar_extras

PARENTS = {"Leads": "lead", "Accounts": "account", "Contacts": "contact", "Opportunities": "opportunity"}


def _parent() -> tuple[FieldDef, ...]:
    return (varchar("parent_type", 255), FieldDef("parent_id", "id", None, "Parent ID"), *computed("parent_name"))


def _activity(name: str, bean: str, more: tuple[FieldDef, ...], more_links: dict[str, LinkDef], sugar: bool) -> Module:
    fields = by_name(basic(), assignable(), _parent(), more, sugar_extras(sugar))
    parents = {
        module.lower(): LinkDef(module.lower(), f"{one}_{name.lower()}", module, PARENT_BEANS[module], False)
        for module, one in PARENTS.items()
    }
    return Module(name, bean, name.lower(), fields, {**parents, **more_links})


PARENT_BEANS = {"Leads": "Lead", "Accounts": "Account", "Contacts": "Contact", "Opportunities": "Opportunity"}


def activities(sugar: bool) -> list[Module]:
    """The five activity modules."""
    timed = (*typed("datetime", "date_start", "date_end"), *typed("int", "duration_hours", "duration_minutes"))
    call = (*timed, enum("direction", "call_direction_dom", 100), enum("status", "call_status_dom", 100))
    meeting = (*timed, varchar("location", 50), enum("status", "meeting_status_dom", 100))
    task = (*typed("datetime", "date_start", "date_due"), enum("status", "task_status_dom", 100),
            enum("priority", "task_priority_dom", 100), FieldDef("contact_id", "id", None, "Contact ID"))  # fmt: skip
    note = (varchar("filename", 255), varchar("file_mime_type", 100), FieldDef("contact_id", "id", None, "Contact ID"))
    email = (*_sent(sugar), varchar("type", 100), varchar("status", 100), varchar("message_id", 255),
             flag("reply_to_status"), varchar("intent", 100))  # fmt: skip
    return [
        _activity("Calls", "Call", call, _people("calls"), sugar),
        _activity("Meetings", "Meeting", meeting, _people("meetings"), sugar),
        _activity("Tasks", "Task", task, {}, sugar),
        _activity("Notes", "Note", note, {}, sugar),
        _activity("Emails", "Email", email, {}, sugar),
    ]


def _sent(sugar: bool) -> tuple[FieldDef, ...]:
    """When an e-mail went, which Sugar and SuiteCRM call by different names; Sugar also says which way."""
    if not sugar:
        return typed("datetime", "date_sent_received")
    return (*typed("datetime", "date_sent"), varchar("state", 100), varchar("direction", 20))


def _people(kind: str) -> dict[str, LinkDef]:
    return links(
        ("leads", f"{kind}_leads", "Leads", "Lead", True), ("contacts", f"{kind}_contacts", "Contacts", "Contact", True)
    )

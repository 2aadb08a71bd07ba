"""What doctor is told about a SuiteCRM, and how its modules are described."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from connector.errors import ConfigError
from connector.model.records import Kind
from connector.sandbox import Sandbox
from connector.systems.secret import Secret
from connector.systems.suitecrm import SuiteCrmSystem, SuiteOptions
from tests.contracts.sandbox_subject import PatientClock
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .crm import furnished, limited, operations

MODULES = ("Leads", "Accounts", "Contacts", "Opportunities")


def said(subject: SuiteSubject, **options: Any) -> str:
    """Everything that doctor is told, in one text."""
    found = subject.client(**options).shortcomings(MODULES)
    return "\n".join(f"{each.what} -> {each.fix} ({each.fatal})" for each in found)


def test_missing_key_field_is_explained(either: SuiteSubject) -> None:
    """The steps that make the field are told, for each module; it is not fatal, ids do the work."""
    text = said(either, key_field="our_key_c")
    for module in MODULES:
        assert f"{module} has no field our_key_c" in text
        assert f"Admin > Studio > {module} > Fields > Add Field" in text
    assert "Field Name our_key (" in text
    assert "True" not in text
    assert "has no field" not in said(either)


def test_short_key_field_is_told(suite: SuiteSubject) -> None:
    """A key field that would cut long keys is told per module, with its length; one that takes none at all is fatal."""
    text = said(suite, key_field="title")
    assert "title of Leads holds 100 characters, a key may have 255" in text
    assert "Admin > Studio > Leads > Fields > title: Max Size 255 (False)" in text
    assert "holds" not in said(suite)
    assert "alt_address_postalcode: Max Size 255 (True)" in said(suite, key_field="alt_address_postalcode")


def test_hidden_module_is_fatal(suite: SuiteSubject) -> None:
    """A module that the API user may not see cannot be worked with."""
    (found,) = [each for each in suite.system.shortcomings(["Nonsense"]) if each.fatal]
    assert "Nonsense" in found.what
    assert "Role Management" in found.fix


def test_invisible_rows_are_doubted(suite: SuiteSubject) -> None:
    """Owner-only access hides rows without a word: a module without a single row is pointed at."""
    system = limited(suite, "list=owner")
    for kind, module in suite.words.objects.items():
        name = "name" if kind in (Kind.ACCOUNT, Kind.OPPORTUNITY) else "last_name"
        suite.load(module, [{name: "A"}])
    assert "sees no record" not in said(suite)
    assert any("sees no record of Leads" in each.what for each in system.shortcomings(MODULES))


@pytest.mark.parametrize("right", ["list", "view", "edit"])
def test_missing_rights_are_fatal(suite: SuiteSubject, right: str) -> None:
    """What a role keeps from the API user is told for each module, before a run finds out lead by lead."""
    found = limited(suite, f"{right}=none").shortcomings(MODULES)
    told = {each.what: each.fix for each in found if each.fatal}
    assert list(told) == [f"the API user may not {right} in {module}" for module in MODULES]
    role = "Admin > Role Management > the API user's role"
    assert told[f"the API user may not {right} in Leads"] == f"{role}: {right.title()} = All for Leads"
    assert not any("may not" in each.what for each in limited(suite, f"{right}=owner", "second").shortcomings(MODULES))


@pytest.mark.parametrize("level", ["none", "owner"])
def test_rights_to_less_than_all_are_doubted_over_v8(v8: SuiteV8Subject, level: str) -> None:
    """V8 does not tell a right to one's own records from none: it is told, and may be meant."""
    found = limited(v8, f"edit={level}").shortcomings(MODULES)
    told = [(each.what, each.fatal) for each in found if "may not" in each.what]
    assert told == [(f"the API user may not edit every record in {module}", False) for module in MODULES]
    assert "may not" not in said(v8)


def test_address_fault_is_told_by_version(suite: SuiteSubject, v8: SuiteV8Subject) -> None:
    """The detour for changed addresses is told, with the version where it can be known."""
    assert "SuiteCRM 7.14.6 ignores a changed e-mail address" in said(suite)
    assert "SuiteCRM 7.12.4 to 7.14.6 ignore a changed e-mail address" in said(v8)


def test_number_format_is_told(sandbox: Sandbox) -> None:
    """Trap 8: a number format without a decimal point endangers other tools' amounts."""
    subject = furnished(sandbox, user_number_separator=".", user_decimal_separator=",")
    assert "number format" in said(subject)
    assert "number format" not in said(furnished(sandbox))


def test_v8_says_what_it_cannot(v8: SuiteV8Subject) -> None:
    """What the JSON:API hides, and the way out."""
    assert "api: v4_1" in said(v8)


def test_doctor_only_reads(either: SuiteSubject) -> None:
    """Looking for shortcomings writes nothing."""
    said(either)
    assert {call["kind"] for call in either.log()} <= {"read", "login"}


def test_shapes_tell_what_can_be_written(either: SuiteSubject) -> None:
    """Lengths, required fields, and which fields only show something."""
    shapes = either.system.describe(MODULES)
    leads, deals = shapes["Leads"].fields, shapes["Opportunities"].fields
    assert (leads["last_name"].required, leads["last_name"].length) == (True, 100)
    assert (deals["name"].required, deals["name"].length) == (True, 50)
    assert {name for name in ("id", "date_modified", "full_name", "created_by") if leads[name].updateable} == set()
    contacts = shapes["Contacts"].fields
    assert (contacts["account_id"].updateable, contacts["account_name"].updateable) == (True, False)
    assert leads["account_name"].updateable
    assert leads["email1"].updateable


def test_lists_and_stages_are_described(suite: SuiteSubject, v8: SuiteV8Subject) -> None:
    """The legacy service tells list values in their order; over V8 the stock stages are taken."""
    fields = suite.system.describe(["Leads"])["Leads"].fields
    assert "In Process" in fields["status"].values
    assert v8.system.describe(["Leads"])["Leads"].fields["status"].values == ()
    assert suite.system.conversion_terms() == v8.system.conversion_terms()
    assert suite.system.conversion_terms()["stages"][:2] == ("Prospecting", "Qualification")


def test_identity_is_the_same_over_both(suite: SuiteSubject, v8: SuiteV8Subject) -> None:
    """Changing the service does not make another installation of it; another first user does."""
    assert suite.system.identity() == v8.system.identity()
    assert suite.system.identity().org_id.startswith("127.0.0.1#20")
    assert suite.system.identity().is_test


def test_subfolder_belongs_to_the_address(suite: SuiteSubject) -> None:
    """SuiteCRM 8 answers below a folder, which the address names; it is another installation than the root's."""
    login: Any = suite.sandbox.info["suitecrm"]
    options = SuiteOptions(f"{suite.sandbox.base_url}/legacy/", login["username"], Secret(login["password"]))
    system = SuiteCrmSystem("crm", options, PatientClock(), Random(1))
    assert system.identity().org_id.startswith("127.0.0.1/legacy#20")
    assert set(system.describe(["Leads"])) == {"Leads"}


def test_plain_http_is_refused() -> None:
    """Passwords never travel in the clear, but to this machine itself."""
    with pytest.raises(ConfigError):
        SuiteCrmSystem("crm", SuiteOptions("http://crm.example"), PatientClock(), Random(1))


def test_nothing_is_read_twice_for_a_shape(either: SuiteSubject) -> None:
    """A module is described once per run, whatever is done with it."""
    lead_id = either.lead()
    either.system.describe(["Leads"])
    either.system.fetch("Leads", [lead_id], ("title",))
    either.system.settle([either.update(lead_id, "New")])
    assert len([name for name in operations(either) if "fields" in name or "meta" in name]) == 1

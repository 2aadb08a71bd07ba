"""The `query` argument: what it finds, what the validator denies, what the database stumbles over."""

from __future__ import annotations

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar.flavour import SUITECRM
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.suitecrm.v4_1_query import translate
from connector.sandbox.suitecrm.v4_1_transport import Broken, Fault
from tests.sandbox.suitecrm_v4_1.service import Service

EMAIL = (
    "SELECT eabr.bean_id FROM email_addr_bean_rel eabr JOIN email_addresses ea ON (ea.id = eabr.email_address_id)"
    " WHERE eabr.deleted=0 AND eabr.bean_module='Leads' AND ea.email_address_caps = 'A@X.EXAMPLE'"
)
LEADS = [
    {"id": "1", "last_name": "Abel", "status": "New", "title": None, "email1": "a@x.example", "connector_key_c": "k:1",
     "date_modified": "2026-01-01T00:00:00Z"},
    {"id": "2", "last_name": "O'Brien", "status": "Dead", "title": "CEO", "converted": True,
     "date_modified": "2026-01-01T00:00:00Z"},
    {"id": "3", "last_name": "50% off", "status": "New", "title": "ceo", "date_modified": "2026-02-01T00:00:00Z"},
]  # fmt: skip


@pytest.fixture
def instance() -> SugarInstance:
    """An instance with three leads."""
    made = SugarInstance(None, SandboxClock(), SUITECRM)
    made.load({"Leads": LEADS})
    return made


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "123"),
        ("   ", "123"),
        ("leads.status = 'New'", "13"),
        ("(leads.status = 'New')", "13"),
        ("LEADS_cstm.connector_key_c = 'k:1'".replace("LEADS", "leads"), "1"),
        ("leads_cstm.id_c = '2'", "2"),
        ("status != 'New'", "2"),
        ("leads.status <> 'New'", "2"),
        ("leads.last_name = 'O''Brien'", "2"),
        ("leads.last_name = 'O\\'Brien'", "2"),
        ('leads.last_name = "O\'Brien"', "2"),
        ("leads.last_name LIKE '50\\%%'", "3"),
        ("leads.last_name not like '%e%'", "3"),
        ("leads.title = 'ceo'", "23"),
        ("leads.title is null", "1"),
        ("leads.title IS NOT NULL", "23"),
        ("leads.title <=> NULL", "1"),
        ("leads.status in ('New','Dead') and leads.id in (1, 2)", "12"),
        ("leads.id not in ('1')", "23"),
        ("leads.converted = '1'", "2"),
        ("leads.converted", "2"),
        ("NOT leads.converted", "13"),
        ("leads.converted = true", "2"),
        ("leads.id between '1' and '2' and leads.status = 'Dead'", "2"),
        ("leads.id not between '1' and '2'", "3"),
        ("LOWER(leads.last_name) = 'abel'", "1"),
        ("CONCAT(leads.last_name, '-', leads.status) = 'Abel-New'", "1"),
        ("IFNULL(leads.title, 'none') = 'none'", "1"),
        ("leads.status = 'Dead' or leads.id = '1' and leads.status = 'New'", "12"),
        ("(leads.status = 'Dead' or leads.id = '1') && leads.status = 'New'", "1"),
        ("leads.id = '1' || leads.id = '3'", "13"),
        ("`leads`.`id` = '1'", "1"),
        ("1=0", ""),
        ("1=1 and leads.id >= 3", "3"),
        ("leads.id > -1 and leads.id = 1.0", ""),
        ("leads.converted = - - 1", "2"),
        ("leads.date_modified < NOW() and leads.date_modified >= '2026-02-01 00:00:00'", "3"),
        ("(leads.date_modified > '2026-01-01 00:00:00' OR (leads.date_modified = '2026-01-01 00:00:00'"
         " AND leads.id > '1'))", "23"),
        (f"leads.id IN ({EMAIL})", "1"),
        (f"leads.id NOT IN ({EMAIL})", "23"),
        (f"exists ({EMAIL} and eabr.bean_id = leads.id)", "1"),
        ("leads.id in (select bean_id from email_addr_bean_rel, email_addresses where email_addresses.id ="
         " email_addr_bean_rel.email_address_id and email_addresses.email_address like 'a@%')", "1"),
        ("leads.id in (select r.bean_id from email_addr_bean_rel r left outer join email_addresses as a on"
         " a.id = r.email_address_id where a.opt_out = 0)", "1"),
        ("leads.id in (" + ",".join(f"'{number}'" for number in range(2, 40_000)) + ")", "23"),
    ],
)  # fmt: skip
def test_query_finds_leads(instance: SugarInstance, query: str, ids: str) -> None:
    """The condition selects what a MySQL installation would."""
    found = instance.select("Leads", translate(instance, "Leads", query), fields=["id"])
    assert "".join(row["id"] for row in found) == ids


@pytest.mark.parametrize(
    "query",
    [
        "1=0 union select 1", "leads.id = '1' limit 1", "leads.id = '1' -- x", "leads.id = '1' /* x */",
        "leads.id = '1'; delete from leads", "leads.id in (select id from users)", "leads.id in (select id from leads)",
        "users.user_hash = 'x'", "leads.id = '1' order by id", "leads.id = '1' group by id", "sleep(5)", "1=1 # x",
        "exists (select 1 from accounts)", "leads.id in (select count(id) from email_addresses where id = 'x')",
        "leads.id in (select 'x' from email_addresses where id = 'x')", "leads.id in (select id from email_addresses)",
        "leads.id in (select id email_addresses)", f"leads.id in ({EMAIL} and eabr.id in ({EMAIL}))",
        "encode(1, 2) = 1",
    ],
)  # fmt: skip
def test_validator_denies(instance: SugarInstance, query: str) -> None:
    """Further clauses, comments, some functions, and sub-selects of another form or on other tables are fault 40."""
    with pytest.raises(Fault) as caught:
        translate(instance, "Leads", query)
    assert caught.value.body["number"] == 40


@pytest.mark.parametrize(
    "query",
    [
        "leads.nope = 1", "nope = 1", "leads.email1 = 'x'", "leads.connector_key_c = 'k'", "leads_cstm.status = 'x'",
        "accounts.name = 'x'", "leads.status = ", "leads.status = 'x", "leads.status 'x'", "(leads.status = 'x'",
        "leads.status = 'x')", "nope(leads.id)", "leads.id in ()", "leads.id in (select id from teams where id = 'x')",
        "leads.id in (select nope from email_addresses where id = 'x')", "leads.id not 1",
        "leads.id = ?", "leads.id = :x", "not " * 2000 + "1", "(" * 200 + "1" + ")" * 200,
    ],
)  # fmt: skip
def test_database_stumbles(instance: SugarInstance, query: str) -> None:
    """An unknown column, table or function, and broken syntax, are database failures."""
    with pytest.raises(Broken):
        translate(instance, "Leads", query)


@pytest.mark.parametrize(
    "text", ["' or 1=1 --", "\\", "%_'\"`;", "x' union select", "-- /* # ; limit", "ä\u2028\U0001f680"]
)
def test_literals_stay_literals(instance: SugarInstance, text: str) -> None:
    """Whatever a quoted text holds, it is only compared."""
    instance.load({"Leads": [{"id": "4", "last_name": text}]})
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    found = instance.select("Leads", translate(instance, "Leads", f"leads.last_name = '{quoted}'"), fields=["id"])
    assert [row["id"] for row in found] == ["4"]


def test_bad_column_is_a_page(service: Service) -> None:
    """A bad column is HTTP 500 and text, not a fault."""
    answer = service.post("get_entry_list", module_name="Leads", query="leads.nope = 1")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=UTF-8")
    assert answer.text == "Database failure. Please refer to suitecrm.log for details."


def test_emoji_needs_four_bytes(service: Service) -> None:
    """On a three-byte installation an emoji is stored as question marks."""
    service.settle(three_byte_utf8=True)
    assert (
        service.read("Leads", service.save("Leads", last_name="Go \U0001f680 漢"), "last_name")["last_name"]
        == "Go ???? 漢"
    )

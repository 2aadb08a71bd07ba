"""Builders of leads: plain Salesforce rows that each lead to one known verdict of the starter policy."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def record_id(prefix: str, number: int) -> str:
    """A made-up id of 15 characters with the key prefix of its object (``00Q``, ``001``, ``003``)."""
    return f"{prefix}5g00000{number:05d}"


def lead(number: int, first: str, last: str, company: str, **fields: object) -> Row:
    """A lead as a web form leaves it; its mailbox is at a domain named after the company."""
    domain = "".join(letter for letter in company.lower() if letter.isalnum()) + ".com"
    row: Row = {
        "Id": record_id("00Q", number),
        "FirstName": first,
        "LastName": last,
        "Company": company,
        "Email": f"{first}.{last}@{domain}".lower(),
        "Status": "Open - Not Contacted",
        "LeadSource": "Web",
    }
    return row | fields


def demo_lead(number: int, first: str, last: str, company: str, **fields: object) -> Row:
    """A lead with a strong fit that asks for a demo: converted at once, with an opportunity."""
    fit = {
        "Title": "VP Operations",
        "Industry": "Manufacturing",
        "NumberOfEmployees": 900,
        "Requested_Action__c": "Demo",
    }
    return lead(number, first, last, company, **fit) | fields


def account(number: int, name: str, **fields: object) -> Row:
    """An account whose web site is at the domain that `lead` would give its people."""
    domain = "".join(letter for letter in name.lower() if letter.isalnum()) + ".com"
    return {"Id": record_id("001", number), "Name": name, "Website": f"https://www.{domain}"} | fields


def contact(number: int, first: str, last: str, account_row: Row, **fields: object) -> Row:
    """A contact of an account."""
    domain = str(account_row["Website"]).rpartition("www.")[2]
    row = {"FirstName": first, "LastName": last, "Email": f"{first}.{last}@{domain}".lower()}
    return {"Id": record_id("003", number), "AccountId": account_row["Id"], **row} | fields


def ten_leads() -> dict[str, list[Row]]:
    """Ten leads that meet every way through: records by Salesforce object.

    Two of one new company, one repeated, one to a known account, one a known contact, one disqualified, one
    nurtured, one for review, one new company of its own.
    """
    harbor = account(1, "Harbor Grid Works", CreatedDate="2024-01-05T08:00:00.000Z")
    dan = contact(1, "Dan", "Quill", harbor, Title="Clerk", CreatedDate="2024-01-05T08:00:00.000Z")
    leads = [
        demo_lead(1, "Ada", "Marsh", "Northwind Tools"),
        demo_lead(2, "Bob", "Tandy", "Northwind Tools"),
        demo_lead(3, "Cay", "Lund", "Harbor Grid Works"),
        lead(4, "Dan", "Quill", "Harbor Grid Works", Title="Chief Engineer"),
        lead(5, "Eve", "Oxley", "Delta Freight", Title="Student"),
        demo_lead(6, "Fay", "Winter", "Juniper Optics"),
        demo_lead(7, "Fay", "Winter", "Juniper Optics"),
        lead(8, "Gus", "Ferro", "Plain Bakery"),
        demo_lead(9, "Hal", "Ibsen", "Fjord Systems"),
        lead(10, "Ivy", "Stone", "Copper Lane", Requested_Action__c="Demo"),
    ]
    return {"Account": [harbor], "Contact": [dan], "Lead": leads}


def as_csv_rows(leads: list[Row]) -> list[dict[str, object]]:
    """The same leads as rows of a CSV file, with an id column of their own."""
    names = {"FirstName": "first_name", "LastName": "last_name", "Company": "company", "Email": "email"}
    names |= {"Title": "title", "Industry": "industry", "NumberOfEmployees": "employees"}
    names |= {"Requested_Action__c": "requested_action", "LeadSource": "source"}
    return [{"id": f"row-{row['Id'][-2:]}"} | {to: row.get(name, "") for name, to in names.items()} for row in leads]

"""How fast the sandbox's SugarCRM serves records to a client that pages by time and id.

    python benchmarks/paging_sugarcrm.py --records 100000

The server runs in a process of its own, held to one core where the system allows it. The client asks for pages of
1,000 behind the last (date_modified, id) that it saw and parses them. Prints one JSON object:

    records, pages, bytes      what was served
    records_per_s              through filter, SQLite, JSON and HTTP (best of --rounds)
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

FIELDS = (
    "first_name,last_name,title,email,phone_work,phone_mobile,website,account_name,status,lead_source,description,"
    "primary_address_street,primary_address_city,primary_address_postalcode,primary_address_country,converted,"
    "account_id,contact_id,opportunity_id,assigned_user_id,date_entered,connector_key_c"
)
LOAD_SIZE = 5000
PAGE = 1000


def lead(number: int) -> dict[str, object]:
    """A lead whose values differ from its neighbours' as much as real ones do."""
    return {
        "first_name": f"First{number % 997}",
        "last_name": f"Last{number % 9973}",
        "account_name": f"Company {number % 4999} GmbH",
        "title": ("CTO", "Head of Sales", "Buyer")[number % 3],
        "email1": f"person{number}@company{number % 4999}.example",
        "phone_work": f"+49 30 {number:08}",
        "website": f"https://company{number % 4999}.example",
        "primary_address_street": f"Street {number % 300}",
        "primary_address_city": ("Berlin", "Lagos", "Lyon", "Pune")[number % 4],
        "primary_address_postalcode": f"{number % 100000:05}",
        "primary_address_country": "Germany",
        "lead_source": "Web Site",
        "status": "New",
        "date_modified": f"2026-01-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z",
    }


def run_sandbox(pipe: Any) -> None:
    """The process of the sandbox."""
    from connector.sandbox import Sandbox

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with Sandbox("empty") as sandbox:
        pipe.send(sandbox.info)
        pipe.recv()


@contextmanager
def server() -> Iterator[dict[str, Any]]:
    """A sandbox in a process of its own; yields its info."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=run_sandbox, args=(there,), daemon=True)
    child.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        child.join(10)
        child.kill()


def fill(session: requests.Session, base_url: str, count: int) -> None:
    """Load the leads through the control plane."""
    for start in range(0, count, LOAD_SIZE):
        leads = [lead(number) for number in range(start, min(count, start + LOAD_SIZE))]
        session.post(
            f"{base_url}/__sandbox__/load", json={"sugarcrm": {"Leads": leads}}, timeout=300
        ).raise_for_status()


def log_in(session: requests.Session, info: dict[str, Any]) -> None:
    """Send the API user's token from now on."""
    login = {"grant_type": "password", **info["sugarcrm"]}
    answer = session.post(f"{info['base_url']}/rest/v11/oauth2/token", json=login, timeout=60)
    session.headers["OAuth-Token"] = answer.json()["access_token"]


def walk(session: requests.Session, base_url: str) -> tuple[int, int, int]:
    """Read every page behind the last record seen; answers (records, pages, bytes)."""
    records = pages = size = 0
    behind: list[dict[str, object]] = []
    while True:
        body = {"filter": behind, "fields": FIELDS, "max_num": PAGE, "order_by": "date_modified:ASC,id:ASC"}
        answer = session.post(f"{base_url}/rest/v11/Leads/filter", json=body, timeout=300)
        page = answer.json()
        records, pages, size = records + len(page["records"]), pages + 1, size + len(answer.content)
        if page["next_offset"] == -1:
            return records, pages, size
        last = page["records"][-1]
        stamp = last["date_modified"]
        equal = {"$and": [{"date_modified": {"$equals": stamp}}, {"id": {"$gt": last["id"]}}]}
        behind = [{"$or": [{"date_modified": {"$gt": stamp}}, equal]}]


def measure(records: int, rounds: int) -> dict[str, object]:
    """Fill a sandbox and walk it."""
    session = requests.Session()
    session.trust_env = False
    with server() as info:
        fill(session, info["base_url"], records)
        log_in(session, info)
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            found, pages, size = walk(session, info["base_url"])
            times.append(time.perf_counter() - started)
    if found != records:
        raise SystemExit(f"{found} of {records} records were served")
    return {"records": found, "pages": pages, "bytes": size, "records_per_s": round(found / min(times))}


def main() -> None:
    """Parse the arguments and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="how many leads to serve")
    parser.add_argument("--rounds", type=int, default=3, help="walks of which the best counts")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.records, arguments.rounds)))


if __name__ == "__main__":
    main()

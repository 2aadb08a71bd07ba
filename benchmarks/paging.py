"""How fast the sandbox serves records to a paging client, beside a plain Starlette server with the same bytes.

    python benchmarks/paging.py --records 100000

Each server runs alone in a process of its own, held to one core where the system allows it. The client walks
all pages of one query over one connection and throws the bytes away. Prints one JSON object:

    records, pages, bytes      what was served
    sandbox_records_per_s      through SOQL, SQLite, JSON and HTTP (best of --rounds)
    baseline_records_per_s     the same pages, kept as Python objects, through JSON and HTTP alone
    ratio                      sandbox / baseline
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

FIELDS = (
    "Id, FirstName, LastName, Company, Title, Email, Phone, Website, Street, City, PostalCode, Country, LeadSource, "
    "Status, Industry, NumberOfEmployees, OwnerId, IsConverted, CreatedDate, SystemModstamp"
)
SOQL = f"SELECT {FIELDS} FROM Lead ORDER BY SystemModstamp, Id"
LOAD_SIZE = 5000
LAST_CORE = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None

Pages = list[dict[str, Any]]


def lead(number: int) -> dict[str, object]:
    """A lead whose values differ from its neighbours' as much as real ones do."""
    return {
        "FirstName": f"First{number % 997}",
        "LastName": f"Last{number % 9973}",
        "Company": f"Company {number % 4999} GmbH",
        "Title": ("CTO", "Head of Sales", "Buyer")[number % 3],
        "Email": f"person{number}@company{number % 4999}.example",
        "Phone": f"+49 30 {number:08}",
        "Website": f"https://company{number % 4999}.example",
        "Street": f"Street {number % 300}",
        "City": ("Berlin", "Lagos", "Lyon", "Pune")[number % 4],
        "PostalCode": f"{number % 100000:05}",
        "Country": "Germany",
        "LeadSource": "Web",
        "Status": "Open - Not Contacted",
        "Industry": "Technology",
        "NumberOfEmployees": number % 5000,
    }


def hold_one_core() -> None:
    """Keep this process on one core, so that the figure is per core."""
    if LAST_CORE is not None:
        os.sched_setaffinity(0, {LAST_CORE})


def run_sandbox(pipe: Any) -> None:
    """The process of the sandbox."""
    from connector.sandbox import Sandbox

    hold_one_core()
    with Sandbox("empty") as sandbox:
        pipe.send(sandbox.info)
        pipe.recv()


def run_baseline(pipe: Any) -> None:
    """The process of the baseline: the pages it is sent, each encoded anew for every request."""
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    hold_one_core()
    pages: Pages = json.loads(pipe.recv())

    def page(request: Request) -> Response:
        body = json.dumps(pages[int(request.path_params["number"])], ensure_ascii=False, separators=(",", ":"))
        return Response(body.encode("utf-8"), media_type="application/json")

    application = Starlette(routes=[Route("/{number:int}", page)])
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)
    config = uvicorn.Config(application, http="h11", log_level="error", lifespan="off")
    threading.Thread(target=uvicorn.Server(config).run, args=([listener],), daemon=True).start()
    pipe.send(f"http://127.0.0.1:{listener.getsockname()[1]}")
    pipe.recv()


@contextmanager
def process(target: Callable[[Any], None]) -> Iterator[Any]:
    """A server process and the pipe to it; the next message ends it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=target, args=(there,), daemon=True)
    child.start()
    try:
        yield here
    finally:
        here.send(None)
        child.join(10)
        child.kill()


def fill(session: requests.Session, base_url: str, count: int) -> None:
    """Load the leads through the control plane."""
    for start in range(0, count, LOAD_SIZE):
        leads = [lead(number) for number in range(start, min(count, start + LOAD_SIZE))]
        answer = session.post(f"{base_url}/__sandbox__/load", json={"salesforce": {"Lead": leads}}, timeout=300)
        answer.raise_for_status()


def walk_sandbox(session: requests.Session, base_url: str, keep: Pages | None = None) -> tuple[int, int]:
    """Read every page; answers (pages, bytes). The address of the next page is cut out without parsing."""
    path: str | None = "/services/data/v62.0/query"
    parameters: dict[str, str] | None = {"q": SOQL}
    pages = size = 0
    while path:
        body = session.get(base_url + path, params=parameters, timeout=300).content
        pages, size, parameters = pages + 1, size + len(body), None
        if keep is not None:
            keep.append(json.loads(body))
        head = body[:300].decode("utf-8", "ignore")
        _, found, rest = head.partition('"nextRecordsUrl":"')
        path = rest.partition('"')[0] if found else None
    return pages, size


def walk_baseline(session: requests.Session, base_url: str, pages: int) -> tuple[int, int]:
    """Read every page of the baseline; answers (pages, bytes)."""
    return pages, sum(len(session.get(f"{base_url}/{number}", timeout=300).content) for number in range(pages))


def best_seconds(rounds: int, walk: Callable[[], object]) -> float:
    """The shortest of several walks."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        walk()
        times.append(time.perf_counter() - started)
    return min(times)


def measure(records: int, rounds: int) -> dict[str, object]:
    """Run both servers one after the other and compare."""
    session = requests.Session()
    session.trust_env = False
    kept: Pages = []
    with process(run_sandbox) as pipe:
        info = pipe.recv()
        session.headers["Authorization"] = f"Bearer {info['salesforce']['access_token']}"
        fill(session, info["base_url"], records)
        pages, size = walk_sandbox(session, info["base_url"], kept)
        seconds = best_seconds(rounds, lambda: walk_sandbox(session, info["base_url"]))
    with process(run_baseline) as pipe:
        pipe.send(json.dumps(kept))
        base_url = pipe.recv()
        _, baseline_size = walk_baseline(session, base_url, pages)
        baseline_seconds = best_seconds(rounds, lambda: walk_baseline(session, base_url, pages))
    if baseline_size != size:
        raise SystemExit(f"the servers differ: {size} and {baseline_size} bytes")
    return {
        "records": records,
        "pages": pages,
        "bytes": size,
        "sandbox_records_per_s": round(records / seconds),
        "baseline_records_per_s": round(records / baseline_seconds),
        "ratio": round(baseline_seconds / seconds, 3),
    }


def main() -> None:
    """Parse the arguments and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="how many leads to serve")
    parser.add_argument("--rounds", type=int, default=3, help="walks of which the best counts")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.records, arguments.rounds)))


if __name__ == "__main__":
    main()

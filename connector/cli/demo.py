"""``connector demo``: the whole journey on the embedded sandbox, told so that a newcomer understands it."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from connector.cli.output import put_json, say
from connector.cli.progress import Progress
from connector.cli.project import write_sandbox_project
from connector.cli.running import RunResults, run_routes
from connector.cli.session import Session, verb
from connector.cli.story import story_json, story_lines
from connector.config import load_config
from connector.errors import UsageError
from connector.model.decision import Verdict
from connector.model.match import Linkage
from connector.model.plan import Outcome
from connector.pipeline import RouteResult, Story
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from connector.wiring import House, open_house

# The demo's routes, and what is said of the leads that they took.
ROUTES = {
    "salesforce": "came in from the demo Salesforce, to be converted there",
    "sugarcrm": "came in from the demo SugarCRM, to be converted there",
    "suitecrm-to-salesforce": "came in from the demo SuiteCRM, to be converted in Salesforce and told back",
}
OBJECTS = {
    "salesforce": {"lead": "Lead", "account": "Account", "contact": "Contact", "opportunity": "Opportunity"},
    **{
        crm: {"lead": "Leads", "account": "Accounts", "contact": "Contacts", "opportunity": "Opportunities"}
        for crm in ("sugarcrm", "suitecrm")
    },
}
_LABELS = {"lead": "open leads", "account": "accounts", "contact": "contacts", "opportunity": "opportunities"}
_WANTED: tuple[tuple[str, Verdict, Callable[[Linkage], bool]], ...] = (
    ("suitecrm-to-salesforce", Verdict.CONVERT, lambda linkage: linkage is Linkage.NEW),
    ("sugarcrm", Verdict.ATTACH, lambda linkage: linkage is Linkage.CONTACT),
    ("salesforce", Verdict.REVIEW, lambda linkage: linkage is Linkage.POSSIBLE),
)
Standing = dict[str, dict[str, int]]


@click.command("demo")
@click.option("--into", type=click.Path(path_type=Path), help="Leave a working project in this folder.")
@verb
def command(session: Session, into: Path | None) -> int:
    """Start a sandbox, walk its demo leads from inbox to converted, and tell the story.

    Needs no account and asks nothing.

    Example: connector demo --into my-demo
    """
    into = _free(into) if into is not None else None
    with _folder(into) as folder, _sandbox(folder, keep=into is not None) as sandbox:
        write_sandbox_project(folder, sandbox.info, across="suitecrm")
        before = _standing(sandbox)
        with open_house(load_config(folder / "connector.yaml")) as house, Progress(quiet=True) as progress:
            results = run_routes(house, list(ROUTES), progress, verb="demo")
            told = _worth_telling(house, results.all())
            reviews = len(house.store.reviews.list())
        answer = _answer(results, before, _standing(sandbox), told, reviews)
        for line in _narrate(answer, told, sandbox, into):
            say(line, as_json=session.as_json)
    if session.as_json:
        put_json(answer)
    return 0


def _state_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-sandbox.db")


def _free(into: Path) -> Path:
    """The folder to leave a project in, made with its parents; raises UsageError unless all that goes there is free."""
    into = into.resolve() if into.name in ("", "..") else into
    state = _state_of(into) if into.name else into
    following = "connector demo --into NEW_FOLDER"
    try:
        taken = [path for path in (state, state.with_name(f"{state.name}.logins.json")) if path.exists()]
        if into.exists() and (not into.is_dir() or any(into.iterdir())):
            taken.insert(0, into)
        if taken:
            named = " and ".join(str(path) for path in taken)
            raise UsageError(f"{named} in use already; nothing was written", next_command=following)
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{into} cannot be used: {error.strerror}", next_command=following) from None
    if not all(os.access(folder, os.W_OK | os.X_OK) for folder in (into, into.parent)):
        raise UsageError(f"{into} cannot be used: it or its parent may not be written", next_command=following)
    return into


@contextmanager
def _folder(into: Path | None) -> Iterator[Path]:
    if into is not None:
        yield into
        return
    with tempfile.TemporaryDirectory(prefix="connector-demo-") as name:
        yield Path(name) / "project"


@contextmanager
def _sandbox(folder: Path, keep: bool) -> Iterator[Sandbox]:
    """The sandbox of the demo; one that is kept has its records beside the project, to be served again."""
    state = _state_of(folder) if keep else None
    with Sandbox("demo", state=state) as sandbox:
        yield sandbox


def _standing(sandbox: Sandbox) -> dict[str, dict[str, int]]:
    """What stands in each CRM, counted through the sandbox's own door: live records, and of leads the open ones."""
    return {crm: {noun: _count(sandbox, crm, noun) for noun in OBJECTS[crm]} for crm in OBJECTS}


def _count(sandbox: Sandbox, crm: str, noun: str) -> int:
    rows: Any = control(sandbox.base_url, f"dump/{crm}/{OBJECTS[crm][noun]}")
    gone, converted = ("IsDeleted", "IsConverted") if crm == "salesforce" else ("deleted", "converted")
    return sum(1 for row in rows if not row.get(gone) and not (noun == "lead" and row.get(converted)))


def _worth_telling(house: House, results: Sequence[RouteResult]) -> list[Story]:
    """One of each kind: a new company converted early across CRMs, a known person, a question for people."""
    from connector.cli.explain import stories_of

    told: list[Story] = []
    for route, verdict, fits in _WANTED:
        plan = next((result.plan for result in results if result.route == route), None)
        leads = [lead for lead in plan.leads if lead.verdict is verdict] if plan else []
        stories = (story for lead in leads for story in stories_of(house, lead.lead.id) if story.row.route == route)
        found = next((s for s in stories if s.decision and s.resolution and fits(s.resolution.linkage)), None)
        if found is not None:
            told.append(found)
    return told


def one_by_one_calls(results: Sequence[RouteResult]) -> int:
    """Calls of a client that handles leads one by one.

    Two look-ups (contact, account) for each lead, then one call for each write; the list and login once a route.
    """
    done = (Outcome.APPLIED, Outcome.ALREADY)
    return sum(2 + 2 * result.pulled + sum(result.steps[outcome] for outcome in done) for result in results)


def _answer(results: RunResults, before: Standing, after: Standing, told: list[Story], reviews: int) -> dict[str, Any]:
    return {
        **results.as_json(),
        "before": before,
        "after": after,
        "api_calls": sum(route.api_calls for route in results.routes),
        "api_calls_one_by_one": one_by_one_calls(results.routes),
        "reviews": reviews,
        "stories": [story_json(story) for story in told],
    }


_MEANINGS = {
    "convert": "a new company: new account and contact",
    "attach": "known already: joined to its account",
    "review": "ambiguous: a person decides",
    "nurture": "not ready: stays a lead",
    "disqualify": "closed, with a reason",
}


def _narrate(answer: Mapping[str, Any], told: list[Story], sandbox: Sandbox, into: Path | None) -> Iterator[str]:
    for route in answer["routes"]:
        yield f"{route['pulled']} leads {ROUTES[route['route']]}."
    yield ""
    yield "What was decided:"
    for verdict in Verdict:
        counts = ", ".join(f"{route['route']} {route['verdicts'][verdict.value]}" for route in answer["routes"])
        yield f"  {verdict.value:<10} {_MEANINGS[verdict.value]:<38} {counts}"
    yield ""
    yield "Three of them in full:"
    for story in told:
        yield ""
        yield from (f"  {line}" for line in story_lines(story))
    yield ""
    yield "What stands in the CRMs now (before -> after):"
    for crm in OBJECTS:
        before, after = answer["before"][crm], answer["after"][crm]
        yield f"  {crm:<10} " + ", ".join(f"{_LABELS[n]} {before[n]} -> {after[n]}" for n in OBJECTS[crm])
    yield ""
    spent, naive = answer["api_calls"], answer["api_calls_one_by_one"]
    yield f"API calls: {spent}; handling the leads one by one takes about {naive}."
    yield ""
    yield from _next(told, sandbox, into)


def _next(told: list[Story], sandbox: Sandbox, into: Path | None) -> Iterator[str]:
    yield "Next:"
    if into is None:
        yield "  connector demo --into my-demo     the same, leaving a project to play with"
        yield "  connector sandbox serve           a CRM of your own to point a project at"
        yield "  connector init my-project         a commented starter for a real org"
        return
    port, state = sandbox.base_url.rsplit(":", 1)[1], str(_state_of(into))
    yield f"  connector sandbox serve --port {port} --state {shlex.quote(state)} > {shlex.quote(state + '.json')} &"
    yield f"  cd {shlex.quote(str(into))}"
    yield "  connector review list"
    yield f"  connector explain {told[0].row.raw.ref.id if told else 'LEAD'}"

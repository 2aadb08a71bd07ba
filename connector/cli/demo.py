"""``connector demo``: the whole journey on the embedded sandbox, told so that a newcomer understands it."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
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
        write_sandbox_project(folder, sandbox.info)
        before = _standing(sandbox)
        with open_house(load_config(folder / "connector.yaml")) as house, Progress(quiet=True) as progress:
            results = run_routes(house, ["salesforce"], progress, verb="demo")
            told = _three(house, results.only())
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


def _standing(sandbox: Sandbox) -> dict[str, int]:
    """What stands in Salesforce, counted through its own API."""
    found = {}
    for name in ("Lead", "Account", "Contact", "Opportunity"):
        records: Any = control(sandbox.base_url, f"dump/salesforce/{name}")
        found[name] = sum(1 for r in records if not r.get("IsDeleted") and not (name == "Lead" and r["IsConverted"]))
    return found


def _three(house: House, result: RouteResult) -> list[Story]:
    """Three leads worth telling: a new company converted early, a known person, one for a person to decide."""
    from connector.cli.explain import stories_of

    wanted = {
        "convert": lambda s: s.decision.verdict is Verdict.CONVERT and s.decision.opportunity is not None,
        "attach": lambda s: s.decision.verdict is Verdict.ATTACH and s.resolution.linkage is Linkage.CONTACT,
        "review": lambda s: s.decision.verdict is Verdict.REVIEW and s.resolution.linkage is Linkage.POSSIBLE,
    }
    told: dict[str, Story] = {}
    for planned in result.plan.leads if result.plan else ():
        name = planned.verdict.value
        if name not in wanted or name in told:
            continue
        story = next((s for s in stories_of(house, planned.lead.id) if s.decision and s.resolution), None)
        if story is not None and wanted[name](story):
            told[name] = story
    return list(told.values())


def one_by_one_calls(result: RouteResult) -> int:
    """Calls of a client that handles leads one by one.

    Two look-ups (contact, account) for each lead, then one call for each write; the list and login once.
    """
    written = sum(result.steps[outcome] for outcome in (Outcome.APPLIED, Outcome.ALREADY))
    return 2 + 2 * result.pulled + written


def _answer(
    results: RunResults, before: Mapping[str, int], after: Mapping[str, int], told: list[Story], reviews: int
) -> dict[str, Any]:
    route = results.routes[0]
    return {
        **results.as_json(),
        "before": dict(before),
        "after": dict(after),
        "api_calls": route.api_calls,
        "api_calls_one_by_one": one_by_one_calls(route),
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
    route = answer["routes"][0]
    yield f"{route['pulled']} leads came in from the demo Salesforce."
    yield ""
    yield "What was decided:"
    for name, count in route["verdicts"].items():
        yield f"  {count:>3}  {name:<10} {_MEANINGS[name]}"
    yield ""
    yield "Three of them in full:"
    for story in told:
        yield ""
        yield from (f"  {line}" for line in story_lines(story))
    yield ""
    yield "What stands in Salesforce now (before -> after):"
    for name, label in (
        ("Lead", "unconverted leads"),
        ("Account", "accounts"),
        ("Contact", "contacts"),
        ("Opportunity", "opportunities"),
    ):
        yield f"  {label:<17} {answer['before'][name]:>4} -> {answer['after'][name]}"
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

"""``connector matching calibrate``: where linking and asking begin, for the org's size and a stated precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from connector.cli.machine import processes_option
from connector.cli.matching_proposal import out_option, write_proposal
from connector.cli.matching_rules import helped, matching_option, rules_text
from connector.cli.matching_sources import examples_of
from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.errors import InputError
from connector.matching import MatchingRules, load_matching
from connector.matching.calibration import ENOUGH, Bound, from_decoys, from_labels
from connector.matching.training import Example, best_of_each, points_in_use
from connector.model.records import Kind
from connector.pipeline.examples import decoys
from connector.wiring.processes import Processes

DIRECTORY = "directory"
_SECTIONS = {"people": Kind.CONTACT, "repeats": Kind.LEAD, "companies": Kind.ACCOUNT}


@click.command("calibrate")
@click.option(
    "--from",
    "sources",
    multiple=True,
    default=(DIRECTORY,),
    show_default=True,
    metavar="directory|reviews|crm|FILE",
    help="The org's own directory, or what `matching train` learns from; repeatable.",
)
@click.option("--precision", type=click.FloatRange(0.5, 0.9999), default=0.99, show_default=True, help="Of the links.")
@out_option
@matching_option
@processes_option
@verb
@helped
def command(
    session: Session,
    sources: tuple[str, ...],
    precision: float,
    out: Path | None,
    matching: Path | None,
    processes: int,
) -> int:
    """Set link_at and ask_at so that the links are as precise as stated, and write a proposal.

    From `directory` (no labels) false links are estimated by the second-best candidates of the org's own leads;
    from labels they are counted. Bands that too little is known of stay as they are; exit 65 when that is all.

    Example: connector matching calibrate --precision 0.995
    """
    spare_inputs(session, (out,), proposal=True)
    text, path = rules_text(session, matching)
    rules = load_matching(text, path)
    if DIRECTORY in sources:
        if len(sources) > 1:
            raise click.UsageError("--from directory stands alone: it estimates, the others count")
        found = _of_directory(session, rules, precision)
    else:
        found = _of_examples(examples_of(session, sources, rules, Processes(processes)), rules, precision)
    bounds = {name: bound for name, bound in found.items() if bound is not None}
    if not bounds:
        what = f"too little is known to set a band at a precision of {precision:g}; nothing was written"
        raise InputError(
            [],
            f"{what}. At least {ENOUGH} links are needed, and more the higher the precision.",
            next_command="connector matching calibrate --help",
        )
    numbers: dict[tuple[str, ...], float] = {
        (name, key): getattr(bound, key) for name, bound in bounds.items() for key in ("link_at", "ask_at")
    }
    target = write_proposal(text, path, out, numbers, list(_head(path, bounds, precision, sources)))
    if session.as_json:
        put_json(
            {
                "status": "done",
                "matching": path,
                "proposal": str(target),
                "asked_precision": precision,
                "counted": DIRECTORY not in sources,
                "bands": {name: _bound_json(bound, name, rules) for name, bound in bounds.items()},
                "left": [name for name in found if name not in bounds],
            }
        )
    _tell(session, found, rules, target)
    return 0


def _of_directory(session: Session, rules: MatchingRules, precision: float) -> dict[str, Bound | None]:
    with session.house() as house:
        seen = decoys(house.store.directory, rules)
    return {
        name: from_decoys(seen[kind].best, seen[kind].second, precision, _bands(rules)[name][0])
        for name, kind in _SECTIONS.items()
    }


def _of_examples(examples: Iterable[Example], rules: MatchingRules, precision: float) -> dict[str, Bound | None]:
    """Counted on the best candidate of each record that was looked up."""
    found = best_of_each(examples, points_in_use(rules))
    return {name: from_labels(found[name], precision, _bands(rules)[name][0]) for name in _SECTIONS}


def _head(path: str, bounds: Mapping[str, Bound], precision: float, sources: Sequence[str]) -> Iterator[str]:
    how = "estimated from the org's own leads" if DIRECTORY in sources else f"counted on {', '.join(sources)}"
    yield f"Proposed by `connector matching calibrate` for a precision of {precision:g}, {how}; made from {path}."
    for name, bound in bounds.items():
        low, high = bound.within
        yield f"{name}: {bound.links} links in the sample, precision {bound.precision:.4f} ({low:.4f} to {high:.4f})."


def _tell(session: Session, found: Mapping[str, Bound | None], rules: MatchingRules, target: Path) -> None:
    columns = ("band", "link_at", "was", "ask_at", "was", "links", "precision", "95 % interval")
    table(columns, list(_rows(found, rules)), session.as_json)
    for name in (name for name, bound in found.items() if bound is None):
        say(f"{name}: too little is known; left as it is", as_json=session.as_json)
    say(f"proposal: {target}; compare it with the file in use, and take over what convinces", as_json=session.as_json)


def _rows(found: Mapping[str, Bound | None], rules: MatchingRules) -> Iterator[Sequence[object]]:
    points = _bands(rules)
    for name, bound in found.items():
        if bound is not None:
            was = points[name]
            within = "{:.4f} to {:.4f}".format(*bound.within)
            yield name, bound.link_at, was[0], bound.ask_at, was[1], bound.links, f"{bound.precision:.4f}", within


def _bands(rules: MatchingRules) -> Mapping[str, tuple[float, float]]:
    named = {"people": rules.people, "repeats": rules.repeats, "companies": rules.companies}
    return {name: (bands.link_at, bands.ask_at) for name, bands in named.items()}


def _bound_json(bound: Bound, name: str, rules: MatchingRules) -> dict[str, object]:
    link_at, ask_at = _bands(rules)[name]
    return {
        "link_at": bound.link_at,
        "ask_at": bound.ask_at,
        "before": {"link_at": link_at, "ask_at": ask_at},
        "links": bound.links,
        "precision": round(bound.precision, 4),
        "precision_within": [round(share, 4) for share in bound.within],
    }

"""``connector matching train``: points refitted from pairs whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from connector.cli.machine import processes_option
from connector.cli.matching_eval import rate_json
from connector.cli.matching_proposal import out_option, write_proposal
from connector.cli.matching_rules import helped, matching_option, rules_text
from connector.cli.matching_sources import examples_of
from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.errors import InputError
from connector.matching import load_matching
from connector.matching.training import ENOUGH, Judged, Lacking, Refit, Term, points_in_use, refit
from connector.wiring.processes import Processes

_LEAST = 0.005  # a smaller change cannot be written


@click.command("train")
@click.option(
    "--from", "sources", multiple=True, required=True, metavar="reviews|crm|FILE", help="Where from; repeatable."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which examples are held out.")
@out_option
@matching_option
@processes_option
@verb
@helped
def command(
    session: Session, sources: tuple[str, ...], seed: int, out: Path | None, matching: Path | None, processes: int
) -> int:
    """Refit the points of matching.yaml and write a proposal; the file in use stays as it is.

    `reviews` are the words of people on pairs, `crm` is what people converted leads into, FILE is a folder (or its
    truth file) as `matching eval` reads it, or a table of pairs with columns left_…, right_… and label. Part of the
    examples is held out, and the points in use and the proposed ones are judged on it. Exit 65 with too few examples.

    Example: connector matching train --from reviews --from crm
    """
    spare_inputs(session, (out,), proposal=True)
    text, path = rules_text(session, matching)
    rules = load_matching(text, path)
    found, lacking = refit(examples_of(session, sources, rules, Processes(processes)), rules, seed)
    if not found:
        what = f"too few examples; nothing was written. {' '.join(map(_lacks, lacking))}"
        raise InputError([], what, next_command="connector review list")
    moved = _moved(found, points_in_use(rules))
    target = write_proposal(text, path, out, {term: new for term, (_, new) in moved.items()}, list(_head(path, found)))
    if session.as_json:
        put_json(
            {
                "status": "done",
                "matching": path,
                "proposal": str(target),
                "refits": [_refit_json(one) for one in found],
                "lacking": [{"name": one.name, "same": one.same, "different": one.different} for one in lacking],
                "changes": [
                    {"place": ".".join(term), "before": before, "after": after}
                    for term, (before, after) in moved.items()
                ],
            }
        )
    _tell(session, found, lacking, moved, target)
    return 0


def _moved(found: Sequence[Refit], used: Mapping[Term, float]) -> dict[Term, tuple[float, float]]:
    """The numbers that change, before and after."""
    new = {term: points for one in found for term, points in one.points.items()}
    return {term: (used[term], new[term]) for term in used if term in new and abs(new[term] - used[term]) >= _LEAST}


def _lacks(one: Lacking) -> str:
    short = [
        f"{count} more that are {word}"
        for count, word in ((one.same, "the same"), (one.different, "different"))
        if count
    ]
    return f"{one.name}: {' and '.join(short)} ({ENOUGH} of each are needed)."


def _head(path: str, found: Sequence[Refit]) -> Iterator[str]:
    yield f"Proposed by `connector matching train`; made from {path}."
    for one in found:
        before, after = (f"{judged.rate.f1:.4f}" for judged in (one.before, one.after))
        counts = f"{one.same} pairs that are the same and {one.different} that are different"
        yield f"{one.name}: {counts}; F1 on the {one.held_out} held out {before} before, {after} after."


def _tell(
    session: Session,
    found: Sequence[Refit],
    lacking: Sequence[Lacking],
    moved: Mapping[Term, tuple[float, float]],
    target: Path,
) -> None:
    columns = ("place", "before", "after")
    table(columns, [(".".join(term), *points) for term, points in moved.items()], session.as_json)
    for one in found:
        say(f"{one.name}: {one.same} same, {one.different} different; {one.held_out} held out", as_json=session.as_json)
        for word, judged in (("before", one.before), ("after", one.after)):
            say(f"  {word}: {_judged_line(judged)}", as_json=session.as_json)
        if one.after.log_loss >= one.before.log_loss:
            say("  no better on what was held out: keep the file in use", as_json=session.as_json)
    for short in lacking:
        say(f"left as it is, {_lacks(short)}", as_json=session.as_json)
    say(f"proposal: {target}; compare it with the file in use, and take over what convinces", as_json=session.as_json)


def _judged_line(judged: Judged) -> str:
    precision = "-" if judged.rate.precision is None else f"{judged.rate.precision:.4f}"
    (low, high), (least, most) = judged.precision_within, judged.recall_within
    return (
        f"precision {precision} ({low:.4f} to {high:.4f}), recall {judged.rate.recall:.4f} ({least:.4f} to {most:.4f}),"
        f" log-loss {judged.log_loss:.4f}"
    )


def _refit_json(one: Refit) -> dict[str, object]:
    return {
        "name": one.name,
        "same": one.same,
        "different": one.different,
        "held_out": one.held_out,
        "strength": one.strength,
        "better": one.after.log_loss < one.before.log_loss,
        "before": _judged_json(one.before),
        "after": _judged_json(one.after),
    }


def _judged_json(judged: Judged) -> dict[str, object]:
    return {
        **rate_json(judged.rate),
        "precision_within": [round(bound, 4) for bound in judged.precision_within],
        "recall_within": [round(bound, 4) for bound in judged.recall_within],
        "log_loss": round(judged.log_loss, 6),
    }

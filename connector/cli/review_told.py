"""A review for machines and for people: side by side, with what agrees and differs marked, and why it comes when."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from connector.cli.output import console, counted, say, table
from connector.cli.story import match_json, match_lines, refs_json
from connector.matching.side_by_side import Line, Sign, side_by_side
from connector.model.match import Match, Resolution
from connector.model.progress import Answer, Review, ReviewState, Said, Standing
from connector.model.records import Kind, Record, RecordRef, iso
from connector.pipeline.review_asked import asked_now
from connector.pipeline.review_order import Priority
from connector.pipeline.review_queue import Group, Waiting
from connector.ports import Store

_COLOURS = {Sign.SAME: "green", Sign.NEAR: "yellow", Sign.DIFFERENT: "red", Sign.NONE: "none"}
_STANDS = {
    Standing.SETTLED: "this answer counts",
    Standing.AGREED: "agrees with it",
    Standing.CONFLICT: "says something else; the first answer stands",
    Standing.UNSURE: "is unsure: somebody else should say",
}


def review_json(store: Store, review: Review, waiting: Waiting | None = None) -> dict[str, object]:
    """The published form of a review, which time alone does not change; *waiting* brings its group."""
    group = waiting.group if waiting else None
    return {
        "id": review.id,
        "route": review.route,
        "lead": refs_json(review.lead),
        "question": review.question,
        "state": review.state.value,
        "opened_at": iso(review.opened_at),
        "candidates": [match_json(match) for match in review.candidates],
        "answer": _answer_json(review.answer) if review.answer else None,
        "asked": asked_now(store, review),
        "said": [_said_json(said) for said in review.said],
        "group": group.name if group else None,
    }


def _answer_json(answer: Answer) -> dict[str, object]:
    return {
        "word": answer.word.value,
        "by": answer.by,
        "at": iso(answer.at),
        "candidate": refs_json(answer.candidate) if answer.candidate else None,
        "reason": answer.reason,
        "note": answer.note,
    }


def _said_json(said: Said) -> dict[str, object]:
    return {**_answer_json(said.answer), "standing": said.standing.value, "group": said.group or None}


def priority_json(priority: Priority) -> dict[str, object]:
    """The factors of a priority, their product, and a sentence on each."""
    return {
        "total": round(priority.total, 6),
        "value": priority.value,
        "uncertainty": priority.uncertainty,
        "age": priority.age,
        "because": list(priority.because),
    }


def priorities_json(queue: Sequence[Waiting]) -> list[dict[str, object]]:
    """Why the open reviews stand in this order."""
    return [{"review": one.review.id, **priority_json(one.priority)} for one in queue if one.priority is not None]


def groups_json(queue: Sequence[Waiting]) -> list[dict[str, object]]:
    """The groups of look-alikes in a queue, in its order."""
    groups = {one.group.name: one.group for one in queue if one.group is not None}
    return [{"group": g.name, "about": g.about, "reviews": list(g.reviews)} for g in groups.values()]


def lines_of(store: Store, review: Review) -> tuple[Line, ...]:
    """The lead and its candidates, field by field."""
    lead = store.directory.get(review.lead) or Record(Kind.LEAD, review.lead, {})
    return side_by_side(lead, [store.directory.get(match.ref) for match in review.candidates])


def fields_json(lines: Sequence[Line]) -> list[dict[str, object]]:
    """The side-by-side view: for each field the lead's value and, per candidate, value and sign."""
    return [
        {
            "field": line.field,
            "lead": line.lead,
            "candidates": [{"value": cell.text, "sign": cell.sign.name.lower()} for cell in line.cells],
        }
        for line in lines
    ]


def contest(review: Review, resolution: Resolution | None) -> tuple[Match | None, float | None]:
    """The second best candidate and its distance to the best, in points; else what the resolution tells of it."""
    ranked = sorted(review.candidates, key=lambda match: -match.score)
    if len(ranked) > 1:
        return ranked[1], round(ranked[0].score - ranked[1].score, 4)
    return (resolution.runner_up, resolution.gap) if resolution is not None and ranked else (None, None)


def name_of(store: Store, ref: RecordRef) -> str:
    """A record as a person would name it; its reference when nothing is known of it."""
    record = store.directory.get(ref)
    if record is None:
        return str(ref)
    if record.kind is Kind.ACCOUNT:
        return record.text("name") or str(ref)
    person = " ".join(part for part in (record.text("first_name"), record.text("last_name")) if part)
    return f"{person}, {record.text('company')}".strip(", ") or str(ref)


def say_review(store: Store, review: Review, waiting: Waiting | None, reasons: Sequence[str]) -> None:
    """One review for people."""
    say(f"Review {review.id} ({review.state.value}): {name_of(store, review.lead)}  {review.lead}")
    say(f"  {review.question}")
    if waiting is not None:
        for line in _place(review, waiting):
            say(f"  {line}")
    lines = lines_of(store, review)
    if lines and review.candidates:
        say()
        _draw(review, lines)
    for line in _evidence(store, review):
        say(line)
    for said in review.said:
        say(f"  {_told(said)}")
    if review.state is ReviewState.OPEN:
        _say_answers(review, reasons)


def _place(review: Review, waiting: Waiting) -> Iterator[str]:
    if waiting.priority is not None:
        yield from why(waiting.priority)
    if waiting.group is not None:
        yield look_alikes(review, waiting.group)


def why(priority: Priority) -> Iterator[str]:
    """The factors of a priority, and what each rests on."""
    factors = f"value {priority.value:.3f} x uncertainty {priority.uncertainty:.2f} x age {priority.age:.2f}"
    yield f"priority {priority.total:.3f} = {factors}"
    yield f"  {'; '.join(priority.because)}"


def look_alikes(review: Review, group: Group) -> str:
    """Which other reviews one answer settles."""
    others = [f"{number}" for number in group.reviews if number != review.id]
    same = "person" if group.about == "person" else "company"
    return f"the same question about the same {same}: {', '.join(others)} (group {group.name}); one answer settles all"


def _draw(review: Review, lines: Sequence[Line]) -> None:
    """The side-by-side view: a table in colour on a terminal, tab-separated lines otherwise."""
    heads = [f"{number} {match.kind.value}" for number, match in enumerate(review.candidates, 1)]
    columns = ("field", "lead", *heads)
    if not sys.stdout.isatty():
        table(
            columns,
            [(line.field, line.lead, *(_marked(cell.sign, cell.text) for cell in line.cells)) for line in lines],
        )
        return
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for line in lines:
        cells = [Text(_marked(cell.sign, cell.text), style=_COLOURS[cell.sign]) for cell in line.cells]
        drawn.add_row(Text(line.field), Text(line.lead), *cells)
    console().print(drawn)


def _marked(sign: Sign, text: str) -> str:
    return f"{sign.value} {text}".rstrip()


def _evidence(store: Store, review: Review) -> Iterator[str]:
    for number, match in enumerate(review.candidates, 1):
        yield ""
        yield f"  candidate {number}, {match.kind.value} {match.ref.id}: {name_of(store, match.ref)}"
        yield from (f"    {line}" for line in match_lines(match))
    second, gap = contest(review, store.matches.latest(review.route, review.lead))
    if second is not None and gap is not None:
        yield ""
        yield f"  runner-up: {second.kind.value} {second.ref.id}, {gap:.1f} points behind"


def answer_told(answer: Answer) -> str:
    """An answer as it would be typed."""
    return " ".join(filter(None, [answer.word.value, str(answer.candidate or ""), answer.reason]))


def _told(said: Said) -> str:
    answer = said.answer
    what = answer_told(answer)
    note = f' ("{answer.note}")' if answer.note else ""
    group = f", with group {said.group}" if said.group else ""
    return f"{answer.by} said {what}{note} on {iso(answer.at)[:16]}Z{group}: {_STANDS[said.standing]}"


def _say_answers(review: Review, reasons: Sequence[str]) -> None:
    some = "same CANDIDATE | different | new | " if review.candidates else ""
    say()
    say(f"  answer: {some}other RECORD | unsure | convert | nurture | disqualify REASON")
    say(f"  reasons: {', '.join(reasons)}")


def say_queue(store: Store, queue: Sequence[Waiting], each: bool, reasoned: bool) -> None:
    """The queue for people, a line for each group, or with *each* for every review."""
    shown = queue if each else _first_of_groups(queue)
    columns = ["id", "lead", "question", "candidates", "state", "settles", "priority"]
    rows = [_row(store, one) for one in shown]
    if reasoned:
        columns += ["value", "uncertainty", "age", "because"]
        rows = [[*row, *_factors(one.priority)] for row, one in zip(rows, shown, strict=True)]
    table(columns, rows)
    hidden = len(queue) - len(shown)
    if hidden:
        say(f"{counted(hidden, 'look-alike')} not shown: `connector review list --each`")


def _first_of_groups(queue: Sequence[Waiting]) -> list[Waiting]:
    seen: set[str] = set()
    shown = []
    for one in queue:
        if one.group is None or one.group.name not in seen:
            shown.append(one)
        if one.group is not None:
            seen.add(one.group.name)
    return shown


def _row(store: Store, one: Waiting) -> list[object]:
    review = one.review
    settles = len(one.group.reviews) if one.group else 1
    total = f"{one.priority.total:.3f}" if one.priority else None
    state = f"{review.state.value}, you were unsure" if one.passed else review.state.value
    return [review.id, name_of(store, review.lead), review.question, len(review.candidates), state, settles, total]


def _factors(priority: Priority | None) -> list[object]:
    if priority is None:
        return [None] * 4
    factors = (f"{priority.value:.3f}", f"{priority.uncertainty:.2f}", f"{priority.age:.2f}")
    return [*factors, "; ".join(priority.because)]

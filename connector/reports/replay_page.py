"""A replay as one self-contained page: the matrix of flips, what moved, and how conversions fared."""

from __future__ import annotations

from collections.abc import Iterator

from connector.model.decision import Verdict
from connector.model.records import iso
from connector.model.replay import Fared, Flip, Replayed
from connector.reports import svg
from connector.reports.markup import Html
from connector.reports.page import Section, facts, figure, note, page, paragraph, table
from connector.reports.replay import (
    NO_LOOK_AHEAD,
    UNKNOWN,
    agreed,
    calls_sentence,
    conversion_sentences,
    differing_sentences,
    lift,
    matrix,
    outcome_sentences,
    precision,
    rate_words,
    replay_lines,
    review_sentence,
    same_sentence,
)

_TITLE = "Policy replay"


def replay_page(replayed: Replayed) -> str:
    """The whole document."""
    lead = next(replay_lines(replayed))
    if not replayed.decisions:
        return page(_TITLE, (), lead)
    sections = [
        Section("Verdicts", tuple(_verdicts(replayed))),
        Section("Conversions and opportunities", tuple(_conversions(replayed))),
        Section("Reviews and API calls", tuple(_load(replayed))),
        Section("How conversions fared", tuple(_outcomes(replayed))),
    ]
    if replayed.flips:
        sections.insert(1, Section("Why verdicts flipped", tuple(_examples(replayed))))
    return page(_TITLE, sections, lead, NO_LOOK_AHEAD)


def _verdicts(replayed: Replayed) -> Iterator[Html]:
    moved = replayed.conversions
    yield facts(
        [
            ("decisions", f"{replayed.decisions:,}"),
            ("leads", f"{replayed.leads:,}"),
            ("verdicts flipped", f"{replayed.flipped:,}"),
            ("converted before", f"{moved.old:,}"),
            ("converted now", f"{moved.new:,}"),
        ]
    )
    yield paragraph(same_sentence(replayed))
    for sentence in differing_sentences(replayed):
        yield paragraph(sentence)
    if not replayed.flips:
        yield paragraph("No verdict flips.")
        return
    found = matrix(replayed.flips)
    verdicts = [verdict for verdict in Verdict if any(verdict in pair for pair in found)]
    cells = [[float(found[old, new]) if (old, new) in found else None for new in verdicts] for old in verdicts]
    names = [verdict.value for verdict in verdicts]
    picture = svg.heat_map("Flipped decisions", names, [f"was {name}" for name in names], cells)
    yield figure(picture, "Rows: the verdict that was given. Columns: the verdict of the new policy.")


def _examples(replayed: Replayed) -> Iterator[Html]:
    yield table(("was", "is", "row before", "row now", "decisions"), [_flip_row(flip) for flip in replayed.flips])
    rows = [
        (str(example.lead), iso(example.at), " ".join(example.because))
        for flip in replayed.flips
        for example in flip.examples
    ]
    yield table(("lead", "decided", "why it flips"), rows, "A few leads of each kind.")


def _flip_row(flip: Flip) -> tuple[object, ...]:
    return flip.old.value, flip.new.value, flip.old_rule, flip.new_rule, f"{flip.decisions:,}"


def _conversions(replayed: Replayed) -> Iterator[Html]:
    moved, opened = replayed.conversions, replayed.opportunities
    rows = [
        ("leads converted", moved.old, moved.new, moved.gained, moved.lost),
        ("opportunities opened", opened.old, opened.new, opened.gained, opened.lost),
    ]
    yield table(("", "before", "now", "only now", "only before"), rows)
    for sentence in conversion_sentences(replayed):
        yield paragraph(sentence)
    yield note(NO_LOOK_AHEAD)


def _load(replayed: Replayed) -> Iterator[Html]:
    yield paragraph(review_sentence(replayed))
    if len(replayed.reviews) > 1:
        weeks = list(replayed.reviews)
        series = [
            svg.Series(name, tuple(float(replayed.reviews[week][side]) for week in weeks))
            for side, name in enumerate(("before", "now"))
        ]
        yield figure(svg.lines("Reviews opened per week", weeks, series), "By the ISO week of the decision.")
    yield paragraph(calls_sentence(replayed))


def _outcomes(replayed: Replayed) -> Iterator[Html]:
    outcomes = replayed.outcomes
    sides = (
        ("before", outcomes.old),
        ("now", outcomes.new),
        ("only before", outcomes.only_old),
        ("only now", outcomes.only_new),
    )
    columns = ("automatic", "leads", "won", "lost", "disqualified", "not known", "precision", "lift", "people agreed")
    yield table(columns, [(name, *_fared_row(fared, lift(fared, outcomes))) for name, fared in sides])
    for sentence in outcome_sentences(outcomes):
        if sentence.startswith(("Lift", "Outcomes")):
            yield paragraph(sentence)
    yield note(UNKNOWN)


def _fared_row(fared: Fared, lifted: float | None) -> tuple[object, ...]:
    return (
        f"{fared.leads:,}",
        fared.won,
        fared.lost,
        fared.disqualified,
        fared.leads - fared.known,
        rate_words(precision(fared)) if fared.known else "-",
        f"{lifted:.2f}" if lifted is not None else "-",
        rate_words(agreed(fared)) if fared.right + fared.wrong else "-",
    )

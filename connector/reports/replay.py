"""A replay told: as the published JSON object, and in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.model.decision import Verdict
from connector.model.records import iso
from connector.model.replay import Fared, Flip, Outcomes, Part, Replayed
from connector.reports.measures import Rate, spread

NO_LOOK_AHEAD = (
    "Each decision is made anew on what was known at its time. A lead that was converted shows nothing more of what it"
    " would have done: whether a policy that does not convert it then would have done so later cannot be known."
)
"""What every reader of the figures must know of them."""

UNKNOWN = "Leads whose outcome is not known are counted and left out of every rate; nothing is extrapolated."
_PARTS = {
    Part.LEVELS: "levels of the scorecard",
    Part.POINTS: "its points",
    Part.RULES: "the rules that gave them",
    Part.STAGE: "the stage",
    Part.ROW: "the row",
    Part.REASONS: "the reasons",
    Part.DISQUALIFICATION: "the reason for disqualification",
    Part.OPPORTUNITY: "the opportunity or its terms",
    Part.OWNER: "the owner",
    Part.DUPLICATE: "the lead that it repeats",
    Part.RUNNER_UP: "the runner-up",
    Part.LOOK_AGAIN: "when it is looked at again",
    Part.ASSURANCE: "how it is assured",
    Part.SAMPLE: "the draw of samples",
    Part.POLICY: "the name of the policy",
    Part.OTHER: "something else",
}
_OUTCOMES = ("old", "new", "only_old", "only_new")


def replay_json(replayed: Replayed) -> dict[str, object]:
    """The published form: counts at the top, `flips_by_verdict` with examples, rates with 95 % intervals."""
    return {
        "routes": list(replayed.routes),
        "first": iso(replayed.first) if replayed.first else None,
        "last": iso(replayed.last) if replayed.last else None,
        "versions": dict(replayed.versions),
        "new_versions": list(replayed.new_versions),
        "decisions": replayed.decisions,
        "leads": replayed.leads,
        "identical": replayed.identical,
        "renamed": replayed.renamed,
        "before_fields": replayed.before_fields,
        "differs": replayed.differs,
        "superseded": replayed.superseded,
        "flips": replayed.flipped,
        "other_answers": replayed.other_answers,
        "kept_verdict": replayed.kept_verdict,
        "differs_in": {part.value: count for part, count in replayed.differs_in.items()},
        "flips_by_verdict": [_flip_json(flip) for flip in replayed.flips],
        "standing": [
            {"old": old.value, "new": new.value, "leads": count} for (old, new), count in replayed.standing.items()
        ],
        **_moved_json(replayed),
        "outcomes": outcomes_json(replayed.outcomes),
    }


def _flip_json(flip: Flip) -> dict[str, object]:
    return {
        "old": flip.old.value,
        "new": flip.new.value,
        "old_row": flip.old_rule,
        "new_row": flip.new_rule,
        "decisions": flip.decisions,
        "examples": [
            {"lead": str(example.lead), "at": iso(example.at), "because": list(example.because)}
            for example in flip.examples
        ],
    }


def _moved_json(replayed: Replayed) -> dict[str, object]:
    moved, opened, calls = replayed.conversions, replayed.opportunities, replayed.calls
    return {
        "conversions": {"old": moved.old, "new": moved.new, "gained": moved.gained, "lost": moved.lost},
        "earlier": _days_json(moved.earlier),
        "later": _days_json(moved.later),
        "opportunities": {"old": opened.old, "new": opened.new, "gained": opened.gained, "lost": opened.lost},
        "reviews": {
            "old": sum(old for old, _ in replayed.reviews.values()),
            "new": sum(new for _, new in replayed.reviews.values()),
            "weeks": [{"week": week, "old": old, "new": new} for week, (old, new) in replayed.reviews.items()],
        },
        "api_calls": {
            "old": _rounded(calls.old, 1),
            "new": _rounded(calls.new, 1),
            "per_lead": {verdict.value: _rounded(cost, 3) for verdict, cost in calls.each.items()},
            "measured_on": {verdict.value: count for verdict, count in calls.measured_on.items()},
        },
    }


def _days_json(days: Sequence[float]) -> dict[str, object]:
    found = spread(days)
    return {"leads": found.count, "median_days": _rounded(found.median, 2), "p90_days": _rounded(found.p90, 2)}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def base_rate(outcomes: Outcomes) -> Rate:
    """The share of won leads among all with an outcome, whoever converted them: what lift is counted against."""
    return Rate(outcomes.all_known.won, outcomes.all_known.known)


def precision(fared: Fared) -> Rate:
    """The share of won leads among the automatic conversions with an outcome."""
    return Rate(fared.won, fared.known)


def agreed(fared: Fared) -> Rate:
    """The share that people would have converted too, among those that people looked at."""
    return Rate(fared.right, fared.right + fared.wrong)


def lift(fared: Fared, outcomes: Outcomes) -> float | None:
    """Precision over the base rate; None where either is not known."""
    share, base = precision(fared).value, base_rate(outcomes).value
    return share / base if share is not None and base else None


def outcomes_json(outcomes: Outcomes) -> dict[str, object]:
    """How automatic conversions fared, with rates."""
    sides = {name: _fared_json(getattr(outcomes, name), outcomes) for name in _OUTCOMES}
    return {**sides, "base": {**_rate_json(base_rate(outcomes)), "known": outcomes.all_known.known}}


def _fared_json(fared: Fared, outcomes: Outcomes) -> dict[str, object]:
    return {
        "conversions": fared.leads,
        "known": fared.known,
        "unknown": fared.leads - fared.known,
        "won": fared.won,
        "lost": fared.lost,
        "disqualified": fared.disqualified,
        "precision": _rate_json(precision(fared)),
        "lift": _rounded(lift(fared, outcomes), 3),
        "reviewed": {"right": fared.right, "wrong": fared.wrong, "precision": _rate_json(agreed(fared))},
    }


def _rate_json(rate: Rate) -> dict[str, object]:
    low, high = rate.interval or (None, None)
    return {"value": _rounded(rate.value, 4), "low": _rounded(low, 4), "high": _rounded(high, 4)}


def replay_lines(replayed: Replayed) -> Iterator[str]:
    """The whole replay in sentences."""
    yield _scope(replayed)
    if not replayed.decisions:
        return
    yield same_sentence(replayed)
    yield from _flip_lines(replayed.flips)
    yield from differing_sentences(replayed)
    if replayed.other_answers:
        told = _counted(replayed.other_answers, "decision keeps its verdict", "decisions keep their verdict")
        yield f"{told} and changed what is carried out with it (opportunity, owner or reason)."
    yield from (*conversion_sentences(replayed), review_sentence(replayed), calls_sentence(replayed))
    yield from outcome_sentences(replayed.outcomes)
    yield NO_LOOK_AHEAD


def _scope(replayed: Replayed) -> str:
    routes = ", ".join(replayed.routes)
    if replayed.first is None or replayed.last is None:
        return f"No decision is stored for {routes} in that time."
    made = _counted(len(replayed.versions), "version", "versions")
    return (
        f"{_counted(replayed.decisions, 'decision', 'decisions')} on {_counted(replayed.leads, 'lead', 'leads')} of"
        f" {routes}, {iso(replayed.first)} to {iso(replayed.last)}, made by {made} of the policy, replayed with"
        f" {', '.join(version[:12] for version in replayed.new_versions)}."
    )


def same_sentence(replayed: Replayed) -> str:
    """How many decisions came out the same, and how the same."""
    parts = [
        (replayed.identical, "by the same policy, identical to the byte"),
        (
            replayed.renamed,
            "by another version or copy of the policy, and the same but for its name and its draw of samples",
        ),
        (replayed.before_fields, "kept by an older version of the program, and the same in every field it had"),
        (replayed.differs, "different"),
    ]
    return "; ".join(f"{count:,} {words}" for count, words in parts if count) + "."


def differing_sentences(replayed: Replayed) -> Iterator[str]:
    """In what decisions differ that keep their verdict; nothing where none does."""
    if replayed.kept_verdict:
        told = _counted(
            replayed.kept_verdict, "decision keeps its verdict and differs", "decisions keep their verdict and differ"
        )
        ways = ", ".join(f"{_PARTS[part]} ({count:,})" for part, count in replayed.differs_in.items())
        yield f"{told} in (one may count several times): {ways}."


def _flip_lines(flips: Sequence[Flip]) -> Iterator[str]:
    total = sum(flip.decisions for flip in flips)
    if not total:
        yield "No verdict flips."
        return
    yield f"{_counted(total, 'verdict flips', 'verdicts flip')}:"
    for flip in flips:
        yield f"  {flip.old.value} -> {flip.new.value}: {flip.decisions:,} ({flip.old_rule} -> {flip.new_rule})"
        for example in flip.examples:
            yield f"    {example.lead} on {iso(example.at)}"
            yield from (f"      {sentence}" for sentence in example.because)


def conversion_sentences(replayed: Replayed) -> Iterator[str]:
    """When leads convert, and on how many an opportunity is opened."""
    moved, opened = replayed.conversions, replayed.opportunities
    yield (
        f"Conversions: {moved.old:,} leads before, {moved.new:,} now; {moved.gained:,} only now, {moved.lost:,} no"
        " more (while they could be seen)."
    )
    for days, word in ((moved.earlier, "earlier"), (moved.later, "later")):
        found = spread(days)
        if found.median is not None and found.p90 is not None:
            told = _counted(found.count, "lead converts", "leads convert")
            yield f"{told} {word}: by {found.median:.1f} days (median), {found.p90:.1f} at the 90th percentile."
    yield (
        f"Opportunities: {opened.old:,} leads before, {opened.new:,} now; {opened.gained:,} gained,"
        f" {opened.lost:,} lost."
    )


def review_sentence(replayed: Replayed) -> str:
    """The load of reviews, per week."""
    weeks = len(replayed.reviews)
    old, new = (sum(pair[side] for pair in replayed.reviews.values()) for side in (0, 1))
    if not weeks:
        return "Reviews opened: none before, none now."
    return (
        f"Reviews opened: {old:,} before, {new:,} now; {old / weeks:.1f} and {new / weeks:.1f} a week over"
        f" {_counted(weeks, 'week', 'weeks')} with any."
    )


def calls_sentence(replayed: Replayed) -> str:
    """What writing costs in API calls, and what that rests on."""
    calls = replayed.calls
    if calls.old is None or calls.new is None:
        return "API calls: not known, because no conversion was carried out yet whose steps the journal would hold."
    measured = sum(count for verdict, count in calls.measured_on.items() if verdict.converts)
    return (
        f"API calls to write: about {_calls(calls.old)} before, {_calls(calls.new)} now, estimated from the steps that"
        f" the journal holds of {_counted(measured, 'converted lead', 'converted leads')}; reading costs the same."
    )


def _calls(count: float) -> str:
    """A number of calls; batches make it a part of one for few leads."""
    return f"{count:,.1f}" if count < 10 else f"{count:,.0f}"


def outcome_sentences(outcomes: Outcomes) -> Iterator[str]:
    """How automatic conversions fared, where it is known."""
    if not any(getattr(outcomes, name).leads for name in _OUTCOMES):
        yield "Outcomes: no lead was converted without a person's word."
        return
    names = {
        "old": "Automatic conversions before",
        "new": "Automatic conversions now",
        "only_old": "Of these only before",
        "only_new": "Of these only now",
    }
    for name, title in names.items():
        fared: Fared = getattr(outcomes, name)
        if fared.leads or name in ("old", "new"):
            yield f"{title}: {fared_words(fared)}"
    for word, fared in (("before", outcomes.old), ("now", outcomes.new)):
        if (found := lift(fared, outcomes)) is not None:
            yield (
                f"Lift {word}: {found:.2f} over the {_percent(base_rate(outcomes).value)} won of all"
                f" {outcomes.all_known.known:,} leads with an outcome."
            )
    yield UNKNOWN


def fared_words(fared: Fared) -> str:
    """Counts and rates of some conversions in one sentence."""
    told = (
        f"{fared.leads:,}, outcome known of {fared.known:,} ({fared.won:,} won, {fared.lost:,} lost,"
        f" {fared.disqualified:,} disqualified), not known of {fared.leads - fared.known:,}"
    )
    if fared.known:
        told += f"; precision {rate_words(precision(fared))}"
    if fared.right + fared.wrong:
        told += f"; people agreed with {rate_words(agreed(fared))} of {fared.right + fared.wrong:,} they looked at"
    return told + "."


def rate_words(rate: Rate) -> str:
    """A rate with its interval."""
    low, high = rate.interval or (None, None)
    return f"{_percent(rate.value)} ({_percent(low)} to {_percent(high)})"


def matrix(flips: Sequence[Flip]) -> Mapping[tuple[Verdict, Verdict], int]:
    """Flipped decisions by old and new verdict."""
    found: dict[tuple[Verdict, Verdict], int] = {}
    for flip in flips:
        found[flip.old, flip.new] = found.get((flip.old, flip.new), 0) + flip.decisions
    return found


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"

"""The story of a lead, for machines and for people."""

from __future__ import annotations

from collections.abc import Iterator

from connector.matching import Kept
from connector.model.decision import Decision, Score
from connector.model.match import Band, Match, Resolution
from connector.model.plan import Action, Step
from connector.model.progress import JournalEntry
from connector.model.records import Kind, RecordRef, iso
from connector.pipeline import Story
from connector.planning import IN_STEP


def refs_json(ref: RecordRef) -> dict[str, str]:
    """A reference, spelled out."""
    return {"connection": ref.connection, "object": ref.object, "id": ref.id, "key": ref.key}


def match_json(match: Match) -> dict[str, object]:
    """A candidate with each piece of evidence."""
    return {
        "kind": match.kind.value,
        "record": refs_json(match.ref),
        "score": round(match.score, 3),
        "band": match.band.value,
        "judged": match.judged,
        "evidence": [
            {
                "name": c.name,
                "left": c.left,
                "right": c.right,
                "level": c.level,
                "points": round(c.points, 3),
                "because": c.because,
            }
            for c in match.comparisons
        ],
    }


def resolution_json(resolution: Resolution | None) -> dict[str, object] | None:
    """Who the lead is, with the runner-up and the gap."""
    if resolution is None:
        return None
    named = {
        "contact": resolution.contact,
        "account": resolution.account,
        "duplicate_of": resolution.duplicate_of,
        "runner_up": resolution.runner_up,
    }
    return {
        "linkage": resolution.linkage.value,
        **{name: match_json(match) if match else None for name, match in named.items()},
        "gap": resolution.gap,
        "candidates": [match_json(match) for match in resolution.candidates],
        "weak_identity": list(resolution.weak_identity),
        "because": resolution.because,
    }


def _score_json(score: Score) -> dict[str, object]:
    reasons = [{"code": r.code, "detail": r.detail, "points": r.points} for r in score.reasons]
    return {"points": score.points, "level": score.level, "reasons": reasons}


def decision_json(decision: Decision | None) -> dict[str, object] | None:
    """The verdict with its scorecard and reasons."""
    if decision is None:
        return None
    card = decision.scorecard
    return {
        "verdict": decision.verdict.value,
        "stage": decision.stage.value,
        "motion": decision.motion.value,
        "rule": decision.rule,
        "reasons": [{"code": r.code, "detail": r.detail, "points": r.points} for r in decision.reasons],
        "scorecard": {name: _score_json(getattr(card, name)) for name in ("fit", "engagement", "intent", "bant")},
        "opportunity": {"name": decision.opportunity.name, "values": dict(decision.opportunity.values)}
        if decision.opportunity
        else None,
        "duplicate_of": refs_json(decision.duplicate_of) if decision.duplicate_of else None,
        "disqualification": decision.disqualification,
        "runner_up": decision.runner_up,
        "runner_up_verdict": decision.runner_up_verdict.value if decision.runner_up_verdict else None,
        "policy": decision.policy,
        "owner": {"rule": decision.owner.rule, "one_of": list(decision.owner.candidates)} if decision.owner else None,
        "assurance": decision.assurance.value,
        "sampled": decision.sampled,
        "ruled_by": decision.ruled_by,
        "decided_at": iso(decision.decided_at),
        "look_again_at": iso(decision.look_again_at) if decision.look_again_at else None,
        "versions": {
            "policy": decision.versions.policy,
            "mapping": decision.versions.mapping,
            "matching": decision.versions.matching,
        },
    }


def entry_json(entry: JournalEntry) -> dict[str, object]:
    """One step with its receipt."""
    step, receipt = entry.step, entry.receipt
    return {
        "key": step.key,
        "action": step.action.value,
        "connection": step.connection,
        "object": step.object,
        "lead": refs_json(step.lead),
        "state": entry.state.value,
        "attempt": entry.attempt,
        "ids": dict(entry.ids or step.ids),
        "before": dict(step.before),
        "after": dict(step.after),
        "terms": dict(step.terms),
        "because": list(step.because),
        "grade": step.grade.value,
        "sent_at": iso(entry.sent_at) if entry.sent_at else None,
        "run_id": entry.run_id,
        "receipt": {
            "outcome": receipt.outcome.value,
            "at": iso(receipt.at),
            "ids": dict(receipt.ids),
            "code": receipt.code,
            "message": receipt.message,
        }
        if receipt
        else None,
    }


def _kept_json(kind: Kind, kept: Kept) -> dict[str, object]:
    """A field on which the lead and a known record differ: which value stays, which is lost, and why."""
    return {
        "kind": kind.value,
        "field": kept.field,
        "rule": kept.rule.value,
        "kept": kept.kept,
        "lost": kept.lost,
        "from": "lead" if kept.lead_wins else "record",
        "because": kept.because,
    }


def story_json(story: Story) -> dict[str, object]:
    """The published form of ``explain``; verdict, reasons, scorecard and receipts stand at the top, ready to hand."""
    decision = decision_json(story.decision) or {}
    steps = [entry_json(entry) for entry in story.steps]
    return {
        "route": story.row.route,
        "state": story.row.state.value,
        "lead": {"ref": refs_json(story.row.raw.ref), "values": dict(story.lead.values)},
        "provenance": {
            name: {"from": list(p.sources), "raw": p.raw, "transforms": list(p.transforms), "place": p.place}
            for name, p in story.provenance.items()
        },
        "match": resolution_json(story.resolution),
        "verdict": decision.get("verdict"),
        "reasons": decision.get("reasons", []),
        "scorecard": decision.get("scorecard"),
        "decision": decision or None,
        "survivorship": [_kept_json(kind, kept) for kind, fields in story.survival.items() for kept in fields],
        "steps": steps,
        "receipts": [step["receipt"] for step in steps if step["receipt"]],
        "links": [
            {"key": e.key, "role": e.role, "record": refs_json(e.ref), "created": e.created} for e in story.links
        ],
        "reviews": [review.id for review in story.reviews],
        "dead_letters": [letter.id for letter in story.dead_letters],
        "audit": [{"at": iso(entry.at), "actor": entry.actor, "event": entry.event} for entry in story.audit],
    }


_ENOUGH = {Band.LINK: "enough to link", Band.POSSIBLE: "could be the same", Band.NEW: "not enough"}


def match_lines(match: Match) -> Iterator[str]:
    """A candidate's evidence, one line a piece, what speaks against it marked."""
    if match.judged:
        yield "a person said so"
    for piece in match.comparisons:
        mark = "+" if piece.points > 0 else "-" if piece.points < 0 else " "
        yield f"{mark} {piece.because} ({piece.points:+.1f})"
    yield f"{match.score:.1f} points: {_ENOUGH[match.band]}"


def person_of(story: Story) -> str:
    """The lead as a person would name it."""
    lead = story.lead
    person = " ".join(part for part in (lead.text("first_name"), lead.text("last_name")) if part)
    return ", ".join(part for part in (person, lead.text("title"), lead.text("company")) if part)


def story_lines(story: Story) -> Iterator[str]:
    """The story in sentences."""
    yield f"{person_of(story) or story.row.raw.ref.id}  ({story.row.raw.ref}, route {story.row.route})"
    yield from _who(story.resolution)
    if story.decision is not None:
        yield from _what(story.decision)
    yield from _stays(story)
    for entry in story.steps:
        yield f"  {_done(entry)}"
        yield from (f"    {line}" for line in _joins(entry.step, story))
        if entry.step.terms.get(IN_STEP):
            yield from (f"    {line}" for line in _carried(entry.step))
    for letter in story.dead_letters:
        for problem in letter.problems:
            yield f"  could not walk on: {problem.place}: {problem.message}"
    for review in story.reviews:
        yield f"  review {review.id} ({review.state.value}): {review.question}"


def _who(resolution: Resolution | None) -> Iterator[str]:
    if resolution is None:
        return
    yield f"  who: {resolution.because or resolution.linkage.value}"
    for label, match in (
        ("contact", resolution.contact),
        ("account", resolution.account),
        ("lead", resolution.duplicate_of),
    ):
        if match is not None:
            yield f"    {label} {match.ref.id}"
            yield from (f"      {line}" for line in match_lines(match))
    for match in resolution.candidates:
        yield f"    possibly {match.kind.value} {match.ref.id}"
        yield from (f"      {line}" for line in match_lines(match))


def _what(decision: Decision) -> Iterator[str]:
    how = f"stage {decision.stage.value}, {decision.motion.value}, rule {decision.rule}"
    yield f"  decided: {decision.verdict.value} ({how})"
    for reason in decision.reasons:
        yield f"    because {reason.detail}"
    card = decision.scorecard
    parts = ((name, getattr(card, name)) for name in ("fit", "engagement", "intent", "bant"))
    yield "    scorecard: " + ", ".join(f"{name} {score.level} ({score.points})" for name, score in parts)
    for name, score in (("fit", card.fit), ("engagement", card.engagement)):
        yield from (f"      {name} {reason.points:+d} {reason.code}: {reason.detail}" for reason in score.reasons)
    if decision.opportunity is not None:
        terms = ", ".join(f"{name} {value}" for name, value in decision.opportunity.values.items())
        yield f"    opportunity: {decision.opportunity.name}" + (f" ({terms})" if terms else "")
    if decision.runner_up:
        verdict = f", {decision.runner_up_verdict.value}" if decision.runner_up_verdict else ""
        yield f"    else: row {decision.runner_up}{verdict}"
    yield f"    policy: {decision.policy or 'policy'}, version {decision.versions.policy[:12]}"


def _stays(story: Story) -> Iterator[str]:
    """Field by field, what stays where the lead and a known record differ."""
    for kind, fields in story.survival.items():
        for kept in fields:
            lost = "" if kept.lost in (None, "") else f", not {kept.lost}"
            yield f"    {kind.value} {kept.field}: {kept.kept}{lost} ({kept.rule.value}: {kept.because})"


def _carried(step: Step) -> Iterator[str]:
    """Why an edit was carried to a twin, and what stood there before."""
    yield from (f"because {why}" for why in step.because)
    yield "before: " + ", ".join(f"{name} = {'(empty)' if v in (None, '') else v}" for name, v in step.before.items())


def _joins(step: Step, story: Story) -> Iterator[str]:
    """What a conversion does not open itself, though the decision names it: another lead opens it."""
    joined: dict[RecordRef, list[str]] = {}
    for role in ("account", "contact", "opportunity"):
        take = step.takes.get(role) if step.action is Action.CONVERT else None
        if take is not None and take.step in story.leaders:
            joined.setdefault(story.leaders[take.step], []).append(role)
    yield from (f"joins the {' and the '.join(roles)} that {lead} opens" for lead, roles in joined.items())


def _done(entry: JournalEntry) -> str:
    step, receipt = entry.step, entry.receipt
    ids = dict(receipt.ids) if receipt else dict(step.ids)
    where = f"in {step.connection}: " if step.connection else ""
    if step.action is Action.CONVERT:
        made = ", ".join(f"{role} {ids[role]}" for role in ("account", "contact", "opportunity") if role in ids)
        return f"{where}convert: {entry.state.value}" + (f" -> {made}" if made else "")
    written = ", ".join(f"{name} = {value}" for name, value in step.after.items())
    return f"{where}{step.action.value} {step.object}: {entry.state.value}" + (f" ({written})" if written else "")

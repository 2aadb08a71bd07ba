"""What a person asked for, read from free text: a demo, a trial, a quote or a call."""

from __future__ import annotations

import re

_ASK = (
    r"(?:request\w*|ask\w*|want\w*|need\w*|would like|'d like|interested in|book\w*|schedul\w*|arrang\w*|set ?up"
    r"|see|get|send\w*|please|looking for|give \w+|show \w+|mochte\w*|wunsch\w*|bitte|anfrage\w*|souhait\w*|demand\w*"
    r"|quier\w*|solicit\w*|gostaria|vorrei|richiest\w*)"
)
_DEMO = r"(?:product |live |online |free )?demo(?:nstration|s)?|vorfuhrung|demostracion|demonstracao|dimostrazione"
_TRIAL = r"(?:test|trial) (?:account|version|access)|trial|testzugang|testversion|essai|prueba|prova gratuita"
_QUOTE = (
    r"quot(?:e|es|ation)|price list|pricing|offer|proposal|angebot|devis|presupuesto|cotizacion|preventivo|orcamento"
)
_CALL = r"call ?back|phone call|ruckruf|rappel|llamada"

# Words that are a request on their own.
_DEMO_ALONE = r"demo(?:nstration)?[ -](?:request\w*|anfrage|please|asap|wanted|booking|booked)\b"
_TRIAL_ALONE = r"(?:free|kostenlose\w*) (?:trial|test\w*)\b|trial[ -]request\w*\b|essai gratuit\b|prueba gratuita\b"
_QUOTE_ALONE = r"(?:quote|pricing|angebot|devis|quotation|presupuesto)\b|price list\b|how much (?:does|do|is|would)\b"
_CALL_ALONE = (
    r"(?:call|phone|ring) (?:me|us)\b|call ?back\b|give (?:me|us) a (?:call|ring)\b|ruckruf\b"
    r"|rufen sie (?:mich|uns)\b|appelez[ -](?:moi|nous)\b"
)
# A wish and its object within one clause, or the words alone.
_PATTERNS = tuple(
    (action, re.compile(rf"\b(?:{_ASK}\b[^.;!?\n]{{0,40}}\b(?:{words})\b|{alone})"))
    for action, words, alone in (
        ("demo", _DEMO, _DEMO_ALONE),
        ("trial", _TRIAL, _TRIAL_ALONE),
        ("quote", _QUOTE, _QUOTE_ALONE),
        ("call", _CALL, _CALL_ALONE),
    )
)
# Text without any of these asks for nothing: a quick look before the close one.
_ANY = re.compile(
    r"demo|vorfuhr|dimostr|trial|test|essai|prueba|prova|quot|pric|how much|offer|proposal|angebot|devis|presup|cotiz"
    r"|prevent|orcam|call|phone|ring|ruckruf|rufen|rappel|appelez|llamada"
)
_WHOLE = {"demo": "demo", "demonstration": "demo", "trial": "trial", "quote": "quote", "call": "call"}
_AGAINST = re.compile(
    r"\b(?:no|not|don't|dont|never|without|declin\w*|cancel\w*|refus\w*|nicht|kein\w*|pas|sans|already|expired|unsubscribe)\b"
    r"|\b(?:attended|saw|after|had|gave|during|since|following) (?:the |a |an |our |your |their |last )?"
    r"(?:demo|trial|quote|call|webinar)"
)
_CLAUSES = re.compile(r"[.;!?\n]+|\bbut\b|\baber\b|\bmais\b|\bpero\b")
_PICKED = {
    "demo": "demo", "demonstration": "demo", "product demo": "demo", "request a demo": "demo", "demo request": "demo",
    "trial": "trial", "free trial": "trial", "quote": "quote", "quotation": "quote", "pricing": "quote",
    "request a quote": "quote", "call": "call", "call me": "call", "callback": "call", "call back": "call",
}  # fmt: skip
SPOKEN = {"demo": "Demo", "trial": "Trial", "quote": "Quote", "call": "Call me"}


def picked(text: str) -> str:
    """The action behind a picklist word: 'Call me' -> 'call'; '' for a word that names none."""
    return _PICKED.get(" ".join(text.lower().replace("_", " ").replace("-", " ").split()), "")


def in_text(folded: str) -> str:
    """The action asked for in folded free text (plain lower-case letters); '' when nothing was asked for.

    A clause that says no, or speaks of the past ('after the demo'), asks for nothing. Of several the first
    of demo, trial, quote, call counts.
    """
    whole = _WHOLE.get(folded.strip(" .!"))
    if whole:
        return whole
    if not _ANY.search(folded):
        return ""
    clauses = [clause for clause in _CLAUSES.split(folded) if not _AGAINST.search(clause)]
    return next((action for action, words in _PATTERNS for clause in clauses if words.search(clause)), "")

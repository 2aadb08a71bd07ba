"""Keeps people's data and secrets out of messages."""

from __future__ import annotations

import logging
import re

_LONGEST = 300
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b00D[A-Za-z0-9]{12,15}![\w.\-]+"), "<session>"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), "<token>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=!-]+"), r"\1 <secret>"),
    (
        re.compile(
            r"(?i)\b(access_token|refresh_token|client_secret|password|assertion|sessionId|oauth[-_]token)"
            r"([\"']?\s*[:=>]\s*[\"']?)[^\s\"'&<,}]+"
        ),
        r"\1\2<secret>",
    ),
    (re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def redact(text: str, longest: int = _LONGEST) -> str:
    """*text* without tokens, passwords and e-mail addresses, on one line, cut to *longest* characters."""
    for pattern, stand_in in _PATTERNS:
        text = pattern.sub(stand_in, text)
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def quieten_libraries() -> None:
    """Keep the HTTP libraries from logging URLs: a query string holds what people typed."""
    for name in ("urllib3", "requests", "simple_salesforce"):
        logging.getLogger(name).setLevel(logging.WARNING)

"""Secrets in memory: readable on purpose only."""

from __future__ import annotations

import hmac


class Secret:
    """A text that never shows in a repr, a log line, a traceback's locals or a pickle.

    Empty secrets are false, so that ``if options.password`` reads as expected.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        """Wrap *text*."""
        self._text = text

    def reveal(self) -> str:
        """The text itself; called only where it goes on the wire."""
        return self._text

    def __bool__(self) -> bool:
        """Whether there is any secret at all."""
        return bool(self._text)

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "Secret(***)" if self._text else "Secret()"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Compare without telling, by its time, how much of it is equal."""
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        """Hash like the text, so that frozen options stay hashable."""
        return hash(("secret", self._text))

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be written anywhere."""
        raise TypeError("a secret is not written to disk or sent to another process")

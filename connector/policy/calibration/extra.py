"""The extra that calibrating needs, and how many threads it may take."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from connector.errors import UsageError


def require() -> None:
    """Raise UsageError with the command to type where the extra is not installed."""
    try:
        import numpy  # noqa: F401
        import sklearn  # noqa: F401
        import threadpoolctl  # noqa: F401
    except ImportError:
        raise UsageError(
            "calibrating needs numpy and scikit-learn, which are an extra",
            next_command="pip install 'lead-connector[calibrate]'",
        ) from None


def one_thread() -> AbstractContextManager[Any]:
    """Hold numerical libraries to one thread: the same figures on every machine, and no slower on so few columns."""
    require()
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits

"""Work spread over processes: answers in the order of the tasks, and never many tasks waiting."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WAITING = 3  # tasks per process that are on their way at a time
_inherited: list[Callable[[Any], Any]] = []  # the work of this process, if it is a worker


class Processes:
    """The built-in `map` over *count* processes, forked for each call; `map` itself where nothing can be forked.

    The work is inherited and not sent, so it may hold anything; tasks and answers are sent and must be plain data.
    """

    def __init__(self, count: int) -> None:
        """*count* processes; fewer than two mean this one."""
        self.count = count if "fork" in multiprocessing.get_all_start_methods() else 1

    def __call__(self, work: Callable[[T], R], batches: Iterable[T], /) -> Iterator[R]:
        """Each batch worked on; ends its processes when the answers are taken or given up."""
        if self.count < 2:
            yield from map(work, batches)
            return
        with multiprocessing.get_context("fork").Pool(self.count, _begin, (work,)) as pool:
            waiting: deque[Any] = deque()
            for batch in batches:
                waiting.append(pool.apply_async(_do, (batch,)))
                if len(waiting) > _WAITING * self.count:
                    yield waiting.popleft().get()
            while waiting:
                yield waiting.popleft().get()
            pool.close()
            pool.join()


def _begin(work: Callable[[Any], Any]) -> None:
    """A worker ends when it is told to; what a person types is for the one that they started."""
    _inherited.append(work)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(batch: Any) -> Any:
    return _inherited[-1](batch)

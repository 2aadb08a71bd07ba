"""Work on batches, spread over several processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_Batch = TypeVar("_Batch")
_Done = TypeVar("_Done")

_AHEAD = 3
"""Batches that wait for each process, so that none is idle and memory stays small."""


class Processes:
    """Keeps `connector.ports.Spread` with a pool of processes; the work must be something that can be pickled."""

    def __init__(self, pool: ProcessPoolExecutor, count: int) -> None:
        """Spread over *pool*, which has *count* processes."""
        self._pool = pool
        self._ahead = count * _AHEAD

    def __call__(self, work: Callable[[_Batch], _Done], batches: Iterable[_Batch], /) -> Iterator[_Done]:
        """What *work* makes of each batch, in their order; a few batches are under way at a time."""
        waiting: deque[Future[_Done]] = deque()
        for batch in batches:
            waiting.append(self._pool.submit(work, batch))
            if len(waiting) >= self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def processes(count: int) -> Iterator[Processes]:
    """A pool of *count* fresh processes, which know nothing of this one's files and locks; ended with the block."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    try:
        yield Processes(pool, count)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)

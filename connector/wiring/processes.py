"""Work on batches, spread over several processes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

_Batch = TypeVar("_Batch")
_Done = TypeVar("_Done")

_FEW = 10
"""So few batches are done sooner than processes are started."""

_AHEAD = 3
"""Batches that wait for each process, so that none is idle and memory stays small."""


class Processes:
    """Keeps `connector.ports.Spread` with fresh processes, which know nothing of this one's files and locks.

    They live for one call. The work, the batches and what is made of them must be something that can be pickled.
    """

    def __init__(self, count: int = 0) -> None:
        """Spread over *count* processes; 0 means one for each processor, four at most."""
        self.count = count or min(4, os.cpu_count() or 1)

    def __call__(self, work: Callable[[_Batch], _Done], batches: Iterable[_Batch], /) -> Iterator[_Done]:
        """What *work* makes of each batch, in their order; batches are asked for as they are needed."""
        coming = iter(batches)
        first = list(islice(coming, _FEW))
        if self.count < 2 or len(first) < _FEW:
            yield from map(work, chain(first, coming))
            return
        yield from self._spread(work, chain(first, coming))

    def _spread(self, work: Callable[[_Batch], _Done], batches: Iterable[_Batch]) -> Iterator[_Done]:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        waiting: deque[Future[_Done]] = deque()
        with ProcessPoolExecutor(self.count, mp_context=get_context("spawn")) as pool:
            for batch in batches:
                waiting.append(pool.submit(work, batch))
                if len(waiting) >= self.count * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

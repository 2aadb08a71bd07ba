"""Work spread over processes gives what the built-in map gives, and never holds many tasks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from connector.errors import UsageError
from connector.wiring.spreading import Processes


@pytest.mark.parametrize("count", [1, 2, 3])
def test_answers_come_in_order(count: int) -> None:
    """However many processes work, the answers are those of `map`, in its order."""
    assert list(Processes(count)(lambda batch: [2 * one for one in batch], [[n, n + 1] for n in range(50)])) == [
        [2 * n, 2 * n + 2] for n in range(50)
    ]


def test_work_is_inherited_not_sent() -> None:
    """The work may hold what cannot be sent, and runs in other processes."""
    secret: Callable[[int], int] = lambda number: number + 1  # noqa: E731
    found = list(Processes(2)(lambda number: (secret(number), os.getpid()), range(20)))
    assert [one for one, _ in found] == list(range(1, 21))
    assert os.getpid() not in {process for _, process in found}


def test_tasks_are_taken_as_answers_are_used() -> None:
    """A long row of tasks is not read ahead: memory stays as small as what is on its way."""
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    answers = Processes(2)(abs, tasks())
    assert next(answers) == 0
    assert len(taken) <= 10


def test_error_of_a_worker_comes_back() -> None:
    """What goes wrong in a worker is raised where the answers are read."""
    with pytest.raises(ZeroDivisionError):
        list(Processes(2)(lambda number: 1 // number, [1, 0]))


def _refuse(number: int) -> int:
    raise UsageError(f"no {number}", next_command="connector --help")


def test_error_for_people_keeps_its_sentence() -> None:
    """An error with a sentence comes back as such."""
    with pytest.raises(UsageError, match="no 1"):
        list(Processes(2)(_refuse, [1]))

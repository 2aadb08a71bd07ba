"""What DuckDB and Spark say differently; every other word of the statements is the same."""

from __future__ import annotations

from collections.abc import Sequence


def number(value: float) -> str:
    """A number as every engine reads it back: the same 64 bits."""
    return f"CAST('{float(value)!r}' AS DOUBLE)"


class DuckDialect:
    """DuckDB's words."""

    def explode(self, column: str) -> str:
        """A row for each element of a list."""
        return f"unnest({column})"

    def gather(self, **fields: str) -> str:
        """The list of all rows of a group."""
        return f"list({{{', '.join(f'{name}: {expression}' for name, expression in fields.items())}}})"

    def points(self, found: str, weights: Sequence[float]) -> str:
        """Weight times amount, summed in the order of the list."""
        listed = f"[{', '.join(map(number, weights))}]"
        return f"coalesce(list_sum([{listed}[one.code] * one.amount FOR one IN {found}]), 0)"


class SparkDialect:
    """Spark's words."""

    def explode(self, column: str) -> str:
        """A row for each element of a list."""
        return f"explode({column})"

    def gather(self, **fields: str) -> str:
        """The list of all rows of a group."""
        pairs = ", ".join(f"'{name}', {expression}" for name, expression in fields.items())
        return f"collect_list(named_struct({pairs}))"

    def points(self, found: str, weights: Sequence[float]) -> str:
        """Weight times amount, summed in the order of the list."""
        listed = f"array({', '.join(map(number, weights))})"
        start = number(0)
        return f"aggregate({found}, {start}, (sum, one) -> sum + element_at({listed}, one.code) * one.amount)"

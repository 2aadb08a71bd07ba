"""The front door: ``python -m connector`` and the console script ``connector``."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with its code."""
    from connector.cli import main as run

    raise SystemExit(run())


if __name__ == "__main__":
    main()

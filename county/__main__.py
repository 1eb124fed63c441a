"""Start the hub's command: `county-hub` or `python -m county`."""

from __future__ import annotations


def main() -> None:
    """Run a command of the hub."""
    from county.cli import main as run

    run()


if __name__ == "__main__":
    main()

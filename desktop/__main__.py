"""Start the program: `thdesk` or `python -m desktop`."""

from __future__ import annotations


def main() -> None:
    """Open the window, or run a command."""
    from desktop.cli import main as run  # noqa: PLC0415 - keeps `import desktop.__main__` free of work

    run()


if __name__ == "__main__":
    main()

"""Start the program: `thdesk` or `python -m desktop`."""

from __future__ import annotations

import gc
import os
import sys

_OPTIONS = ("--home", "--as", "--lang")
_VARIABLES = ("THDESK_HOME", "THDESK_PERSON", "THDESK_LANG")


def main() -> None:
    """Open the window, or run a command."""
    settings = window_settings(sys.argv[1:])
    if settings is None:
        from desktop.cli import main as run

        run()
        return
    # The start makes hundreds of modules and no garbage: collecting would cost a fifth of it.
    gc.disable()
    os.environ |= settings
    from desktop.app import run_window
    from desktop.paths import default_home

    sys.exit(run_window(default_home(), os.environ.get("THDESK_LANG", "")))


def window_settings(arguments: list[str]) -> dict[str, str] | None:
    """Return what options for the window say, by environment variable; None for a command.

    The command line's parser and the commands behind it would take longer than the window.
    """
    settings: dict[str, str] = {}
    waiting = iter(arguments)
    for word in waiting:
        name, given, value = word.partition("=")
        if name not in _OPTIONS:
            return None
        found = value if given else next(waiting, "")
        if not found:
            return None
        settings[_VARIABLES[_OPTIONS.index(name)]] = found
    return settings


if __name__ == "__main__":
    main()

"""Start the program: `thdesk` or `python -m desktop`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Open the window, or run a command."""
    if len(sys.argv) > 1:
        from desktop.cli import main as run

        run()
    else:
        sys.exit(_open())


def _open() -> int:
    """Open the window past the command line's own imports, a third of the way to the first page."""
    from desktop.app import run_window
    from desktop.paths import default_home
    from desktop.text import LANGUAGES, set_language

    wanted = os.environ.get("THDESK_LANG", "")
    lang = wanted if wanted in LANGUAGES else ""
    if lang:
        set_language(lang)
    return run_window(default_home(), lang)


if __name__ == "__main__":
    main()

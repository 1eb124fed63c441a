"""`thdesk open` and `thdesk screenshots`: the window, or pictures of its pages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from desktop.commands import open_here, shared


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("open", help="打开窗口 / open the window")(open_window)
    app.command("screenshots", help="把每个页面画成图片 / draw every page")(screenshots)


def open_window(context: typer.Context) -> None:
    """Open the window, as without a command."""
    from desktop.app import run_window

    options = shared(context)
    raise typer.Exit(run_window(options.home, options.lang))


def screenshots(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="图片的文件夹 / folder for the pictures")],
    font: Annotated[str, typer.Option(help="标准|大|特大 / standard|large|largest")] = "standard",
    size: Annotated[str, typer.Option(help="窗口大小 / size of the window")] = "1366x768",
    only: Annotated[list[str] | None, typer.Option(help="只画这些页面 / only these")] = None,
) -> None:
    """Draw every page of the centre without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desktop.ui.pictures import draw_pages, look_of

    look = look_of(shared(context).lang or "zh", font, size)
    with open_here(context) as centre:
        files = draw_pages(centre, out, look, tuple(only or ()))
    for file in files:
        typer.echo(file)

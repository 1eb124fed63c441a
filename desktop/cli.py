"""The `thdesk` command: the topics of desktop/commands, and the window without a command."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from desktop import __version__, commands
from desktop.console import speak, speak_utf8
from desktop.errors import UserError, WrongUse
from desktop.paths import HOME_VARIABLE, default_home
from desktop.text import _

app = typer.Typer(
    help="卫院通 · Township Health Desk",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(envvar=HOME_VARIABLE, help="数据文件夹 / data folder")
    ] = None,
    person: Annotated[
        str, typer.Option("--as", envvar="THDESK_PERSON", help="登录人 / person signing in")
    ] = "",
    lang: Annotated[str, typer.Option(envvar="THDESK_LANG", help="zh | en")] = "",
    *,
    version: Annotated[bool, typer.Option("--version", help="版本 / version")] = False,
) -> None:
    """Keep the options that every command shares; without a command open the window."""
    if version:
        typer.echo(f"thdesk {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:  # Nobody would see what the window refuses.
        speak(lang)
    context.obj = commands.Shared(home or default_home(), person, lang)
    if context.invoked_subcommand is None:
        from desktop.app import run_window

        raise typer.Exit(run_window(context.obj.home, lang))


_EVERYWHERE = ("--home", "--as", "--lang")


def forward(arguments: list[str]) -> list[str]:
    """Move the options that every command shares to the front, wherever they were typed."""
    first, rest = _split(arguments)
    return first + rest


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the shared options with their values, and all other words."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        if word == "--":  # What follows are no options.
            rest += [word, *waiting]
        elif word in _EVERYWHERE:
            first += [word, *[value for value in [next(waiting, None)] if value is not None]]
        elif word.split("=", 1)[0] in _EVERYWHERE:
            first.append(word)
        else:
            rest.append(word)
    return first, rest


def attach_all() -> None:
    """Add the commands of every module in desktop/commands."""
    for module in pkgutil.iter_modules(commands.__path__):
        attach = getattr(
            importlib.import_module(f"{commands.__name__}.{module.name}"), "attach", None
        )
        if attach is not None:
            attach(app)


def main() -> None:
    """Run the command line; an error of the world is one sentence and exit code 1 or 2."""
    speak_utf8()
    first, rest = _split(sys.argv[1:])
    if rest:  # The window starts without the modules that only commands need.
        attach_all()
    try:
        app(args=first + rest)
    except UserError as error:
        typer.echo(_("错误：{sentence}").format(sentence=error), err=True)
        sys.exit(2 if isinstance(error, WrongUse) else 1)

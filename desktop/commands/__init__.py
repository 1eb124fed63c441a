"""The commands of `thdesk`, one module a topic, each with an `attach(app)`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import typer

from desktop.errors import NotFound, UserError
from desktop.models.opening import Centre, open_centre
from desktop.models.vault import Vault
from desktop.text import _, in_a_row

PASSWORD_VARIABLE = "THDESK_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Shared:
    """Options that every command has: data folder, person signing in, language."""

    home: Path
    person: str
    lang: str


def shared(context: typer.Context) -> Shared:
    """Return the options given before the command's name."""
    options = context.find_root().obj
    assert isinstance(options, Shared)
    return options


def password_for(person: str, *, new: bool = False) -> str:
    """Return the password from ``THDESK_PASSWORD`` or ask for it."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    question = _("为“{person}”设置密码") if new else _("“{person}”的密码")
    return str(
        typer.prompt(question.format(person=person), hide_input=True, confirmation_prompt=new)
    )


def person_for(options: Shared, vault: Vault) -> str:
    """Return who signs in: as named, or the only person there is."""
    if options.person:
        return options.person
    people = vault.people()
    if len(people) == 1:
        return people[0].name
    raise UserError(
        _("本机有多人使用，请用 --as 指明登录人。"),
        _("可选：{people}。").format(people=in_a_row(each.name for each in people)),
    )


def record_id(text: str, see: str) -> bytes:
    """Return the id that a person gave in hexadecimal digits; ``see`` is where ids are listed."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise NotFound(
            _("“{text}”不是记录的编号。").format(text=text),
            _("编号见 {command}。").format(command=see),
        ) from error


def open_here(context: typer.Context) -> Centre:
    """Open the centre of the command's data folder for the person who calls it."""
    options = shared(context)
    vault = Vault(options.home)
    if not vault.exists:
        raise NotFound(
            _("“{folder}”里没有本系统的数据。").format(folder=options.home),
            _("请先运行 thdesk init。"),
        )
    person = person_for(options, vault)
    centre = open_centre(options.home, person, password_for(person), vault=vault)
    try:
        centre.daily_backup()
    except UserError as error:
        # The work goes on: a full disk must not keep people from reading and printing.
        typer.echo(_("警告：今日的自动备份没有做成。{sentence}").format(sentence=error), err=True)
    except BaseException:
        centre.close()
        raise
    return centre


def say_json(value: object) -> None:
    """Print a value as JSON, Chinese as it is."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))

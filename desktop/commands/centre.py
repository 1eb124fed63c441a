"""`thdesk backup`, `restore`, `verify` and `people`: what keeps a centre's data safe."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from desktop.commands import Shared, open_here, password_for, person_for, say_json, shared
from desktop.models import backup, checking, restoring
from desktop.models.checking import Finding
from desktop.models.vault import ROLES, Unlocked, Vault
from desktop.text import _

NEW_PASSWORD_VARIABLE = "THDESK_NEW_PASSWORD"  # noqa: S105 - the name of a variable

Recovery = Annotated[str, typer.Option("--recovery", help="恢复密钥 / recovery key")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON")]

people = typer.Typer(help="登录人员 / people who may sign in", no_args_is_help=False)


def make_backup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="存放文件夹 / folder for the backup")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a checked backup of the centre's data now."""
    with open_here(context) as centre:
        file = backup.make(centre.database, folder=to)
    if as_json:
        say_json({"file": str(file), "bytes": file.stat().st_size})
    else:
        typer.echo(_("已备份到 {file}。").format(file=file))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="备份文件 / backup file")],
    recovery: Recovery = "",
) -> None:
    """Put a backup in the place of the present data, which is kept aside."""
    options = shared(context)
    aside = restoring.restore(options.home, file, _key_of(options, recovery))
    typer.echo(_("已恢复到 {folder}。").format(folder=options.home))
    if aside is not None:
        typer.echo(_("恢复前的数据保存在 {folder}。").format(folder=aside))
    missing = restoring.photos_missing(options.home, file)
    if missing:
        typer.echo(_("缺 {count} 张照片，与县级同步后会自动取回。").format(count=missing), err=True)


def verify(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="备份文件 / backup file")] = None,
    recovery: Recovery = "",
    as_json: AsJson = False,
) -> None:
    """Read the whole database, or a backup, and tell what is wrong with it."""
    options = shared(context)
    if file is None:
        vault = Vault(options.home)
        findings = checking.verify(options.home, _sign_in(options, vault))
    else:
        findings = _verify_backup(options, file, recovery)
    if as_json:
        say_json([{"code": found.code, "message": found.message} for found in findings])
    elif findings:
        for found in findings:
            typer.echo(found.message, err=True)
    else:
        typer.echo(_("检查完毕，没有发现问题。"))
    if findings:
        raise typer.Exit(1)


def _verify_backup(options: Shared, file: Path, recovery: str) -> list[Finding]:
    findings = backup.verify_backup(file)
    if any(found.code != checking.FILE for found in findings):
        return findings
    _manifest, data_key = restoring.unlock(file, _key_of(options, recovery))
    return backup.verify_backup(file, data_key)


def _key_of(options: Shared, recovery: str) -> Callable[[bytes], bytes]:
    if recovery:
        return restoring.by_recovery(recovery)
    return restoring.by_password(options.person, password_for(options.person))


@people.callback(invoke_without_command=True)
def listing(context: typer.Context, as_json: AsJson = False) -> None:
    """List the people who may sign in."""
    if context.invoked_subcommand is not None:
        return
    everyone = Vault(shared(context).home).people()
    if as_json:
        say_json([{"id": each.id, "name": each.name, "role": each.role} for each in everyone])
        return
    for each in everyone:
        typer.echo(f"{each.name}\t{_(ROLES.get(each.role, each.role))}")


@people.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="姓名 / name")],
    role: Annotated[str, typer.Option(help=" | ".join(ROLES))] = "statistics",
) -> None:
    """Let another person sign in with a password of their own."""
    options = shared(context)
    vault = Vault(options.home)
    by = _sign_in(options, vault)
    added = vault.add_person(by, name, _new_password(name), role=role)
    typer.echo(_("已添加“{name}”。").format(name=added.name))


@people.command("passwd")
def passwd(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="姓名 / name")] = "",
    recovery: Recovery = "",
) -> None:
    """Change one's own password, or reset anyone's with the recovery key."""
    options = shared(context)
    vault = Vault(options.home)
    if recovery:
        person = name or person_for(options, vault)
        vault.reset_password(recovery, person, _new_password(person))
    else:
        signed_in = Shared(options.home, name or options.person, options.lang)
        unlocked = _sign_in(signed_in, vault)
        person = unlocked.person_name
        vault.change_password(unlocked, _new_password(person))
    typer.echo(_("“{name}”的密码已更改。").format(name=person))


@people.command("remove")
def remove(
    context: typer.Context, name: Annotated[str, typer.Argument(help="姓名 / name")]
) -> None:
    """Let a person no longer sign in; what they wrote stays theirs."""
    options = shared(context)
    vault = Vault(options.home)
    vault.remove_person(_sign_in(options, vault), name)
    typer.echo(_("“{name}”不能再登录。").format(name=name))


@people.command("recovery")
def recovery_key(context: typer.Context) -> None:
    """Make a new recovery key and print it once; the old one is void."""
    options = shared(context)
    vault = Vault(options.home)
    code = vault.renew_recovery(_sign_in(options, vault))
    typer.echo(_("新的恢复密钥（只显示这一次，旧的已作废）：{code}").format(code=code))


def _sign_in(options: Shared, vault: Vault) -> Unlocked:
    person = person_for(options, vault)
    return vault.sign_in(person, password_for(person))


def _new_password(person: str) -> str:
    """Return the password from ``THDESK_NEW_PASSWORD`` or ask for it twice."""
    given = os.environ.get(NEW_PASSWORD_VARIABLE)
    if given is not None:
        return given
    question = _("为“{person}”设置密码").format(person=person)
    return str(typer.prompt(question, hide_input=True, confirmation_prompt=True))


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(make_backup)
    app.command("restore")(restore)
    app.command("verify")(verify)
    app.add_typer(people, name="people")

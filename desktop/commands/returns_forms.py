"""`thdesk returns forms | figures | explain`: forms, and where figures come from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.commands import open_here, say_json
from desktop.commands.returns_options import (
    AsJson,
    FormKey,
    Period,
    as_json_object,
    asked_period,
    one_form,
    returns,
    say_table,
)
from desktop.errors import NotFound, UserError
from desktop.models.registers.return_forms import REGISTER as FORMS
from desktop.models.registers.return_forms import ReturnForm
from desktop.models.store import save
from desktop.services.figures.behind import comes_to
from desktop.services.figures.catalogue import Figure, figures, find_figure
from desktop.services.periods import period_of
from desktop.services.records import Records
from desktop.services.returns import compose, library, open_return
from desktop.services.returns.composing import explain_cell
from desktop.services.returns.declaring import read_form
from desktop.services.returns.forms import Form, Line, column_labels
from desktop.services.returns.library import period_kind_label
from desktop.services.returns.sheet import shown_cell
from desktop.text import _

forms = typer.Typer(help="表式 / forms", no_args_is_help=True)
returns.add_typer(forms, name="forms")

FormFile = Annotated[Path, typer.Argument(help="FILE.toml")]


@forms.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the forms there are, and those that could not be read."""
    with open_here(context) as centre, centre.store.reading() as session:
        found = library(Records(session))
    rows = [_form_object(form) for key in found.keys for form in found.forms if form.key == key]
    broken = [{"form": key, "broken": str(error)} for key, error in found.broken.items()]
    if as_json:
        say_json([*rows, *broken])
        return
    for each in rows:
        words = (each["form"], each["title"], each["kind"], each["version"], each["valid_from"])
        typer.echo("\t".join(str(word) for word in (*words, _certainty(each["certainty"]))))
    for each in broken:
        typer.echo(f"{each['form']}\t{each['broken']}", err=True)


def _form_object(form: Form) -> dict[str, Any]:
    return {
        "form": form.key,
        "title": _(form.title),
        "period": form.period,
        "kind": period_kind_label(form.period),
        "version": form.version,
        "valid_from": form.valid_from.isoformat(),
        "valid_to": form.valid_to.isoformat() if form.valid_to else None,
        "certainty": form.certainty,
        "origin": form.origin,
    }


def _certainty(word: str) -> str:
    return {
        "verified": _("表式已核对"),
        "second-hand": _("表式据转引"),
        "proposed": _("表式为提案"),
    }[word]


@forms.command("show")
def show(
    context: typer.Context,
    form: Annotated[str, typer.Argument(help="报表 / form key")],
    as_json: AsJson = False,
) -> None:
    """Show a form to be proof-read: every line with its source, and the checks."""
    with open_here(context) as centre, centre.store.reading() as session:
        found = library(Records(session)).find(form)
    if as_json:
        say_json(msgspec.to_builtins(found))
    else:
        _say_form(found)


def _say_form(form: Form) -> None:
    kind = period_kind_label(form.period)
    typer.echo(f"{_(form.title)}\t{kind}\tv{form.version}\t{_certainty(form.certainty)}")
    if form.basis:
        typer.echo(form.basis)
    for section in form.section:
        typer.echo(_(section.title))
        for line in section.items:
            words = (line.code, _(line.label), _(line.unit), source_in_words(line))
            typer.echo("\t".join(words))
    for rule in form.rule:
        typer.echo(f"{rule.level} {rule.id}\t{rule.rule}\t{_(rule.message)}")


def source_in_words(line: Line) -> str:
    """Return where a line's figure comes from."""
    if line.figure:
        given = "".join(f"，{name}={value}" for name, value in line.arguments.items())
        label = _(find_figure(line.figure).label)
        return _("指标 {key}（{label}{given}）").format(key=line.figure, label=label, given=given)
    if line.formula:
        return _("算式 {formula}").format(formula=line.formula)
    if line.carried:
        return _("结转自上期 {code}").format(code=line.carried)
    return _("填报项")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(_("找不到“{path}”。").format(path=file)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            _("无法读取“{name}”。").format(name=file.name), _("表式文件应是 UTF-8 编码的文本文件。")
        ) from error


@forms.command("check")
def check(
    context: typer.Context,
    file: FormFile,
    period: Period = "",
    as_json: AsJson = False,
) -> None:
    """Try a form before it is used: read it and compose a period with it; nothing is kept."""
    form = read_form(_text_of(file), file.name)
    with open_here(context) as centre, centre.store.reading() as session:
        tried = compose(session, form, _tried_period(form, period))
    if as_json:
        say_json(as_json_object(tried))
        return
    say_table(tried)
    typer.echo(_("表式“{name}”可以使用。").format(name=file.name))


def _tried_period(form: Form, period: str) -> Any:
    if period:
        return asked_period(period)
    return period_of(form.period, date.today()).previous


@forms.command("add")
def add(context: typer.Context, file: FormFile, as_json: AsJson = False) -> None:
    """Keep a form as the centre's own from its first valid day; a broken one is refused."""
    text = _text_of(file)
    form = read_form(text, file.name)
    with open_here(context) as centre, centre.store.writing() as session:
        compose(session, form, _tried_period(form, ""))
        _refuse_known_version(session, form)
        save(
            session,
            FORMS,
            {
                "code": form.key,
                "title": form.title,
                "version": form.version,
                "valid_from": form.valid_from,
                "valid_to": form.valid_to,
                "body": text,
            },
        )
    if as_json:
        say_json(_form_object(form))
        return
    typer.echo(
        _("已添加《{title}》第 {version} 版，自 {day} 起使用。").format(
            title=_(form.title), version=form.version, day=form.valid_from.isoformat()
        )
    )


def _refuse_known_version(session: Session, form: Form) -> None:
    kept = session.execute(
        select(ReturnForm.id)
        .where(
            ReturnForm.code == form.key,
            ReturnForm.version == form.version,
            ReturnForm.deleted_at.is_(None),
        )
        .limit(1)
    ).first()
    shipped = any(each.key == form.key and each.version >= form.version for each in library().forms)
    if kept is not None or shipped:
        raise UserError(
            _("“{key}”的第 {version} 版已经有了。").format(key=form.key, version=form.version),
            _("改过的表式请把 version 加 1，或另取代号 key。"),
        )


@returns.command("figures")
def figures_(
    word: Annotated[str, typer.Argument(help="关键字 / part of a name")] = "",
    as_json: AsJson = False,
) -> None:
    """List the catalogue of figures: key, name, unit, definition and clause."""
    found = [each for each in figures() if word in each.key or word in _(each.label)]
    if as_json:
        say_json([_figure_object(each) for each in found])
        return
    for each in found:
        typer.echo(f"{each.key}\t{_(each.label)}\t{_(each.unit)}")
        typer.echo(f"\t{_(each.definition)}（{_(each.clause)}）")
        if each.by:
            typer.echo("\t" + _("可按 {rows} 分行").format(rows=" ".join(sorted(each.by))))
        for argument in each.arguments:
            typer.echo(f"\t{argument.name} = {' | '.join(argument.choices())}")


def _figure_object(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "label": _(figure.label),
        "unit": _(figure.unit),
        "definition": _(figure.definition),
        "clause": _(figure.clause),
        "kind": figure.kind.value,
        "shape": figure.shape.value,
        "by": sorted(figure.by),
        "arguments": {each.name: list(each.choices()) for each in figure.arguments},
        "numerator": figure.numerator,
        "denominator": figure.denominator,
    }


@returns.command("explain")
def explain(
    context: typer.Context,
    cell: Annotated[str, typer.Argument(help="单元格 / cell: M10, V03@…")],
    period: Period,
    form: FormKey = "",
    as_json: AsJson = False,
) -> None:
    """Say where a cell's figure comes from: definition, clause and the records behind it."""
    asked = asked_period(period)
    with open_here(context) as centre, centre.store.reading() as session:
        opened = open_return(session, one_form(session, form, asked), asked.key)
        if cell not in opened.cells:
            raise NotFound(
                _("《{title}》没有“{cell}”这一格。").format(title=_(opened.form.title), cell=cell)
            )
        found = opened.cell(cell)
        said: dict[str, Any] = {
            "cell": cell,
            "label": _(found.line.label),
            "shown": {
                label: shown_cell(found, name) for name, label in column_labels(opened.form).items()
            },
            "source": source_in_words(found.line),
            "how": found.how,
            **_behind(session, opened.form, opened.period, cell),
        }
    if as_json:
        say_json(said)
        return
    typer.echo(f"{cell} {said['label']}")
    typer.echo("  ".join(f"{label} {text}" for label, text in said["shown"].items() if text))
    for name in ("source", "how", "definition", "clause", "records"):
        if said.get(name):
            typer.echo(str(said[name]))


def _behind(session: Session, form: Form, period: Any, cell: str) -> dict[str, Any]:
    """Return the figure's definition and what the records behind it come to."""
    found = explain_cell(session, form, period, cell)
    if found is None:
        return {}
    figure, ask, row = found
    said = {
        "figure": figure.key,
        "definition": _(figure.definition),
        "clause": _(figure.clause),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
    }
    behind = figure.behind(ask, row)
    if behind is not None:
        said["records"] = _("台账 {register}，合计 {count}").format(
            register=behind.register, count=comes_to(Records(session), behind)
        )
    return said

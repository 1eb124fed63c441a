"""Proof-reading a form: every line with its source and its checks in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop.errors import UserError
from desktop.services.figures.catalogue import find_figure
from desktop.services.figures.dimensions import find_dimension
from desktop.services.returns.forms import Form, Line, Rule, Section
from desktop.services.returns.formulas import names_in
from desktop.text import N_, _, in_a_row

_LEVELS = {"E": N_("错误"), "Q": N_("查询")}
_FUNCTIONS = (
    (re.compile(r"filled\((\w+)\)"), N_("{0}已填")),
    (re.compile(r"total\(([\w, ]+)\)"), N_("合计（{0}）")),
    (re.compile(r"policy\([\"']([\w.]+)[\"']\)"), N_("政策参数 {0}")),
    (re.compile(r"last\((\w+)\)"), N_("{0}上期")),
    (re.compile(r"year_ago\((\w+)\)"), N_("{0}去年同期")),
    (re.compile(r"to_date\((\w+)\)"), N_("{0}本年累计")),
)
_SIGNS = ((" * ", "×"), (" / ", "÷"), (">=", "≥"), ("<=", "≤"), ("!=", "≠"), ("==", "＝"))


@dataclass(frozen=True)
class ProofLine:
    """A line as it is proof-read; a section's heading has no code."""

    section: str
    code: str = ""
    label: str = ""
    unit: str = ""
    source: str = ""
    checks: str = ""


def proof_lines(form: Form) -> Iterator[ProofLine]:
    """Return every section and line of a form in their order."""
    for number, section in enumerate(form.section, start=1):
        yield ProofLine(section_words(section))
        for line in section.items:
            yield ProofLine(
                section_words(section),
                line.code,
                _(line.label),
                unit_words(line),
                source_words(line),
                in_a_row(_checks(line, form, number)),
            )


def section_words(section: Section) -> str:
    """Return a section's title, with what it has rows for."""
    title = _(section.title)
    if not section.rows:
        return title
    try:
        by = _(find_dimension(section.rows).label)
    except UserError:
        by = section.rows
    return _("{title}（按{by}分行）").format(title=title, by=by)


def unit_words(line: Line) -> str:
    """Return a line's unit; money in its scale."""
    if line.unit:
        return _(line.unit)
    if line.figure:
        try:
            return _(find_figure(line.figure).unit)
        except UserError:
            return ""
    return ""


def source_words(line: Line) -> str:
    """Return where a line's figure comes from."""
    if line.typed:
        return _("填报")
    if line.carried:
        return _("结转自上期的 {code}").format(code=line.carried)
    if line.formula:
        return _("算式：{formula}").format(formula=formula_words(line.formula))
    try:
        figure = find_figure(line.figure)
    except UserError as error:
        return error.message
    words = []
    for argument in figure.arguments:
        value = line.arguments.get(argument.name)
        if value is not None:
            words.append(_(argument.choices().get(str(value), str(value))))
    name = _(figure.label) + (f"（{in_a_row(words)}）" if words else "")
    return _("台账：{name}。{definition}").format(name=name, definition=_(figure.definition))


def formula_words(formula: str) -> str:
    """Return a formula as people write it."""
    text = formula
    for pattern, words in _FUNCTIONS:
        text = pattern.sub(lambda found, words=words: _(words).format(found.group(1)), text)  # type: ignore[misc]
    for sign, word in _SIGNS:
        text = text.replace(sign, word)
    return text


def _checks(line: Line, form: Form, number: int) -> Iterator[str]:
    for rule in form.rule:
        if _concerns(rule, line, form, number):
            level = _(_LEVELS[rule.level])
            said = _(rule.shown) or rule_words(rule)
            yield _("{id} {level}：{rule}").format(id=rule.id, level=level, rule=said)


def _concerns(rule: Rule, line: Line, form: Form, number: int) -> bool:
    table = bool(form.section[number - 1].rows)
    match rule.each:
        case "required":
            return line.required
        case "percent":
            return line.change == "percent" and not table
        case "lines":
            return not table
        case "rows":
            return rule.section == number and line.code in _names(rule)
        case _:
            return line.code in _names(rule)


def _names(rule: Rule) -> frozenset[str]:
    try:
        return names_in(rule.rule)
    except UserError:
        return frozenset()


def rule_words(rule: Rule) -> str:
    """Return a rule that names no words of its own."""
    words = {"this": _("本期"), "last": _("上期"), "year_ago": _("去年同期"), "to_date": _("累计")}
    words |= {"least": _("前 12 期最小"), "most": _("前 12 期最大")}
    text = rule.rule
    for name, word in words.items():
        text = re.sub(rf"\b{name}\b(?!\()", word, text)
    return formula_words(text)

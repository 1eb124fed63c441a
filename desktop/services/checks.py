"""Check rules (审核关系): small formulas over a return's figures, judged where nothing is blank.

A formula may compare, add, subtract, multiply and divide figures, join comparisons with ``and``,
and call the functions below; nothing else is allowed, so that a form file is data, not a program.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

from desktop.errors import UserError
from desktop.services.forms import Form, Line, Rule
from desktop.text import _

Number = int | Fraction
Figures = Mapping[str, tuple[int | None, int | None, int | None, int | None]]
"""By code: this month, last month, same month last year, year to date."""

_LEAST_MONTHS = 3
"""Fewer earlier months make no usual value."""


class Surroundings(Protocol):
    """What rules may ask beyond the figures of the return."""

    def policy(self, code: str) -> Number | None:
        """Return a policy's number."""

    def earlier(self, codes: tuple[str, ...]) -> list[tuple[int, ...]]:
        """Return the figures of these lines in the 12 months before, where none is blank."""


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold; level E blocks submitting, level Q asks for an explanation."""

    rule: str
    level: str
    code: str
    message: str
    explanation: str = ""

    @property
    def key(self) -> str:
        """Return under what an explanation is kept."""
        return f"{self.rule}:{self.code}" if self.code else self.rule

    @property
    def open(self) -> bool:
        """Say that it still keeps the return from being submitted."""
        return self.level == "E" or not self.explanation


class _Blank(Exception):  # noqa: N818 - no error: the rule is not judged
    """A figure the formula needs is blank."""


_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda above, below: Fraction(above) / Fraction(below),
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@cache
def _parsed(formula: str) -> ast.expr:
    try:
        return ast.parse(formula, mode="eval").body
    except SyntaxError as error:
        raise UserError(
            _("审核关系“{formula}”写法不对。").format(formula=formula), _("请更正表式文件。")
        ) from error


class _Judge:
    """Works out one formula."""

    def __init__(self, names: Mapping[str, int | None], around: Surroundings) -> None:
        self.names = names
        self.around = around
        self.functions: dict[str, Callable[..., Any]] = {
            "policy": self._policy,
            "usual": self._usual,
            "within": _within,
            "steady": self._steady,
        }

    def value(self, node: ast.expr) -> Any:
        """Return what a part of the formula comes to.

        Raises:
            _Blank: A figure in it is blank.
            UserError: The formula has a part that is not allowed.
        """
        match node:
            case ast.Constant(value=int() | str() as constant):
                return constant
            case ast.Name(id=name) if name in self.names:
                return _filled(self.names[name])
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                return _worked(type(sign), self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return _OPERATORS[type(sign)](self.value(left), self.value(right))
            case ast.BoolOp(op=ast.And(), values=parts):
                return all(self.value(part) for part in parts)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
            case _:
                raise UserError(
                    _("审核关系中“{part}”不允许。").format(part=ast.unparse(node)),
                    _("请更正表式文件。"),
                )

    def _call(self, name: str, arguments: list[ast.expr]) -> Any:
        named = [each.id for each in arguments if isinstance(each, ast.Name)]
        if name == "filled":
            return self.names[named[0]] is not None
        if name == "total":
            return sum(self.names[each] or 0 for each in named)
        if name == "usual":
            return self._usual(*named)
        if name == "steady":
            return self._steady(*(self.names[each] for each in named))
        if name not in self.functions:
            raise UserError(
                _("审核关系中没有函数“{name}”。").format(name=name), _("请更正表式文件。")
            )
        return self.functions[name](*(self.value(each) for each in arguments))

    def _policy(self, code: str) -> Number:
        return _filled(self.around.policy(code))

    def _usual(self, above: str, *below: str) -> Fraction:
        """Return the ratio over the 12 months before, from at least three of them."""
        months = self.around.earlier((above, *below))
        divisor = sum(sum(figures[1:]) for figures in months)
        if len(months) < _LEAST_MONTHS or divisor == 0:
            raise _Blank
        return Fraction(sum(figures[0] for figures in months), divisor)

    def _steady(self, this: int | None, before: int | None) -> bool:
        """Say that the change is within the policy's share; blanks and small counts are."""
        share = self.around.policy("return.change_query_percent")
        least: Number = self.around.policy("return.change_query_least") or 0
        if this is None or before is None or share is None or max(this, before) < least:
            return True
        return Fraction(abs(this - before) * 100) <= share * before


def _filled(value: Number | None) -> Number:
    if value is None:
        raise _Blank
    return value


def _worked(sign: type[ast.operator], left: Any, right: Any) -> Any:
    if sign is ast.Div and right == 0:
        raise _Blank
    return _OPERATORS[sign](left, right)


def _within(value: Number, usual: Number, percent: Number) -> bool:
    """Say that a value is at most that share away from the usual one."""
    return abs(Fraction(value) - usual) * 100 <= Fraction(percent) * usual


def holds(formula: str, names: Mapping[str, int | None], around: Surroundings) -> bool:
    """Say whether a formula holds; one that needs a blank figure is not judged and holds."""
    try:
        return bool(_Judge(names, around).value(_parsed(formula)))
    except _Blank:
        return True


def _lines_of(form: Form, rule: Rule) -> Iterator[Line | None]:
    if rule.each == "required":
        yield from (line for line in form.lines if line.required)
    elif rule.each == "percent":
        yield from (line for line in form.lines if line.change == "percent")
    else:
        yield None


def findings(
    form: Form,
    figures: Figures,
    around: Surroundings,
    explanations: Mapping[str, str],
    words: Callable[[Line, int | None], str],
    extra: Mapping[str, str],
) -> list[Finding]:
    """Return the rules that do not hold, errors first.

    Args:
        form: The form with its rules.
        figures: The figures by code.
        around: Policies and earlier months.
        explanations: What the clerk wrote, by finding key.
        words: Shows a figure of a line as text.
        extra: Further words a message may use.
    """
    this_month = {code: each[0] for code, each in figures.items()}
    percent = around.policy("return.change_query_percent")
    made = []
    for rule in form.rules:
        for line in _lines_of(form, rule):
            names = this_month if line is None else _names_of(figures[line.code])
            if holds(rule.rule, names, around):
                continue
            said = dict(extra)
            if line is not None:
                said |= {"code": line.code, "label": _(line.label), "percent": f"{percent}"}
                said |= {name: words(line, value) for name, value in names.items()}
            code = line.code if line is not None else ""
            key = f"{rule.id}:{code}" if code else rule.id
            made.append(
                Finding(
                    rule.id,
                    rule.level,
                    code,
                    _(rule.message).format(**said),
                    explanations.get(key, ""),
                )
            )
    return sorted(made, key=lambda finding: finding.level)


def _names_of(figures: tuple[int | None, ...]) -> dict[str, int | None]:
    return dict(zip(("this", "last", "year_ago", "to_date"), figures, strict=True))

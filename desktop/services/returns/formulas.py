"""Small formulas of forms: lines worked out from others, and check rules.

A formula may compare, add, subtract, multiply and divide figures, join comparisons with ``and``
and ``or``, and call the functions below; nothing else is allowed, so that a form is data, not a
program. What needs a blank figure is blank itself, and so is a division by zero.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

from desktop.errors import UserError
from desktop.text import _, in_a_row

Number = int | Fraction

_LEAST_PERIODS = 3
"""Fewer earlier periods make no usual value."""


class Surroundings(Protocol):
    """What formulas may ask beyond the figures of the return."""

    def policy(self, code: str) -> Number | None:
        """Return a policy's number at the period's end."""

    def earlier(self, codes: tuple[str, ...]) -> list[tuple[Number, ...]]:
        """Return the figures of these lines in the 12 periods before, where none is blank."""

    def compared(self, code: str, column: str) -> Number | None:
        """Return a line's figure of the last period, a year ago or the year so far."""

    def monthly(self, form: str, code: str) -> Number | None:
        """Return the sum of a line over the year's monthly returns of a form."""


class Blank(Exception):  # noqa: N818 - no error: the formula is not judged
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

_MANY = 99
_BY_NAME = {
    "filled": (1, 1),
    "last": (1, 1),
    "year_ago": (1, 1),
    "to_date": (1, 1),
    "steady": (2, 2),
    "total": (1, _MANY),
    "usual": (1, _MANY),
}
"""Functions that take figures by their names, because a blank one says something: how many."""

_BY_WORD = {"policy": 1, "monthly": 2}
"""Functions that take words in quotes: how many."""

_FUNCTIONS = frozenset({*_BY_NAME, *_BY_WORD, "within"})


@cache
def parsed(formula: str) -> ast.expr:
    """Return a formula's parts.

    Raises:
        UserError: It cannot be read, or has a part that is not allowed.
    """
    try:
        found = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise UserError(_("算式“{formula}”写法不对。").format(formula=formula)) from error
    words = {
        id(word)
        for node in ast.walk(found)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for word in _words_of(node, node.func.id)
    }
    for node in ast.walk(found):
        if id(node) not in words:
            _refuse_other_parts(node)
    return found


def _words_of(call: ast.Call, name: str) -> list[ast.expr]:
    """Return the words in quotes that a function takes, and refuse arguments it does not take.

    Raises:
        UserError: Too many, too few or other arguments.
    """
    given = call.args
    if name in _BY_WORD:
        fits = len(given) == _BY_WORD[name] and all(
            isinstance(each, ast.Constant) and isinstance(each.value, str) for each in given
        )
    elif name in _BY_NAME:
        least, most = _BY_NAME[name]
        fits = least <= len(given) <= most and all(isinstance(each, ast.Name) for each in given)
    else:
        fits = len(given) == 3  # noqa: PLR2004 - within(value, usual, percent)
    if name in _FUNCTIONS and not fits:
        raise UserError(_("算式中函数“{call}”的参数不对。").format(call=ast.unparse(call)))
    return given if name in _BY_WORD else []


def _refuse_other_parts(node: ast.AST) -> None:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int()) | ast.Name() | ast.Load() | ast.And() | ast.Or():
            return
        case ast.BinOp(op=sign) if type(sign) in _OPERATORS:
            return
        case ast.Compare(ops=[sign]) if type(sign) in _OPERATORS:
            return
        case ast.BoolOp():
            return
        case ast.UnaryOp(op=ast.USub() | ast.Not()) | ast.USub() | ast.Not():
            return
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            if name in _FUNCTIONS:
                return
            raise UserError(
                _("算式中没有函数“{name}”，可用的有：{known}。").format(
                    name=name, known=in_a_row(sorted(_FUNCTIONS))
                )
            )
        case _ if type(node) in _OPERATORS:
            return
        case _:
            pass
    part = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
    raise UserError(_("算式中“{part}”不允许。").format(part=part))


@cache
def names_in(formula: str) -> frozenset[str]:
    """Return the codes a formula names, without its functions."""
    tree = parsed(formula)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in functions
    )


def codes_needed(formula: str) -> set[str]:
    """Return the codes of which a formula needs this period's figure, to work them out first."""
    tree = parsed(formula)
    aside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for part in (
            node.func,
            *(
                node.args
                if ast.unparse(node.func) in {"last", "year_ago", "to_date", "usual"}
                else ()
            ),
        )
    }
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in aside
    }


class _Judge:
    """Works out one formula."""

    def __init__(self, names: Mapping[str, Number | None], around: Surroundings) -> None:
        self.names = names
        self.around = around

    def value(self, node: ast.expr) -> Any:
        """Return what a part of the formula comes to.

        Raises:
            Blank: A figure in it is blank.
        """
        match node:
            case ast.Constant(value=int() | str() as constant):
                return constant
            case ast.Name(id=name):
                return _filled(self.named(name))
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return -self.value(part)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return not self.value(part)
            case ast.BinOp(left=left, op=sign, right=right):
                return _worked(type(sign), self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return _OPERATORS[type(sign)](self.value(left), self.value(right))
            case ast.BoolOp(op=ast.And(), values=parts):
                return all(self.value(part) for part in parts)
            case ast.BoolOp(op=ast.Or(), values=parts):
                return any(self.value(part) for part in parts)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, arguments)
            case _:
                raise AssertionError(ast.dump(node))

    def named(self, name: str) -> Number | None:
        """Return the figure of that name.

        Raises:
            UserError: There is none.
        """
        if name not in self.names:
            raise UserError(_("算式中的“{name}”不是本表的代码。").format(name=name))
        return self.names[name]

    def call(self, function: str, arguments: Sequence[ast.expr]) -> Any:
        """Return what a function gives."""
        if function not in _BY_NAME:
            return self._by_value(function, [self.value(each) for each in arguments])
        codes = [each.id for each in arguments if isinstance(each, ast.Name)]
        match function:
            case "filled":
                return self.named(codes[0]) is not None
            case "total":
                return sum(self.named(code) or 0 for code in codes)
            case "usual":
                return self._usual(tuple(codes))
            case "steady":
                return self._steady(*(self.named(code) for code in codes))
            case _:
                return _filled(self.around.compared(codes[0], function))

    def _by_value(self, function: str, values: list[Any]) -> Any:
        if function == "policy":
            return _filled(self.around.policy(*values))
        if function == "monthly":
            return _filled(self.around.monthly(*values))
        return _within(*values)

    def _usual(self, codes: tuple[str, ...]) -> Fraction:
        """Return the ratio over the 12 periods before, from at least three of them."""
        periods = self.around.earlier(codes)
        divisor = sum(sum(figures[1:]) for figures in periods) if len(codes) > 1 else len(periods)
        if len(periods) < _LEAST_PERIODS or divisor == 0:
            raise Blank
        return Fraction(sum(figures[0] for figures in periods), divisor)

    def _steady(self, this: Number | None, before: Number | None) -> bool:
        """Say that the change is within the policy's share; blanks and small counts are (C12)."""
        share = self.around.policy("return.change_query_percent")
        least = self.around.policy("return.change_query_least") or 0
        if this is None or before is None or share is None or max(this, before) < least:
            return True
        change = abs(Fraction(this) - Fraction(before))
        return change * 100 <= Fraction(share) * abs(Fraction(before))


def _filled(value: Number | None) -> Number:
    if value is None:
        raise Blank
    return value


def _worked(sign: type[ast.operator], left: Any, right: Any) -> Any:
    if sign is ast.Div and right == 0:
        raise Blank
    return _OPERATORS[sign](left, right)


def _within(value: Number, usual: Number, percent: Number) -> bool:
    """Say that a value is at most that share away from the usual one."""
    return abs(Fraction(value) - usual) * 100 <= Fraction(percent) * usual


def holds(formula: str, names: Mapping[str, Number | None], around: Surroundings) -> bool:
    """Say whether a rule holds; one that needs a blank figure is not judged and holds."""
    try:
        return bool(_Judge(names, around).value(parsed(formula)))
    except Blank:
        return True


def worked_out(
    formula: str, names: Mapping[str, Number | None], around: Surroundings
) -> Number | None:
    """Return what a line's formula comes to, exactly; None is blank."""
    try:
        found: Number = _Judge(names, around).value(parsed(formula))
    except Blank:
        return None
    return found


def rounded(value: Number) -> int:
    """Round half away from zero."""
    exact = Fraction(value)
    sign = -1 if exact < 0 else 1
    return sign * int((2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator))

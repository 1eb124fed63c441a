"""Reading a form from its TOML text; a broken one is refused with line and reason.

What a form may say is declared once, by the types of :mod:`forms`; msgspec checks it. The rest
(codes used twice, formulas with unknown codes or in a circle, figures the program does not have)
is looked for here, all of it at once, so that a form's author mends it in one go.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import msgspec

from desktop.errors import UserError
from desktop.services.figures.catalogue import Figure, find_figure
from desktop.services.figures.dimensions import find_dimension
from desktop.services.returns.forms import Form, Line, Rule, Section
from desktop.services.returns.formulas import codes_needed, names_in, parsed
from desktop.text import _, in_a_row

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,40}")
_PER_LINE = frozenset({"this", "last", "year_ago", "to_date", "least", "most"})
_HEADING = re.compile(r"\s*(\[\[?)\s*([\w.]+)\s*\]\]?")
_LINE_SAID = re.compile(r"\(at line (\d+), column \d+\)")
_PATH_SAID = re.compile(r"^(.*?)(?: - at `\$([^`]*)`)?$", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form: the line of its text (0: unknown) and the reason."""

    line: int
    reason: str

    def __str__(self) -> str:
        if not self.line:
            return self.reason
        return _("第 {line} 行：{reason}").format(line=self.line, reason=self.reason)


class BrokenForm(UserError):  # noqa: N818 - named as the person meets it
    """A form that cannot be used, with everything that is wrong with it."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        self.faults = faults
        listed = "\n".join(f"· {fault}" for fault in faults)
        super().__init__(
            _("表式“{name}”有 {count} 处错误，不能使用：\n{list}\n").format(
                name=name, count=len(faults), list=listed
            ),
            _("请按所列行号更正后重试。"),
        )


def read_form(text: str, name: str, origin: str = "") -> Form:
    """Return the form that a TOML text declares, with kind, shape and unit of every line.

    Args:
        text: The text of the file.
        name: How the form is called in a complaint.
        origin: Who made it, where it did not come with the program.

    Raises:
        BrokenForm: The text is no form; every fault is told with its line.
    """
    return _completed(declared_form(text, name), origin)


def declared_form(text: str, name: str) -> Form:
    """Return the form that a TOML text declares, with nothing in it but what the text says.

    Raises:
        BrokenForm: The text is no form; every fault is told with its line.
    """
    try:
        declared = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BrokenForm(name, [syntax_fault(error)]) from error
    declared.pop("origin", None)
    places = Places(text)
    try:
        form = msgspec.convert(declared, Form)
    except msgspec.ValidationError as error:
        raise BrokenForm(name, [schema_fault(str(error), places)]) from error
    faults = list(_faults(form, places))
    if faults:
        raise BrokenForm(name, sorted(faults, key=lambda fault: fault.line))
    return form


def syntax_fault(error: tomllib.TOMLDecodeError | RecursionError) -> Fault:
    """Return why a text is no TOML, with the line."""
    said = str(error)
    found = _LINE_SAID.search(said)
    reason = _("TOML 写法不对：{reason}").format(reason=_LINE_SAID.sub("", said).strip())
    return Fault(int(found.group(1)) if found else 0, reason)


class Places:
    """The lines on which the parts of a form's text stand."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._of: dict[str, int] = {"": 1}
        counts: Counter[str] = Counter()
        for number, line in enumerate(self._lines, start=1):
            heading = _HEADING.match(line)
            if heading is None:
                continue
            path = self._path(heading.group(2), counts, many=heading.group(1) == "[[")
            self._of[path] = number

    def _path(self, name: str, counts: Counter[str], *, many: bool) -> str:
        made = ""
        parts = name.split(".")
        for at, part in enumerate(parts):
            last = at == len(parts) - 1
            made = f"{made}.{part}"
            if last and many:
                made = f"{made}[{counts[made]}]"
                counts[made.rpartition("[")[0]] += 1
            elif counts[made]:
                made = f"{made}[{counts[made] - 1}]"
        return made

    def of(self, path: str) -> int:
        """Return the line of a part such as ``.section[0].line[2].unit``; the nearest one known."""
        head = path
        while head not in self._of and head:
            head = head.rpartition("[" if head.endswith("]") else ".")[0]
        start = self._of.get(head, 0)
        key = path[len(head) :].strip(".").partition(".")[0].partition("[")[0]
        if not key:
            return start
        for number in range(start, len(self._lines)):
            line = self._lines[number]
            if _HEADING.match(line) and number + 1 > start:
                break
            if re.match(rf"\s*{re.escape(key)}\s*=", line):
                return number + 1
        return start


def schema_fault(said: str, places: Places) -> Fault:
    """Return what msgspec says against a declared text, with the line."""
    found = _PATH_SAID.match(said)
    reason, path = (found.group(1), found.group(2) or "") if found else (said, "")
    unknown = re.search(r"unknown field `(\w+)`", reason)
    line = places.of(f"{path}.{unknown.group(1)}" if unknown else path)
    return Fault(line, _("{part} 不合规定：{reason}").format(part=path or "/", reason=reason))


# What types cannot say


def _faults(form: Form, places: Places) -> Iterator[Fault]:
    if not _KEY.fullmatch(form.key):
        reason = _("代号 key 只能用小写字母、数字和下划线。")
        yield Fault(places.of(".key"), reason)
    if form.valid_to is not None and form.valid_to < form.valid_from:
        yield Fault(places.of(".valid_to"), _("valid_to 早于 valid_from。"))
    if form.each:
        yield from _reported(lambda: find_dimension(form.each), places.of(".each"))
    codes = Counter(line.code for line in form.items)
    for number, section in enumerate(form.section):
        yield from _section_faults(form, section, f".section[{number}]", codes, places)
    yield from _circles(form, places)
    for number, rule in enumerate(form.rule):
        yield from _rule_faults(form, rule, places.of(f".rule[{number}]"))


def _section_faults(
    form: Form, section: Section, path: str, codes: Counter[str], places: Places
) -> Iterator[Fault]:
    here = places.of(path)
    if section.rows and section.line:
        yield Fault(here, _("有 rows 的部分是分行的表，只能有 column，不能有 line。"))
    if not section.rows and section.column:
        yield Fault(here, _("没有 rows 的部分只能有 line，不能有 column。"))
    if not section.items:
        yield Fault(here, _("这一部分没有指标。"))
    if section.rows and form.each:
        yield Fault(here, _("逐个填报（each）的表里不能再有分行的表。"))
    if section.rows:
        yield from _reported(lambda: find_dimension(section.rows), here)
    name = "column" if section.rows else "line"
    allowed = {each.code for each in section.column} if section.rows else set(codes)
    by = form.each or section.rows
    for number, line in enumerate(section.items):
        place = places.of(f"{path}.{name}[{number}]")
        if codes[line.code] > 1:
            yield Fault(place, _("代码“{code}”重复。").format(code=line.code))
        yield from _line_faults(line, by, allowed, place)


def _line_faults(line: Line, by: str, allowed: set[str], place: int) -> Iterator[Fault]:
    if not _CODE.fullmatch(line.code):
        yield Fault(place, _("代码“{code}”应为字母开头的字母和数字。").format(code=line.code))
    ways = [name for name in ("figure", "formula", "carried") if name in line.source]
    if line.source and len(ways) != 1:
        yield Fault(place, _("来源 source 应写 figure、formula、carried 中的一项。"))
        return
    if line.figure:
        yield from _figure_faults(line, by, place)
    elif line.formula:
        yield from _formula_faults(line.formula, allowed, place)
    elif line.carried and line.carried not in allowed:
        yield Fault(place, _("结转自“{code}”，本表没有这个代码。").format(code=line.carried))


def _figure_faults(line: Line, by: str, place: int) -> Iterator[Fault]:
    try:
        figure = find_figure(line.figure)
    except UserError as error:
        yield Fault(place, error.message)
        return
    if by and by not in figure.by:
        yield Fault(place, _("指标“{key}”不能按“{by}”分行。").format(key=figure.key, by=by))
    known = {argument.name: argument for argument in figure.arguments}
    given = line.arguments
    for name, value in given.items():
        if name not in known:
            yield Fault(place, _("指标“{key}”没有参数“{name}”。").format(key=figure.key, name=name))
        elif str(value) not in (choices := known[name].choices()):
            yield Fault(
                place,
                _("参数 {name} 的值“{value}”不对，可用的有：{choices}。").format(
                    name=name, value=value, choices=in_a_row(choices)
                ),
            )
    for name, argument in known.items():
        if argument.required and name not in given:
            yield Fault(place, _("指标“{key}”缺参数“{name}”。").format(key=figure.key, name=name))


def _formula_faults(
    formula: str, allowed: set[str], place: int, per_line: frozenset[str] = frozenset()
) -> Iterator[Fault]:
    try:
        parsed(formula)
    except UserError as error:
        yield Fault(place, error.message)
        return
    unknown = sorted(names_in(formula) - allowed - per_line)
    if unknown:
        yield Fault(
            place,
            _("算式“{formula}”用到的 {codes} 不是本表的代码。").format(
                formula=formula, codes=in_a_row(unknown)
            ),
        )


def _circles(form: Form, places: Places) -> Iterator[Fault]:
    """Find lines that are worked out from each other."""
    where = {
        line.code: places.of(f".section[{at}].{'column' if section.rows else 'line'}[{number}]")
        for at, section in enumerate(form.section)
        for number, line in enumerate(section.items)
    }
    needs: dict[str, set[str]] = {}
    for line in form.items:
        try:
            needs[line.code] = codes_needed(line.formula) if line.formula else set()
        except UserError:
            return  # Said already.
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(error.args[1])
        yield Fault(
            where.get(circle[0], 0),
            _("算式互相引用成了圈：{codes}。").format(codes="→".join(circle)),
        )


def _rule_faults(form: Form, rule: Rule, place: int) -> Iterator[Fault]:
    allowed = {line.code for line in form.items}
    per_line = _PER_LINE if rule.each in ("required", "percent", "lines") else frozenset()
    if rule.each == "rows":
        sections = [section for section in form.section if section.rows]
        chosen = form.section[rule.section - 1] if 0 < rule.section <= len(form.section) else None
        if chosen is None or not chosen.rows:
            yield Fault(
                place,
                _("逐行审核的 section 应为分行的表的序号（本表有 {count} 张）。").format(
                    count=len(sections)
                ),
            )
            return
        allowed = {line.code for line in chosen.column}
    yield from _formula_faults(rule.rule, allowed, place, per_line)
    try:
        rule.message.format_map(_AnyWord())
    except (ValueError, IndexError, AttributeError):
        yield Fault(place, _("审核提示“{message}”里的花括号不成对。").format(message=rule.message))


class _AnyWord(dict[str, str]):
    """Takes every word that a message may use."""

    def __missing__(self, key: str) -> str:
        return key


def _reported(look: object, place: int) -> Iterator[Fault]:
    assert callable(look)
    try:
        look()
    except UserError as error:
        yield Fault(place, error.message)


# What the figures say of a line


def _completed(form: Form, origin: str) -> Form:
    sections = tuple(
        msgspec.structs.replace(
            section,
            line=tuple(_completed_line(line, form) for line in section.line),
            column=tuple(_completed_line(line, form) for line in section.column),
        )
        for section in form.section
    )
    return msgspec.structs.replace(form, section=sections, origin=origin)


def _completed_line(line: Line, form: Form) -> Line:
    """Fill in kind, shape, unit and scale from the figure, or from the line it is carried from."""
    kind, shape, unit = "flow", "count", line.unit
    if line.figure:
        figure: Figure = find_figure(line.figure)
        kind, shape, unit = figure.kind.value, figure.shape.value, line.unit or figure.unit
    elif line.carried:
        model = _completed_line(form.by_code[line.carried], form)
        kind, shape, unit = model.kind, model.shape, line.unit or model.unit
    return msgspec.structs.replace(
        line,
        kind=line.kind or kind,
        shape=line.shape or shape,
        unit=unit,
        scale=line.scale or form.money,
        change="difference"
        if (line.shape or shape) == "rate" and line.change == "percent"
        else line.change,
    )

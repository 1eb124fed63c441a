"""The check rules of a form: level, formula and what is said where a rule does not hold."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.services.returns.forms import Form, Rule
from desktop.text import _
from desktop.ui.parts import Card, Label
from desktop.ui.screens.schemes.grid import Grid, GridColumn


class RulesPart(Card):
    """Edits the rules.

    Signals:
        edited: The rules as typed.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__(margin=14)
        self.grid = Grid(
            [
                GridColumn(_("编号"), 3),
                GridColumn(
                    _("级别"), 4, (("E", _("错误（不能上报）")), ("Q", _("查询（写说明）")))
                ),
                GridColumn(
                    _("逐项"),
                    4,
                    (
                        ("", _("整表一次")),
                        ("required", _("各必填项")),
                        ("percent", _("各按百分比比较的项")),
                        ("lines", _("各项")),
                        ("rows", _("分行表的各行")),
                    ),
                ),
                GridColumn(_("第几部分"), 3, numeric=True),
                GridColumn(_("应成立的算式"), 12),
                GridColumn(_("不成立时的提示"), 12),
                GridColumn(_("印在表下的写法"), 8),
            ],
            _("加规则"),
        )
        self.grid.edited.connect(self._typed)
        self.add(
            Label(
                _("算式用代码书写，如 M17 <= M11 + M12；提示中 {this} 为该项的数。"),
                "soft",
                wrap=True,
            )
        )
        self.column.addWidget(self.grid, 1)

    def show_form(self, form: Form) -> None:
        """Show a form's rules."""
        self.grid.show_rows(
            [
                [
                    rule.id,
                    rule.level,
                    rule.each,
                    str(rule.section or ""),
                    rule.rule,
                    rule.message,
                    rule.shown,
                ]
                for rule in form.rule
            ]
        )

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules as typed; what is wrong with them the form's reader says."""
        made = []
        for number, level, each, section, rule, message, shown in self.grid.rows():
            text = str(section)
            made.append(
                Rule(
                    id=str(number),
                    level="Q" if level == "Q" else "E",
                    each=str(each),  # type: ignore[arg-type]
                    section=int(text) if text.isdecimal() else 0,
                    rule=str(rule),
                    message=str(message),
                    shown=str(shown),
                )
            )
        return tuple(made)

    def _typed(self) -> None:
        self.edited.emit(self.rules())

"""The first line of a page folds its side buttons where there is no room for their names."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button


def test_side_buttons_fold_one_by_one_and_come_back(qtbot: QtBot) -> None:
    first, second = Button("导出", "fa6s.file-export"), Button("打印清单", "fa6s.print")
    main = Button("新建", "fa6s.plus", role="primary")
    page = QWidget()
    header = PageHeader("家庭医生签约", "5,915 份", (first, second, main))
    header.setParent(page)
    qtbot.addWidget(page)
    page.show()
    header.resize(1000, 40)
    wide = header._needed()
    header.resize(wide, 40)
    assert [each.text().strip() for each in (first, second, main)] == ["导出", "打印清单", "新建"]
    header.resize(wide - 1, 40)
    assert [each.text().strip() for each in (first, second, main)] == ["", "打印清单", "新建"]
    assert first.toolTip() == "导出"
    header.resize(100, 40)
    assert [each.text().strip() for each in (first, second, main)] == ["", "", "新建"]
    header.resize(1000, 40)
    assert [each.text().strip() for each in (first, second)] == ["导出", "打印清单"]
    assert first.toolTip() == ""

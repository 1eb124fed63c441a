"""The page of what the county has published: reading, confirming, going to what it changed."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from desktop.models.opening import Centre
from desktop.models.published import mask_of
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load
from desktop.ui.main_window import MainWindow
from desktop.ui.page import EVERYTHING, Wish
from desktop.ui.register_form import RegisterForm
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.notices.page import EVERY, TO_CONFIRM, NoticesPage

CHANGES = {"counts": {"price": 1}, "lines": [{"what": "price", "title": "甲药", "new": "8.60"}]}


@pytest.fixture
def page(centre: Centre, window: MainWindow) -> NoticesPage:
    common: Values = {"published_on": date.today()}
    rows: list[Values] = [
        common
        | {"kind": "药品目录", "number": "1", "title": "目录", "changes": json.dumps(CHANGES)},
        common | {"kind": "通知", "number": "2", "title": "防控通知", "text": "请报告。"},
        common | {"kind": "通知", "number": "3", "title": "旧的", "valid_until": date(2020, 1, 1)},
    ]
    with centre.store.writing() as session:
        for row in rows:
            confirmed: Values = {"must_confirm": True} if row["number"] == "2" else {}
            insert_many(session, find_register("publications"), [row | confirmed])
    window.open_page("publications", Wish())
    assert isinstance(window.page, NoticesPage)
    return window.page


def test_without_anything_it_says_how_things_come(window: MainWindow) -> None:
    window.open_page("publications", Wish())
    page = window.page
    assert isinstance(page, NoticesPage)
    assert page.empty.isVisible()
    assert not page.body.isVisible()


def test_what_waits_is_confirmed_and_told(page: NoticesPage, centre: Centre) -> None:
    assert [line.number for line in page.shown] == ["2", "1"]
    assert page.text.text() == "请报告。"
    assert page.confirm.isVisible()
    assert not page.open.isVisible()
    page.confirm.click()
    with centre.store.reading() as session:
        table = find_register("confirmations").table.c
        (person,) = session.execute(select(table.person)).scalars()
    assert person == centre.store.person_name
    assert not page.confirm.isVisible()
    assert person in page.confirmed.text()
    page.show_which(TO_CONFIRM)
    assert page.shown == []
    assert not page.card.isVisible()
    page.show_which(EVERY)
    assert len(page.shown) == 3


def test_changes_lead_to_their_register(page: NoticesPage, window: MainWindow) -> None:
    page.choose_row(1)
    assert list(page.changes.plain.rows) == [("调价", "8.60", "甲药")]
    assert not page.confirm.isVisible()
    page.open.click()
    assert isinstance(window.page, RegisterPage)
    assert window.page.register.key == "drugs"


def test_one_can_be_asked_for(page: NoticesPage, window: MainWindow) -> None:
    wanted = next(line.id for line in page.lines if line.number == "3")
    window.open_page("publications", Wish(wanted))
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == wanted


def test_a_published_record_is_grey_where_it_is_the_countys(
    centre: Centre, window: MainWindow
) -> None:
    drugs = find_register("drugs")
    with centre.store.writing() as session:
        (id,) = insert_many(session, drugs, [{"name": "甲药", "retail_price": 860}])
        mark: Values = {
            "id": id,
            "register": drugs.number,
            "fields": mask_of(drugs, ["name", "retail_price"]),
            "published_on": date(2026, 11, 22),
            "publication": "20261122-1",
        }
        insert_many(session, find_register("county_marks"), [mark])
    window.open_page("drugs", Wish(id))
    page = window.page
    assert isinstance(page, RegisterPage)
    form = page.form
    assert "2026-11-22" in form.notice.text.text()
    assert _can_be_typed_in(form, "note")
    assert not _can_be_typed_in(form, "retail_price")
    assert not form.delete_action.isEnabled()
    form.editors["note"].show_value("柜台二")
    form._edited()
    form.save()
    with centre.store.reading() as session:
        assert load(session, drugs, id)["note"] == "柜台二"
    page.reload(EVERYTHING)


def _can_be_typed_in(form: RegisterForm, key: str) -> bool:
    widget = form.editors[key].main_widget()
    return widget.isEnabled() and not widget.property("readOnly")

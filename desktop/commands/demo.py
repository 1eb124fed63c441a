"""`thdesk demo`: a made-up centre with the office's workbooks and a year of history, to look at."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from desktop.commands import (
    demo_county,
    demo_history,
    demo_photos,
    demo_returns,
    demo_supervision,
    demo_support,
    password_for,
    shared,
)
from desktop.errors import UserError
from desktop.exchange.importing import take_in
from desktop.exchange.sheets import files_in
from desktop.models.opening import Centre, NewCentre, create_centre
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.store import Store, save
from desktop.models.vault import Vault
from desktop.paths import resource
from desktop.text import _

NAME = "青禾镇中心卫生院"
CODE = "411081199"
"""A township that the division list does not have: its villages are those of the workbooks."""

_TOWNSHIP = "青禾镇"
_PERSON = "院长"
_MAKING = ".making"
_CENTRE: Values = {
    "uscc": "124110814181011012",
    "category": "中心卫生院",
    "director": "李建民",
    "statistician": "王秀兰",
    "phone": "0374-8601234",
    "address": "禹州市青禾镇健康路16号",
    "consortium": "禹州市紧密型县域医共体",
    "lead_hospital": "禹州市人民医院",
    "population": 11_800,
    "beds": 40,
}
_TARGET = "50"
"""Coverage by contracts that the made-up centre has set itself for the year, in percent."""


def demo(context: typer.Context) -> None:
    """Make a demonstration centre in the data folder, unless it is there."""
    options = shared(context)
    if Vault(options.home).exists:
        typer.echo(_("“{folder}”里已有机构，没有改动。").format(folder=options.home))
        return
    make_demo(options.home, password_for(_PERSON, new=True))
    typer.echo(
        _("已建立示范机构“{centre}”，登录人：{person}。").format(centre=NAME, person=_PERSON)
    )


def make_demo(home: Path, password: str) -> None:
    """Make the demonstration centre beside its place, and put it there when it is whole.

    Raises:
        UserError: The folder has other files in it.
    """
    if home.is_dir() and any(home.iterdir()):
        raise UserError(_("文件夹“{folder}”不是空的。").format(folder=home), _("请换一个文件夹。"))
    making = home.with_name(home.name + _MAKING)
    shutil.rmtree(making, ignore_errors=True)
    made, _recovery = create_centre(making, NewCentre(NAME, CODE), _PERSON, password)
    with made:
        _fill(made)
    if home.is_dir():
        home.rmdir()
    making.rename(home)


def _fill(centre: Centre) -> None:
    """Take in the workbooks through the importer, with made-up history before and after."""
    office = resource("demo", "office")
    store = centre.store
    _describe(store)
    take_in(store, [office / "在用药品目录.xlsx"])
    demo_history.count_drugs(store, office / "药品库存盘点.csv")
    demo_history.book_supplies(store, office / "发热诊室应急物资.xlsx")
    take_in(store, files_in(office))
    _name_township(store)
    demo_support.fill(store)
    demo_history.report_clinics(store)
    demo_returns.file_medical_returns(store)
    demo_supervision.fill(store)
    demo_returns.file_other_returns(store)
    demo_photos.fill(store)
    demo_county.fill(store)


def _describe(store: Store) -> None:
    """Fill in what the head of a return and the coverage need."""
    with store.writing() as session:
        centre = find_register("centre")
        save(session, centre, _CENTRE, demo_history.ids_of(session, centre)[0])
        policy = find_register("policy")
        table = policy.table.c
        target = demo_history.ids_of(session, policy, table.code == "contract.coverage_target")
        save(session, policy, {"value": _TARGET}, target[0])


def _name_township(store: Store) -> None:
    villages: Register = find_register("divisions")
    with store.writing() as session:
        for each in demo_history.ids_of(session, villages):
            save(session, villages, {"township": _TOWNSHIP}, each)


def attach(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)

"""The papers of performance pay as text, in the order they are printed (S1-6.1d, S4-13d).

Pay sheet with a place to sign, summary by clinic, a notice for each doctor, and the public notice
(names and money only, no ID number).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from desktop.models.kinds import show_amount
from desktop.services.performance.paper import BLANK, Column, Paper, Table, show_score
from desktop.services.performance.rounding import rounded
from desktop.services.performance.statement import WORK, DoctorStatement, Statement
from desktop.services.performance.wording import points
from desktop.services.records import Records
from desktop.text import _, in_a_row


def _head(statement: Statement) -> tuple[str, str]:
    scheme = statement.scheme
    return (
        _("单位（盖章）：{name}").format(name=statement.centre),
        _("方案：{name} 第 {version} 版　校验码 {code}").format(
            name=scheme.name, version=scheme.version, code=statement.check_code
        ),
    )


def _money_columns() -> tuple[Column, ...]:
    return (
        Column(_("工作量（元）"), 6, numeric=True),
        Column(_("系数"), 3.4, numeric=True),
        Column(_("绩效（元）"), 6, numeric=True),
        Column(_("定补（元）"), 6, numeric=True),
        Column(_("奖励（元）"), 5.4, numeric=True),
        Column(_("扣款（元）"), 5.4, numeric=True),
        Column(_("应发金额（元）"), 7, numeric=True),
    )


def _money_cells(doctor: DoctorStatement) -> tuple[str, ...]:
    amounts = (doctor.quality, doctor.subsidies, doctor.rewards, doctor.deducted, doctor.pay)
    return (
        show_amount(doctor.work),
        show_amount(rounded(doctor.coefficient, 100)),
        *(show_amount(amount) for amount in amounts),
    )


def pay_paper(statement: Statement) -> Paper:
    """Return the pay sheet with a column for signatures."""
    totals = statement.totals
    rows = tuple(
        (str(at), doctor.clinic, doctor.name, show_score(doctor.score), *_money_cells(doctor), "")
        for at, doctor in enumerate(statement.doctors, 1)
    )
    sums = (totals.work, None, totals.quality, totals.subsidies, totals.rewards, totals.deducted)
    return Paper(
        title=_("乡村医生绩效与补助发放表"),
        centre=statement.centre,
        subtitle=statement.label,
        head=_head(statement),
        tables=(
            Table(
                columns=(
                    Column(_("序号"), 2.6, numeric=True),
                    Column(_("村卫生室"), 8),
                    Column(_("姓名"), 4.4),
                    Column(_("得分"), 4, numeric=True),
                    *_money_columns(),
                    Column(_("签名"), 7),
                ),
                rows=rows,
                totals=(
                    "",
                    _("合计"),
                    _("{count} 人").format(count=totals.doctors),
                    "",
                    *("" if each is None else show_amount(each) for each in sums),
                    show_amount(totals.pay),
                    "",
                ),
                row_height=8.5,
            ),
        ),
        notes=_numbered(statement.rules),
        signatures=(_("单位负责人："), _("财务负责人："), _("审核人："), _("制表人：")),
        lying=True,
    )


def _numbered(rules: Iterable[str]) -> tuple[str, ...]:
    return (_("说明："), *(f"{at}. {rule}" for at, rule in enumerate(rules, 1)))


def clinic_paper(statement: Statement) -> Paper:
    """Return the summary by clinic: score, points of each block, doctors, money."""
    blocks = statement.scheme.blocks
    names = {doctor.id: doctor.name for doctor in statement.doctors}
    rows = tuple(
        (
            str(at),
            clinic.name,
            in_a_row(names[each] for each in clinic.doctors) or _("无在岗村医"),
            show_score(clinic.score),
            *(show_score(block.points) if block.weight else BLANK for block in clinic.blocks),
            show_amount(clinic.pay),
        )
        for at, clinic in enumerate(statement.clinics, 1)
    )
    filler = ("",) * (len(blocks) + 2)
    return Paper(
        title=_("村卫生室绩效考核汇总表"),
        centre=statement.centre,
        subtitle=statement.label,
        head=_head(statement),
        tables=(
            Table(
                columns=(
                    Column(_("序号"), 2.6, numeric=True),
                    Column(_("村卫生室"), 8),
                    Column(_("乡村医生"), 9),
                    Column(_("得分"), 4, numeric=True),
                    *(
                        Column(f"{_(block.label)} {points(block.weight)}", 5.2, numeric=True)
                        for block in blocks
                    ),
                    Column(_("金额（元）"), 7, numeric=True),
                ),
                rows=rows,
                totals=("", _("合计"), *filler, show_amount(statement.totals.pay)),
            ),
        ),
        notes=(_("村医在几个卫生室工作的，金额计入其主要工作的卫生室。"),),
        signatures=(_("单位负责人："), _("审核人："), _("制表人：")),
        lying=True,
    )


def notice_papers(statement: Statement, doctors: Sequence[str] = ()) -> tuple[Paper, ...]:
    """Return a notice for each doctor, or for those with these ids: every line with its reason."""
    return tuple(
        _notice(statement, doctor)
        for doctor in statement.doctors
        if not doctors or doctor.id in doctors
    )


def _notice(statement: Statement, doctor: DoctorStatement) -> Paper:
    notes = [_("对得分或金额有异议，请自收到之日起向卫生院提出申诉。")]
    if any(line.kind == WORK for line in doctor.money):
        notes.insert(0, _("工作量各行为乘质量系数之前的金额。"))
    score = show_score(doctor.score)
    return Paper(
        title=_("乡村医生绩效考核通知单"),
        centre=statement.centre,
        subtitle=statement.label,
        head=(
            _("{clinic}　{name}").format(clinic=doctor.clinic, name=doctor.name),
            _("校验码 {code}").format(code=statement.check_code),
        ),
        opening=(
            _("得分 {score} 分。{sentence}。").format(score=score, sentence=doctor.sentence),
            *doctor.vetoes,
        ),
        tables=(_scored(doctor), _paid(doctor)),
        notes=tuple(notes),
        signatures=(_("卫生院（盖章）："), _("村医签收："), _("日期：")),
    )


def _scored(doctor: DoctorStatement) -> Table:
    """Return the items with their points and what they rest on."""
    whole = sum(line.weight for line in doctor.items)
    return Table(
        caption=_("一、得分"),
        columns=(
            Column(_("项目"), 9),
            Column(_("满分"), 3, numeric=True),
            Column(_("得分"), 3, numeric=True),
            Column(_("依据"), 22),
        ),
        rows=tuple(
            (line.label, show_score(line.weight), show_score(line.points), line.sentence)
            for line in doctor.items
        ),
        totals=(_("合计"), show_score(whole), show_score(doctor.score), ""),
    )


def _paid(doctor: DoctorStatement) -> Table:
    """Return the lines of money and how each is worked out."""
    return Table(
        caption=_("二、金额"),
        columns=(
            Column(_("项目"), 9),
            Column(_("计算"), 22),
            Column(_("金额（元）"), 6, numeric=True),
        ),
        rows=tuple((line.label, line.sentence, show_amount(line.amount)) for line in doctor.money),
        totals=(_("应发"), "", show_amount(doctor.pay)),
    )


def notice_days(records: Records, on: date) -> int | None:
    """Return how many days a public notice stands; None where the centre has not set it."""
    days = records.policy("performance.notice_days", on)
    return int(days) if days else None


def public_paper(statement: Statement, posted_on: date, days: int | None, phone: str = "") -> Paper:
    """Return the public notice (公示): names, scores and money; never an ID number.

    Without days, which the centre's policy row sets, room is left to write them.
    """
    opening = _(
        "根据考核方案，现将{period}乡村医生绩效考核结果公示如下，公示期 {days} 天。"
        "如有异议，请在公示期内向{centre}反映。"
    ).format(period=statement.label, days=days or "＿＿", centre=statement.centre)
    return Paper(
        title=_("乡村医生绩效考核结果公示"),
        centre=statement.centre,
        subtitle=statement.label,
        opening=(opening, *((_("联系电话：{phone}").format(phone=phone),) if phone else ())),
        tables=(
            Table(
                columns=(
                    Column(_("序号"), 3, numeric=True),
                    Column(_("村卫生室"), 10),
                    Column(_("姓名"), 6),
                    Column(_("得分"), 5, numeric=True),
                    Column(_("应发金额（元）"), 8, numeric=True),
                ),
                rows=tuple(
                    (str(at), each.clinic, each.name, show_score(each.score), show_amount(each.pay))
                    for at, each in enumerate(statement.doctors, 1)
                ),
                totals=("", _("合计"), "", "", show_amount(statement.totals.pay)),
            ),
        ),
        signatures=(
            "",
            "",
            _("{centre}（盖章）　{day}").format(centre=statement.centre, day=posted_on.isoformat()),
        ),
    )

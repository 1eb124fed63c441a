"""What `thdesk sync` says of an exchange: synced only where the county has everything."""

from __future__ import annotations

import pytest

from desktop.commands.sync import say_report
from desktop.sync.engine import ExchangeReport
from desktop.sync.files import FilesReport


@pytest.mark.parametrize(
    ("report", "standing", "synced"),
    [
        (ExchangeReport(pushed=3), 0, True),
        (ExchangeReport(pushed=3, waiting=1), 0, False),
        (ExchangeReport(pushed=3, files=FilesReport(waiting=2)), 0, False),
        (ExchangeReport(pushed=3), 1, False),
    ],
)
def test_synced_is_said_only_by_receipts(
    report: ExchangeReport, standing: int, synced: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    say_report(report, standing)
    told = capsys.readouterr().out
    assert ("已同步" in told) is synced
    assert ("退回" in told) is bool(standing)

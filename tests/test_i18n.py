"""The catalogue tool notices every lack of the English catalogue."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

from dev import ROOT


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue_tool", ROOT / "tools" / "i18n.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("english", "flags", "problem"),
    [
        ("Row {row} lacks a name", (), None),
        ("", (), "no English"),
        ("Row {row} lacks a name", ("fuzzy",), "fuzzy"),
        ("Row {line} lacks a name", (), "placeholders differ"),
        ("Row {row lacks a name", (), "placeholders differ"),
    ],
)
def test_a_bad_translation_is_named(
    tool: ModuleType, english: str, flags: tuple[str, ...], problem: str | None
) -> None:
    catalogue = Catalog(locale="en")
    catalogue.add("第 {row} 行缺姓名", english, flags=flags)
    found = tool.lacks(catalogue)
    assert [line.split(":")[0] for line in found] == ([problem] if problem else [])


def test_sentences_of_modules_and_pages_are_extracted(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in tool.PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "desktop" / "a.py").write_text('x = _("保存")\ny = N_("姓名")\n', "utf-8")
    (tmp_path / "county" / "a.html").write_text('<p>{{ _("各中心") }}</p>', "utf-8")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "PO", tmp_path / "thdesk.po")
    monkeypatch.setattr(tool, "MO", tmp_path / "thdesk.mo")
    catalogue = tool.renewed()
    assert {str(message.id) for message in catalogue if message.id} == {"保存", "姓名", "各中心"}
    assert len(tool.stale(catalogue)) == 2

    tool.fill(catalogue, {"保存": "Save", "姓名": "Name", "各中心": "Centres"})
    tool.PO.write_bytes(tool.po_bytes(catalogue))
    tool.MO.write_bytes(tool.mo_bytes(catalogue))
    again = tool.renewed()
    assert tool.lacks(again) == []
    assert tool.stale(again) == []

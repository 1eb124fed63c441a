"""An appraisal scheme is published like a form, and a broken one refused by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from county.publishing.texts import read_form
from desktop.paths import resource
from desktop.services.returns.declaring import BrokenForm

SHIPPED = Path(str(resource("forms", "appraisal", "consortium.toml")))


def test_a_scheme_is_kept_beside_the_forms_under_a_code_of_its_own() -> None:
    (row,) = read_form(SHIPPED, {"valid_from": date(2026, 10, 1)})
    assert row["code"] == "appraisal.consortium"
    assert row["valid_from"] == date(2026, 10, 1)
    assert row["title"] == "县域医共体运行评价自评表"


def test_a_form_is_still_a_form() -> None:
    (row,) = read_form(Path(str(resource("forms", "medical_services_monthly.toml"))), {})
    assert row["code"] == "medical_services_monthly"


def test_a_broken_scheme_is_refused_by_line(tmp_path: Path) -> None:
    broken = tmp_path / "方案.toml"
    text = SHIPPED.read_text("utf-8")
    broken.write_text(text.replace("weight = 8", "weight = 9", 1), "utf-8")
    with pytest.raises(BrokenForm, match="权重合计 101 分"):
        read_form(broken, {})
    broken.write_text(text.replace("[[item]]", "[[item", 1), "utf-8")
    with pytest.raises(BrokenForm, match="TOML"):
        read_form(broken, {})

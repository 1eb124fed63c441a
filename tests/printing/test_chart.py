"""A chart on paper: figures where they are known, a gap elsewhere, the mean across the bars."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from desktop.printing.report import print_reports
from desktop.services.charts import Chart, ChartLine
from desktop.services.performance.paper import Paper


def pages(chart: Chart) -> tuple[str, list[Any]]:
    target = BytesIO()
    print_reports(target, [Paper("图", "卫生院", charts=(chart,))])
    with pypdfium2.PdfDocument(target.getvalue()) as pdf:
        text = pdf[0].get_textpage().get_text_bounded()
        paths = [each.get_bounds() for each in pdf[0].get_objects([pdfium.FPDF_PAGEOBJ_PATH])]
    return text, paths


def line(*values: float | None, dashed: bool = False) -> ChartLine:
    texts = tuple("" if value is None else f"{value:.0f}" for value in values)
    return ChartLine("本期", values, texts, dashed)


def test_a_line_has_its_figures_and_leaves_a_gap_for_what_is_blank() -> None:
    months = tuple(f"{month}月" for month in range(1, 7))
    whole, drawn = pages(Chart(months, (line(11, 12, 13, 14, 15, 16),)))
    assert all(text in whole for text in ("1月", "6月", "11", "16", "本期"))
    _text, gapped = pages(Chart(months, (line(11, 12, None, 14, 15, 16),)))
    # A missing month takes its dot and the two pieces that would lead to it.
    assert len(drawn) - len(gapped) == 3


def test_bars_have_names_figures_and_their_mean() -> None:
    text, _drawn = pages(
        Chart(("甲村", "乙村"), (line(30, 10),), bars=True, mean=20.0, mean_text="20")
    )
    assert all(words in text for words in ("甲村", "乙村", "30", "10", "平均 20"))


def test_many_bars_are_numbered() -> None:
    names = tuple(f"第{at}村" for at in range(40))
    text, _drawn = pages(Chart(names, (line(*range(40)),), bars=True))
    assert "第39村" not in text
    assert "40" in text

"""PDFs read back with another library than the one that wrote them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

ReadPdf = Callable[[Path], list[str]]


@pytest.fixture
def read_pdf() -> ReadPdf:
    """Reads the text of each page, line ends taken out."""

    def read(file: Path) -> list[str]:
        document = pypdfium2.PdfDocument(file)
        try:
            texts = []
            for page in document:
                text = page.get_textpage()
                texts.append(text.get_text_range().replace("\r", "").replace("\n", ""))
                text.close()
                page.close()
            return texts
        finally:
            document.close()

    return read

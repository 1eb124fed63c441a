"""The text of a printed return, read back from its PDF: pages of one return belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.errors import UserError
from desktop.services.returns.verifying import DRAFT_PREFIX, SHORT_CODE
from desktop.text import _

_CODE = re.compile(rf"(?<![\w-])({SHORT_CODE})\s*$", re.MULTILINE)
_CHINESE_PAGE = re.compile(r"第 \d+ 页 共 \d+ 页")
_ENGLISH_PAGE = re.compile(r"Page \d+ of \d+")
_WHITE = 250
"""Of 255; the palest band that is printed has 242."""

_QR = re.compile(r"THD1(?::[^:\s]+){5}")


@dataclass
class Paper:
    """One return in a file: its short code, its lines of text, what its QR codes may say."""

    code: str
    language: str
    lines: list[str] = field(default_factory=list)
    pages: int = 0
    said: str = ""
    covered: list[int] = field(default_factory=list)
    """Pages of the file on which something is laid over the print."""

    @property
    def draft(self) -> bool:
        """Say that it is the paper of a draft."""
        return self.code.startswith(DRAFT_PREFIX)


def read_papers(path: Path) -> list[Paper]:
    """Return the returns printed in a PDF, in their order.

    Raises:
        UserError: It is no PDF, has no text, or no return of this program is in it.
    """
    pages, keywords = _pages(path)
    if not any(page.text.strip() for page in pages):
        raise UserError(
            _("“{file}”里没有文字，可能是扫描件。").format(file=path.name),
            _("请改用页脚的校验码或二维码核对。"),
        )
    papers: list[Paper] = []
    for number, page in enumerate(pages, start=1):
        code = _code_of(page.text)
        if not code:
            continue
        if not papers or papers[-1].code != code or _begins(page.text):
            language = "zh" if _CHINESE_PAGE.search(page.text) else "en"
            papers.append(Paper(code, language))
        papers[-1].lines += page.text.splitlines()
        papers[-1].pages += 1
        if page.covered:
            papers[-1].covered.append(number)
    if not papers:
        raise UserError(
            _("“{file}”不是本程序打印的报表。").format(file=path.name),
            _("请用带页脚校验码的 PDF。"),
        )
    said = _QR.findall(keywords)
    for paper, text in zip(papers, said if len(said) == len(papers) else (), strict=False):
        paper.said = text
    return papers


def _code_of(page: str) -> str:
    """Return the code at the foot of a return's page; a cover sheet lists codes inside a table."""
    if not (_CHINESE_PAGE.search(page) or _ENGLISH_PAGE.search(page)):
        return ""
    found = _CODE.search(page)
    return found[1].upper() if found else ""


def _begins(page: str) -> bool:
    return bool(re.search(r"第 1 页 共|Page 1 of", page))


@dataclass(frozen=True)
class _Page:
    """A page read back."""

    text: str
    covered: bool


def _pages(path: Path) -> tuple[list[_Page], str]:
    """Return the pages and the keywords in the file's properties."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise UserError(
            _("“{file}”不是 PDF，或者已损坏。").format(file=path.name),
            _("请换一份文件，或用页脚的校验码核对。"),
        ) from error
    try:
        keywords = document.get_metadata_value("Keywords")
        return list(_read(document)), keywords
    finally:
        document.close()


def _read(document: Any) -> Iterator[_Page]:
    for page in document:
        text = page.get_textpage()
        yield _Page(text.get_text_range(), _is_covered(page))
        text.close()
        page.close()


def _is_covered(page: Any) -> bool:
    """Say that a picture, a note or a white patch lies on a page; this program draws none.

    The words below a patch are still in the file, so that comparing them would find nothing.
    """
    from pypdfium2 import raw

    if raw.FPDFPage_GetAnnotCount(page.raw):
        return True
    kinds = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH)
    return any(
        each.type == raw.FPDF_PAGEOBJ_IMAGE or _is_white_patch(each.raw)
        for each in page.get_objects(filter=kinds, max_depth=1)
    )


def _is_white_patch(path: Any) -> bool:
    from ctypes import byref, c_int, c_uint

    from pypdfium2 import raw

    fill, stroke = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(path, byref(fill), byref(stroke))
    if not fill.value:
        return False
    levels = [c_uint() for _level in range(4)]
    raw.FPDFPageObj_GetFillColor(path, *map(byref, levels))
    return min(level.value for level in levels[:3]) >= _WHITE

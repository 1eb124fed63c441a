"""The text of a printed return, read back from its PDF: pages of one return belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop.errors import UserError
from desktop.services.returns.verifying import DRAFT_PREFIX, SHORT_CODE
from desktop.text import _

_CODE = re.compile(rf"(?<![\w-])({SHORT_CODE})\s*$", re.MULTILINE)
_CHINESE_PAGE = re.compile(r"第 \d+ 页 共 \d+ 页")
_ENGLISH_PAGE = re.compile(r"Page \d+ of \d+")
_QR = re.compile(r"THD1(?::[^:\s]+){5}")


@dataclass
class Paper:
    """One return in a file: its short code, its lines of text, what its QR codes may say."""

    code: str
    language: str
    lines: list[str] = field(default_factory=list)
    pages: int = 0
    said: str = ""

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
    if not any(page.strip() for page in pages):
        raise UserError(
            _("“{file}”里没有文字，可能是扫描件。").format(file=path.name),
            _("请改用页脚的校验码或二维码核对。"),
        )
    papers: list[Paper] = []
    for page in pages:
        code = _code_of(page)
        if not code:
            continue
        if not papers or papers[-1].code != code or _begins(page):
            language = "zh" if _CHINESE_PAGE.search(page) else "en"
            papers.append(Paper(code, language))
        papers[-1].lines += page.splitlines()
        papers[-1].pages += 1
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


def _pages(path: Path) -> tuple[list[str], str]:
    """Return the text of each page and the keywords in the file's properties."""
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
        return list(_texts(document)), keywords
    finally:
        document.close()


def _texts(document: object) -> Iterator[str]:
    for page in document:  # type: ignore[attr-defined]
        text = page.get_textpage()
        yield text.get_text_range()
        text.close()
        page.close()

"""The closed vocabulary of field kinds: how a typed or imported value is stored, and shown.

Stored forms: text ``str``; whole number ``int``; amount ``int`` in hundredths of the unit (分
for money); date ``datetime.date``; month ``YYYY-MM``; yes/no ``bool``; choice ``str``; reference
16-byte id; ID number 18 characters; phone text; attachment the SHA-256 of the file's content in
small hexadecimal letters. ``None`` is blank, never zero and never "no".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum

from stdnum.iso7064 import mod_11_2

from desktop.errors import Problem
from desktop.models.day_text import day_parts
from desktop.models.id_numbers import LENGTH, is_day, mask_id_number, weighs_right
from desktop.text import _

Cell = object
"""A raw value: what a worksheet cell, a text box or the command line gives."""

Value = str | int | date | bool | bytes | None
"""A stored value of any kind."""


class Kind(Enum):
    """The kinds a field may have; there are no others."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    WHOLE = "whole"
    AMOUNT = "amount"
    DATE = "date"
    MONTH = "month"
    YES_NO = "yes_no"
    CHOICE = "choice"
    REFERENCE = "reference"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ATTACHMENT = "attachment"


NUMERIC = frozenset({Kind.WHOLE, Kind.AMOUNT})


class BadValue(ValueError):  # noqa: N818 - a value, named as the person meets it
    """A raw value that is not of its kind; carries the reason code and the sentence."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    def problem(self, field: str) -> Problem:
        """Return it as a problem of the field with that key."""
        return Problem(self.reason, self.message, field)


_HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
# A unit may follow a number, but 百, 千, 万 and 亿 would change it: such a number is refused.
_UNIT = r"(?![百千万亿])(?:[\u4e00-\u9fff㎡%]{1,4}|m2)?(?:/[\u4e00-\u9fff]{1,2})?"
_NUMBER = re.compile(rf"([+-]?)[¥￥]?\s*([\d,]*\.?\d+|\d[\d,]*\.)\s*{_UNIT}")
_DATE = re.compile(
    r"(\d{4})\s*[-/.年、\\]\s*(\d{1,2})\s*[-/.月、\\]\s*(\d{1,2})\s*[日号]?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?份?")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 73_051)  # 1954-10-03 … 2099-12-31, what a date typed as a number can be
# A tick of the Wingdings fonts shows as ü where the font is missing.
_YES = frozenset(
    {
        *("√", "✓", "✔", "☑", "v", "1", "y", "yes", "true", "t", "o", "○", "●", "■", "+", "ü"),
        *("是", "有", "对", "已", "打√", "打勾", "打钩", "是的", "属于", "患有", "确诊"),
    }
)
_NO = frozenset({"×", "✗", "✘", "☐", "x", "否", "无", "0", "n", "no", "false", "未", "/", "-", "—"})


def plain(cell: Cell) -> str:
    """Return a cell as trimmed text; a whole float loses its ``.0``; blank is the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).replace("\u3000", " ").replace("\xa0", " ").strip()


def narrow(cell: Cell) -> str:
    """Return a cell as text with full-width digits, letters and signs made narrow."""
    return unicodedata.normalize("NFKC", plain(cell))


def parse_text(cell: Cell) -> str | None:
    """Return one line of text, without the spaces that clerks put between two characters."""
    if type(cell) is str and cell.isalnum():
        return cell  # Nearly every name: nothing to trim, and an import has a hundred thousand.
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    text = " ".join(plain(cell).split())
    return _BETWEEN_HAN.sub("", text) or None


def parse_long_text(cell: Cell) -> str | None:
    """Return text that may have several lines."""
    return plain(cell) or None


_LARGEST = 10**15
"""Beyond it a spreadsheet's floats are no longer exact; no register has such a figure."""


def _decimal(cell: Cell) -> Decimal | None:
    """Return a number as written, without thousands signs, currency sign and unit."""
    number = _read_decimal(cell)
    if number is not None and (not number.is_finite() or abs(number) > _LARGEST):
        raise BadValue("bad_number", _("数字“{value}”太大或无效。").format(value=plain(cell)))
    return number


def _read_decimal(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool):
        raise BadValue("bad_number", _("“{value}”不是数字。").format(value=cell))
    if isinstance(cell, int | float):
        return Decimal(str(cell))
    text = narrow(cell).replace("，", ",")
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise BadValue("bad_number", _("“{value}”不是数字。").format(value=plain(cell)))
    try:
        return Decimal(found[1] + found[2].replace(",", ""))
    except InvalidOperation as error:
        raise BadValue("bad_number", _("“{value}”不是数字。").format(value=plain(cell))) from error


def parse_whole(cell: Cell) -> int | None:
    """Return a whole number."""
    number = _decimal(cell)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise BadValue("bad_number", _("“{value}”应为整数。").format(value=plain(cell)))
    return int(number)


def parse_amount(cell: Cell) -> int | None:
    """Return an amount in hundredths; more than two decimals are refused, float noise is not."""
    number = _decimal(cell)
    if number is None:
        return None
    hundredths = number * 100
    nearest = hundredths.to_integral_value()
    if abs(hundredths - nearest) > Decimal("0.0001"):
        raise BadValue(
            "bad_amount", _("“{value}”超过两位小数，请改为两位小数。").format(value=plain(cell))
        )
    return int(nearest)


def _make_date(year: str | int, month: str | int, day: str | int, cell: Cell) -> date:
    """Return the date, or refuse one that no calendar has or that is far from our time."""
    try:
        made = date(int(year), int(month), int(day))
    except ValueError as error:
        raise BadValue(
            "bad_date", _("“{value}”不是有效日期。").format(value=plain(cell))
        ) from error
    if not 1900 <= made.year <= 2100:  # noqa: PLR2004 - the years records can be of
        raise BadValue("bad_date", _("日期“{value}”的年份不对。").format(value=plain(cell)))
    return made


def parse_date(cell: Cell) -> date | None:
    """Return a date however clerks write it (2026年3月1日, 2026.3.1, 20260301 …)."""
    if isinstance(cell, date):  # A datetime is one too.
        return _make_date(cell.year, cell.month, cell.day, cell)
    if isinstance(cell, float | int) and _EXCEL_DAYS.start <= cell < _EXCEL_DAYS.stop:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    text = narrow(cell)
    if not text:
        return None
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if found is not None:
        return _make_date(found[1], found[2], found[3], cell)
    if text.isascii() and text.isdigit() and int(text) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(text))
    parts = day_parts(text)
    if parts is not None:
        return _make_date(*parts, cell)
    raise BadValue(
        "bad_date",
        _("“{value}”不是完整日期，请写成 2026-03-01 这样的年月日。").format(value=plain(cell)),
    )


def parse_month(cell: Cell) -> str | None:
    """Return a month as ``YYYY-MM``; a bare 2026.1 is refused, it may have been 2026.10."""
    if isinstance(cell, date):
        return f"{cell.year:04d}-{cell.month:02d}"
    text = narrow(cell)
    if not text:
        return None
    if isinstance(cell, float) and not cell.is_integer():
        found = None
    else:
        found = _MONTH.fullmatch(text) or _COMPACT_MONTH.fullmatch(text)
    if found is None and (day := _DATE.fullmatch(text)) is not None:
        found = day
    if found is None or not 1 <= int(found[2]) <= 12:  # noqa: PLR2004 - months of a year
        raise BadValue(
            "bad_month",
            _("“{value}”不是月份，请写成 2026-10 这样的年月。").format(value=plain(cell)),
        )
    return f"{found[1]}-{int(found[2]):02d}"


def parse_yes_no(cell: Cell) -> bool | None:
    """Return a tick or its absence; a blank says nothing."""
    if isinstance(cell, bool):
        return cell
    text = (
        narrow(cell).lower().replace("\ufe0f", "").strip("()")
    )  # The mark that asks for an emoji.
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadValue("bad_yes_no", _("“{value}”应填“是”或“否”。").format(value=plain(cell)))


_MOBILE_DIGITS = 11
_LEAST_MOBILE = 10**10
_LEAST_PHONE = 7


def parse_phone(cell: Cell) -> str | None:
    """Return a phone number as text; a number that Excel made a float is mended."""
    if type(cell) is float and cell.is_integer() and _LEAST_MOBILE <= cell < 2 * _LEAST_MOBILE:
        cell = str(int(cell))  # Excel's usual form of one.
    if type(cell) is str and len(cell) == _MOBILE_DIGITS and cell.isascii() and cell.isdigit():
        return cell
    text = narrow(cell)
    digits = sum(letter.isdigit() for letter in text)
    if not text:
        return None
    if digits < 3 or not re.fullmatch(r"[\d\s+()/、,;转#*-]+", text):  # noqa: PLR2004 - 120 is the shortest
        raise BadValue("bad_phone", _("“{value}”不是电话号码。").format(value=plain(cell)))
    numbers = text.split()
    several = all(sum(map(str.isdigit, each)) >= _LEAST_PHONE for each in numbers)
    return ("、" if several else "").join(numbers)


def parse_id_number(cell: Cell) -> str | None:
    """Return an 18-character ID number (GB 11643, check digit ISO 7064 MOD 11-2).

    The division in the first six digits is not checked: codes since abolished stay valid.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= 10**15:
        message = _("身份证号被 Excel 当作数字，末几位已丢失，请按文本重新录入。")
        raise BadValue("bad_id_number", message)
    if type(cell) is str and len(cell) == LENGTH and cell.isascii():
        text = cell.upper()
    else:
        text = narrow(cell).replace(" ", "").strip("'‘’`").upper()
    if not text:
        return None
    if (
        len(text) != LENGTH
        or not text.isascii()
        or not text[:17].isdigit()
        or not (text[17].isdigit() or text[17] == "X")
    ):
        raise BadValue(
            "bad_id_number",
            _("身份证号应为 18 位，现为 {count} 位：“{value}”。").format(
                count=len(text), value=plain(cell)
            ),
        )
    if not is_day(text[6:14]):
        raise BadValue(
            "bad_id_number", _("身份证号中的出生日期 {value} 不存在。").format(value=text[6:14])
        )
    if not weighs_right(text):
        expected = mod_11_2.calc_check_digit(text[:17])
        raise BadValue(
            "bad_id_number",
            _("身份证号最后一位应为 {expected}，现为 {found}，请核对。").format(
                expected=expected, found=text[17]
            ),
        )
    return text


_DIGEST = re.compile(r"[0-9a-f]{64}")


def parse_attachment(cell: Cell) -> str | None:
    """Return the digest of a file; a file itself cannot stand in a cell."""
    text = plain(cell).lower()
    if not text:
        return None
    if not _DIGEST.fullmatch(text):
        raise BadValue("bad_attachment", _("照片不能从表格填入，请在督导检查页添加。"))
    return text


PARSERS: dict[Kind, Callable[[Cell], Value]] = {
    Kind.TEXT: parse_text,
    Kind.LONG_TEXT: parse_long_text,
    Kind.WHOLE: parse_whole,
    Kind.AMOUNT: parse_amount,
    Kind.DATE: parse_date,
    Kind.MONTH: parse_month,
    Kind.YES_NO: parse_yes_no,
    Kind.CHOICE: parse_text,
    Kind.ID_NUMBER: parse_id_number,
    Kind.PHONE: parse_phone,
    Kind.ATTACHMENT: parse_attachment,
}


def mask_phone(number: str) -> str:
    """Return the phone number with its middle hidden."""
    return f"{number[:3]}****{number[-4:]}" if len(number) > 7 else "****"  # noqa: PLR2004


def show_amount(hundredths: int) -> str:
    """Return an amount with thousands signs and two decimals."""
    sign = "-" if hundredths < 0 else ""
    whole, part = divmod(abs(hundredths), 100)
    return f"{sign}{whole:,}.{part:02d}"


def show(kind: Kind, value: Value, *, masked: bool = True) -> str:
    """Return a stored value as text for screen and paper; references are shown by their lookup."""
    if value is None:
        return ""
    if kind is Kind.AMOUNT:
        return show_amount(int(value))  # type: ignore[arg-type]
    if kind is Kind.WHOLE:
        return f"{int(value):,}"  # type: ignore[arg-type]
    if kind is Kind.YES_NO:
        return _("是") if value else _("否")
    if kind is Kind.CHOICE:
        return _(str(value))
    if kind is Kind.ATTACHMENT:
        return _("照片")
    if masked and kind is Kind.ID_NUMBER:
        return mask_id_number(str(value))
    if masked and kind is Kind.PHONE:
        return mask_phone(str(value))
    return str(value)

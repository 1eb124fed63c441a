"""Publications that come as a TOML text: policies, checklists, schemes, forms and notices."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from county.publishing.content import Content, ContentRefused, PublishedKind
from county.publishing.sheets import faults_of
from desktop.errors import NotFound, UserError
from desktop.models.kinds import BadValue, Value
from desktop.models.register import Values
from desktop.models.registers.policy import REGISTER as POLICY
from desktop.models.registers.schemes import IN_FORCE
from desktop.services.checklists import parse_checklist
from desktop.services.performance.scheme import encode, from_declared
from desktop.services.performance.validation import refuse_unsound
from desktop.text import _, in_a_row

_LINE_SAID = re.compile(r"\(at line (\d+), column \d+\)")
_NOTICE_KEYS = frozenset({"title", "text", "number", "valid_from", "valid_until", "must_confirm"})
_LONGEST_TITLE = 200


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        NotFound: There is no such file.
        UserError: It cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(_("找不到“{path}”。").format(path=path)) from error
    except OSError as error:
        raise UserError(_("无法打开“{name}”。").format(name=path.name)) from error
    except UnicodeDecodeError as error:
        raise UserError(
            _("“{name}”不是 UTF-8 文本。").format(name=path.name), _("请另存为 UTF-8 再发布。")
        ) from error


def _load(path: Path) -> tuple[str, dict[str, Any]]:
    text = read_text(path)
    try:
        return text, tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error)
        found = _LINE_SAID.search(said)
        reason = _("TOML 写法不对：{reason}").format(reason=_LINE_SAID.sub("", said).strip())
        raise ContentRefused(path.name, [(int(found[1]) if found else 0, reason)]) from error


def read_policies(path: Path, given: Mapping[str, Value]) -> tuple[Values, ...]:
    """Return the policy rows of a file with ``[[policy]]`` tables."""
    text, declared = _load(path)
    entries = declared.pop("policy", [])
    if declared or not entries or not isinstance(entries, list):
        raise ContentRefused(path.name, [(0, _("文件里应当只有 [[policy]] 各项。"))])
    lines = [at for at, line in enumerate(text.splitlines(), 1) if _is_head(line, "policy")]
    lines += [0] * (len(entries) - len(lines))
    rows = []
    faults: list[tuple[int, str]] = []
    for line, entry in zip(lines, entries, strict=False):
        values, reasons = _policy(entry, given)
        faults += [(line, reason) for reason in reasons]
        rows.append(values)
    if faults:
        raise ContentRefused(path.name, faults)
    return tuple(rows)


def _is_head(line: str, name: str) -> bool:
    return "".join(line.partition("#")[0].split()) == f"[[{name}]]"


def _policy(entry: Mapping[str, object], given: Mapping[str, Value]) -> tuple[Values, list[str]]:
    unknown = [key for key in entry if key not in POLICY.by_key]
    if unknown:
        return {}, [_("不认识的项：{names}。").format(names=in_a_row(unknown))]
    values: Values = dict(given)
    reasons = []
    for key, raw in entry.items():
        try:
            value = POLICY.by_key[key].parse(str(raw) if isinstance(raw, int | Decimal) else raw)
        except BadValue as error:
            reasons.append(error.problem(key).message)
            continue
        if value is not None:
            values[key] = value
    return values, reasons or faults_of(POLICY, values)


def read_checklist(path: Path, given: Mapping[str, Value]) -> tuple[Values, ...]:
    """Return the row of a checklist's file."""
    text, _declared = _load(path)
    made = parse_checklist(text)
    row: Values = {
        "code": made.key,
        "title": made.title,
        "version": made.version,
        "valid_from": given.get("valid_from") or made.valid_from,
        "clause": made.clause or None,
        "body": text,
    }
    return (_filled(row),)


def read_scheme(path: Path, given: Mapping[str, Value]) -> tuple[Values, ...]:
    """Return the row of a scheme's file, in force from a day on."""
    _text, declared = _load(path)
    start = given.get("valid_from") or declared.pop("valid_from", None)
    declared.pop("valid_from", None)
    if not isinstance(start, date):
        raise UserError(_("没有写明考核方案从哪天起执行。"), _("请用 --from 指明执行日期。"))
    try:
        scheme = from_declared(declared)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = _("考核方案写得不对：{reason}").format(reason=error)
        raise ContentRefused(path.name, [(0, reason)]) from error
    refuse_unsound(scheme)
    row: Values = {
        "name": scheme.name,
        "version": scheme.version,
        "valid_from": start,
        "status": IN_FORCE,
        "body": encode(scheme).decode(),
        "clause": scheme.clause or None,
        "note": scheme.note or None,
    }
    return (_filled(row),)


def read_form(path: Path, given: Mapping[str, Value]) -> tuple[Values, ...]:
    """Return the row of a return form's file, or of an appraisal scheme's, kept beside them."""
    from desktop.services.indicators.scheme import (
        Appraisal,
        declares_appraisal,
        read_appraisal,
    )
    from desktop.services.returns.declaring import read_form as parse_form
    from desktop.services.returns.forms import Form

    text = read_text(path)
    if declares_appraisal(text):
        scheme = read_appraisal(text, path.name)
        form: Form | Appraisal = scheme
        code = scheme.record_code
    else:
        form = parse_form(text, path.name)
        code = form.key
    row: Values = {
        "code": code,
        "title": form.title,
        "version": form.version,
        "valid_from": given.get("valid_from") or form.valid_from,
        "valid_to": form.valid_to,
        "body": text,
    }
    return (_filled(row),)


def _filled(row: Values) -> Values:
    return {key: value for key, value in row.items() if value is not None}


def read_notice(path: Path, kind: PublishedKind) -> Content:
    """Return a notice: title, text, from and until when, and whether it must be confirmed."""
    if path.suffix.lower() != ".toml":
        raise UserError(
            _("“{name}”不是通知：通知是扩展名为 .toml 的文本文件。").format(name=path.name),
            _('例如第一行 title = "通知标题"，第二行 text = "通知正文"。'),
        )
    _text, declared = _load(path)
    faults = list(_notice_faults(declared))
    if faults:
        raise ContentRefused(path.name, [(0, reason) for reason in faults])
    title = " ".join(declared["title"].split())[:_LONGEST_TITLE]
    return Content(
        kind,
        title,
        number=str(declared.get("number", "")).strip() or title,
        text=declared["text"].strip().replace("\x00", ""),
        valid_from=declared.get("valid_from"),
        valid_until=declared.get("valid_until"),
        must_confirm=bool(declared.get("must_confirm", False)),
    )


def _notice_faults(declared: Mapping[str, object]) -> Iterator[str]:
    unknown = sorted(declared.keys() - _NOTICE_KEYS)
    if unknown:
        yield _("不认识的项：{names}。").format(names=in_a_row(unknown))
    for key in ("title", "text"):
        value = declared.get(key, "")
        if not isinstance(value, str):
            yield _("{key} 应当是写在引号里的文字。").format(key=key)
        elif not value.strip():
            yield _("缺少 {key}。").format(key=key)
    days = [declared.get(key) for key in ("valid_from", "valid_until")]
    if any(day is not None and type(day) is not date for day in days):
        yield _("日期应当写成 2026-12-01 的样子。")
    elif isinstance(days[0], date) and isinstance(days[1], date) and days[1] < days[0]:
        yield _("截止日期早于执行日期。")
    if type(declared.get("must_confirm", False)) is not bool:
        yield _("must_confirm 应当是 true 或 false。")

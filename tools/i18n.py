"""Keep the English catalogue: extract, update, compile, and say what is missing or stale.

``i18n.py`` renews ``thdesk.po`` and ``thdesk.mo``; ``--check`` writes nothing and fails when
they are not what a renewal would write or when a sentence has no good English. Translations
arrive in bulk as a JSON object with ``--missing`` (print what lacks) and ``--fill FILE``.
"""

from __future__ import annotations

import argparse
import json
import re
import string
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "resources" / "i18n" / "en" / "LC_MESSAGES" / "thdesk.po"
MO = PO.with_suffix(".mo")
PACKAGES = ("desktop", "county")
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext.babel_extract")]
OPTIONS = {"**.html": {"encoding": "utf-8", "silent": "false"}}
KEYWORDS = {"_": None, "N_": None}
FORMS = ("resources", "forms")
FORM_WORDS = frozenset(
    {"title", "short", "number", "issuer", "valid_until", "label", "unit", "message", "shown"}
    | {"group", "notes", "basis", "close", "note", "numerator_typed", "denominator_typed"}
)
"""What of a form's file people read; it is data, translated where it is shown."""
_HAN = re.compile(r"[\u3400-\u9fff]")

NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""A fixed date in the header: two people who renew the catalogue must not conflict over it."""


def main() -> int:
    """Do what the options say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only tell, and fail on any lack")
    parser.add_argument("--missing", action="store_true", help="print the untranslated as JSON")
    parser.add_argument("--fill", type=Path, metavar="FILE", help="take translations from JSON")
    asked = parser.parse_args()
    catalogue = renewed()
    if asked.missing:
        lacking = {str(message.id): "" for message in catalogue if is_untranslated(message)}
        print(json.dumps(lacking, ensure_ascii=False, indent=1))
        return 0
    if asked.fill:
        fill(catalogue, json.loads(asked.fill.read_text("utf-8")))
    problems = lacks(catalogue)
    if asked.check:
        problems += stale(catalogue)
    else:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(po_bytes(catalogue))
        MO.write_bytes(mo_bytes(catalogue))
    for problem in problems:
        print(problem)
    print(f"English catalogue: {len(catalogue)} sentences, {len(problems)} problems")
    return 1 if asked.check and problems else 0


def renewed() -> Catalog:
    """Return the catalogue in git brought up to date with the sources."""
    template = Catalog(project="thdesk", charset="utf-8", creation_date=NO_DATE)
    for package in PACKAGES:
        found = extract_from_dir(
            ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("TRANSLATORS:",)
        )
        for filename, _line, message, comments, context in found:
            place = (f"{package}/{filename}".replace("\\", "/"), 0)
            template.add(message, locations=[place], auto_comments=comments, context=context)
    forms = ROOT.joinpath(*FORMS)
    for path in (*sorted(forms.glob("*.toml")), *sorted(forms.glob("appraisal/*.toml"))):
        place = (path.relative_to(ROOT).as_posix(), 0)
        for sentence in form_sentences(tomllib.loads(path.read_text("utf-8"))):
            template.add(sentence, locations=[place])
    catalogue = Catalog(locale="en", project="thdesk", charset="utf-8")
    if PO.is_file():
        with PO.open("rb") as file:
            catalogue = read_po(file, locale="en")
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    return catalogue


def form_sentences(declared: object, key: str = "") -> Iterator[str]:
    """Go through the words of a form's file that people read."""
    if isinstance(declared, dict):
        for name, value in declared.items():
            yield from form_sentences(value, name)
    elif isinstance(declared, list):
        for value in declared:
            yield from form_sentences(value, key)
    elif isinstance(declared, str) and key in FORM_WORDS and _HAN.search(declared):
        yield declared


def fill(catalogue: Catalog, translations: dict[str, str]) -> None:
    """Take the English of every sentence the catalogue has; name those it does not."""
    for source, english in translations.items():
        message = catalogue.get(source)
        if message is None:
            print(f"not in the sources: {source}")
        elif english:
            message.string = english
            message.flags.discard("fuzzy")


def lacks(catalogue: Catalog) -> list[str]:
    """List every sentence without English, marked fuzzy, or with other placeholders."""
    problems = []
    for message in catalogue:
        source = str(message.id)
        if not source:
            continue
        if is_untranslated(message):
            problems.append(f"no English: {source!r} ({', '.join(sorted(places(message)))})")
        elif message.fuzzy:
            problems.append(f"fuzzy: {source!r}")
        elif placeholders(source) != placeholders(str(message.string)):
            problems.append(f"placeholders differ: {source!r} → {message.string!r}")
    return problems


def is_untranslated(message: Message) -> bool:
    """Tell whether a sentence (not the header) has no English yet."""
    return bool(message.id) and not message.string


def places(message: Message) -> set[str]:
    """Return the files that use a sentence."""
    return {place for place, _line in message.locations}


def placeholders(sentence: str) -> set[str]:
    """Return the names in braces; a sentence with a lone brace has itself as its only one."""
    try:
        return {name for _text, name, _spec, _conv in string.Formatter().parse(sentence) if name}
    except ValueError:
        return {sentence}


def stale(catalogue: Catalog) -> list[str]:
    """List the catalogue files that a renewal would change."""
    wanted = {PO: po_bytes(catalogue), MO: mo_bytes(catalogue)}
    return [
        f"stale: {path.relative_to(ROOT)}; run `python3 dev.py i18n`"
        for path, content in wanted.items()
        if not path.is_file() or path.read_bytes() != content
    ]


def po_bytes(catalogue: Catalog) -> bytes:
    """Write the catalogue as text: sorted, without line numbers, without dropped sentences."""
    out = BytesIO()
    write_po(
        out, catalogue, sort_output=True, include_lineno=False, ignore_obsolete=True, width=100
    )
    return out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Compile the catalogue."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())

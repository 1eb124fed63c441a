"""Finding the records that a sheet names: villages, clinics, teams, packages and drugs.

Names are compared in a form that leaves out what clerks add or drop (村, 村委会, the township
before it). One record in that form is the one meant; several are told, never chosen between.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Problem
from desktop.models.identity import Identities
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.titles import titles
from desktop.text import _

_COMMITTEE = re.compile(r"(?:村民委员会|村委会|村委|居民委员会|居委会)$")
_GROUP = re.compile(r"(?<=村)第?[0-9一二三四五六七八九十]+(?:村民)?(?:小组|组|队)$")
_SAME_VILLAGE = re.compile(r"\((?:社区|行政村|村委会?|居委会|村民委员会)\)$")
_VILLAGE_END = re.compile(r"(?:行政村|自然村|社区|村)$")
_CLINIC_END = re.compile(
    r"(?:标准化|公有|中心|集体)?(?:卫生室|卫生所|卫生站|卫生服务站|医务室|诊所|医疗点|卫生服务点)(?:\(.*\))?$"
)
_CLINIC_VILLAGE = re.compile(
    r"(.{1,12}?(?:村|社区))(?:标准化|第?[一二三四五六0-9]+)?(?:卫生室|卫生所|卫生站|卫生服务站|医务室)$"
)
_MICRO = str.maketrans(
    {"μ": "u", "µ": "u", "×": "x", "✕": "x", "✖": "x", "*": "x", "∶": ":", "⁎": "x"}
)
_PACKED_IN = re.compile(r"/(?:盒|瓶|袋|支|板|包|片|粒|桶|罐|管|听|套)$")
_SPEC_WORDS = (
    ("毫克", "mg"),
    ("微克", "ug"),
    ("毫升", "ml"),
    ("克", "g"),
    ("升", "l"),
    ("万iu", "万单位"),
)

_MICROGRAMS = {"ug": 1, "mg": 1_000, "g": 1_000_000}
_BRACKET = re.compile(r"[()（）\[\]【】,，]")
_MASS = re.compile(r"(\d+(?:\.\d+)?)(ug|mg|g)(?![a-wyz])")


def text_key(text: str) -> str:
    """Return a name as names are compared: narrow, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def village_key(text: str, townships: frozenset[str] = frozenset()) -> str:
    """Return a village's name without the township before it and what may follow it."""
    key = _SAME_VILLAGE.sub("", text_key(text))
    for township in townships:
        _before, found, after = key.partition(township)
        if found and len(after) > 1:
            key = after
            break
    return _VILLAGE_END.sub("", _COMMITTEE.sub("", _GROUP.sub("", key))) or key


def clinic_key(text: str, townships: frozenset[str] = frozenset()) -> str:
    """Return a clinic's name as its village's, so that 上河, 上河村 and 上河村卫生室 are one."""
    return village_key(_CLINIC_END.sub("", text_key(text)) or text, townships)


def village_in(clinic: str) -> str | None:
    """Return the village that a clinic's name says it is in (上河村卫生室)."""
    found = _CLINIC_VILLAGE.match(text_key(clinic))
    return found[1] if found else None


def drug_key(text: str) -> str:
    """Return a drug's name as names are compared."""
    return text_key(text).translate(_MICRO)


def _in_micrograms(found: re.Match[str]) -> str:
    """Return a mass in one unit, so that 250mg is 0.25g."""
    micrograms = Decimal(found[1]) * _MICROGRAMS[found[2]]
    return f"{micrograms.normalize():f}ug"


def spec_key(text: str | None) -> str:
    """Return a specification with one way of writing times, micro, units, masses and packing."""
    key = _PACKED_IN.sub("", text_key((text or "").replace("×", "x")).translate(_MICRO))
    for word, sign in _SPEC_WORDS:
        key = key.replace(word, sign)
    return _MASS.sub(_in_micrograms, key)


class _Names:
    """The records of one register by name: as written, and in the compared form."""

    def __init__(self, key_of: Callable[[str], str]) -> None:
        self._key_of = key_of
        self._whole: dict[str, set[bytes]] = defaultdict(set)
        self._keys: dict[str, set[bytes]] = defaultdict(set)

    def add(self, name: str, record_id: bytes) -> None:
        """Know a record by its name."""
        self._whole[text_key(name)].add(record_id)
        self._keys[self._key_of(name)].add(record_id)

    def find(self, name: str) -> set[bytes]:
        """Return the records meant by a name: those written just so, else those alike."""
        exact = self._whole.get(text_key(name))
        if exact and len(exact) == 1:
            return exact
        return self._keys.get(self._key_of(name), set()) or exact or set()


def named_records(session: Session, key: str) -> Iterable[tuple[bytes, str | None]]:
    """Return every record of a register with the line by which lists and exports name it."""
    register = find_register(key)
    table = register.table
    present = table.c.deleted_at.is_(None)
    if [str(column.key) for column in register.title] == ["name"]:
        return [
            (row[0], row[1])
            for row in session.execute(select(table.c.id, table.c.name).where(present))
        ]
    ids = session.scalars(select(table.c.id).where(present)).all()
    return titles(session, register, ids).items()


class Directory:
    """What a file can refer to, with the records that the file itself makes.

    Args:
        session: Where the known records are read.

    Attributes:
        made: Values, with ids, of the records to create, by register.
        identities: Gives the ids of all records that the file makes.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[str, _Names] = {}
        self._drugs: dict[str, list[Values]] | None = None
        self.made: dict[str, list[Values]] = {}
        self.identities = Identities(session)

    def townships(self) -> frozenset[str]:
        """Return the names of the townships of the known villages, with and without 镇 or 乡."""
        if not hasattr(self, "_townships"):
            table = find_register("divisions").table
            names = self._session.scalars(select(table.c.township).distinct())
            found = {text_key(name) for name in names if name}
            centre = find_register("centre").table
            for name in self._session.scalars(select(centre.c.name)):
                township = re.match(r"(?:.*[县市区])?(.{1,7}?(?:镇|乡|街道))", name or "")
                if township:
                    found.add(text_key(township[1]))
            self._townships = frozenset(found)
        return self._townships

    def _key_of(self, register: str) -> Callable[[str], str]:
        if register == "divisions":
            return lambda name: village_key(name, self.townships())
        if register == "clinics":
            return lambda name: clinic_key(name, self.townships())
        return text_key

    def names(self, register: str) -> _Names:
        """Return the records of a register by name, read once."""
        if register not in self._names:
            known = self._names[register] = _Names(self._key_of(register))
            for record_id, name in named_records(self._session, register):
                if name:
                    known.add(name, record_id)
        return self._names[register]

    def find(self, register: str, name: str) -> bytes | Problem:
        """Return the record of a register that a name means, or why there is none."""
        found = self.names(register).find(name)
        if len(found) == 1:
            return next(iter(found))
        target = find_register(register)
        if found:
            return Problem(
                f"ambiguous_{target.singular}",
                _("“{name}”与{label}中的 {count} 个名称相符，请写全称。").format(
                    name=name, label=_(target.label), count=len(found)
                ),
            )
        return Problem(
            f"unknown_{target.singular}",
            _("{label}中没有“{name}”。").format(label=_(target.label), name=name),
        )

    def find_or_make(self, register: str, name: str) -> bytes | Problem:
        """Return the record that a name means, a new one where there is none."""
        found = self.find(register, name)
        if isinstance(found, Problem) and found.reason.startswith("unknown_"):
            return self.make(register, {"name": name})
        return found

    def make(self, register: str, values: Values) -> bytes:
        """Add a record to create; it is found by its name from now on."""
        record_id = self.identities.of(find_register(register), values).id
        self.made.setdefault(register, []).append({"id": record_id, **values})
        self.learn(register, str(values["name"]), record_id)
        return record_id

    def learn(self, register: str, name: str, record_id: bytes) -> None:
        """Let a record that the file brings be found by its name."""
        self.names(register).add(name, record_id)

    # Drugs are known by name and specification, and told apart by maker and price.

    def drugs(self) -> dict[str, list[Values]]:
        """Return the drug catalogue by compared name."""
        if self._drugs is None:
            self._drugs = defaultdict(list)
            table = find_register("drugs").table
            chosen = select(
                table.c.id, table.c.name, table.c.spec, table.c.manufacturer, table.c.retail_price
            ).where(table.c.deleted_at.is_(None))
            for row in self._session.execute(chosen):
                values: Values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
                self._drugs[drug_key(str(values["name"] or ""))].append(values)
        return self._drugs

    def find_drug(
        self, name: str, spec: str | None, manufacturer: str | None, price: int | None
    ) -> bytes | Problem:
        """Return the drug of the catalogue that a row means."""
        named = self.drugs().get(drug_key(name), [])
        if not named:
            named, spec = self._by_title(name, spec)
        if spec:
            named = [each for each in named if spec_key(str(each["spec"] or "")) == spec_key(spec)]
        for key, wanted in (("manufacturer", manufacturer), ("retail_price", price)):
            if len(named) > 1 and wanted is not None:
                named = [each for each in named if _alike(each[key], wanted)] or named
        if len(named) == 1:
            found = named[0]["id"]
            assert isinstance(found, bytes)
            return found
        whole = " ".join(part for part in (name, spec) if part)
        if named:
            return Problem(
                "ambiguous_drug",
                _("药品目录中有 {count} 种“{drug}”，请写明规格和生产企业。").format(
                    count=len(named), drug=whole
                ),
                "drug_id",
            )
        return Problem("unknown_drug", _("药品目录中没有“{drug}”。").format(drug=whole), "drug_id")

    def _by_title(self, name: str, spec: str | None) -> tuple[list[Values], str | None]:
        """Find a drug written as name and specification in one cell."""
        if spec:
            return [], spec
        whole = spec_key(_BRACKET.sub("", name))
        return [
            each
            for known in self.drugs().values()
            for each in known
            if each["spec"]
            and spec_key(_BRACKET.sub("", str(each["name"]) + str(each["spec"]))) == whole
        ], None


def _alike(known: object, wanted: object) -> bool:
    if isinstance(known, str) and isinstance(wanted, str):
        return text_key(known) == text_key(wanted)
    return known == wanted

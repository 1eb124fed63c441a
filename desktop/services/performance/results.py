"""What a simulation says: every doctor's score and money with each line, and what to look at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import msgspec

from desktop.services.performance.facts import Event
from desktop.services.performance.held import Held
from desktop.services.performance.paying import SubsidyLine, WorkLine
from desktop.services.performance.scheme import POOL, Block, Scheme
from desktop.services.performance.scoring import ItemLine, Outcome
from desktop.services.periods import Period


@dataclass(frozen=True)
class Notice:
    """Something a person should look at before approving; ``code`` is stable."""

    code: str
    message: str
    clinic: bytes | None = None
    doctor: bytes | None = None


@dataclass(frozen=True)
class BlockPoints:
    """The points of one block, in hundredths."""

    block: Block
    weight: int
    points: int

    @property
    def percent(self) -> int | None:
        """Return the share of the weight in hundredths of a percent; None without a weight."""
        return None if not self.weight else (self.points * 10_000) // self.weight


@dataclass(frozen=True)
class Veto:
    """A veto that holds: its code, name, reason and the row it stands in."""

    code: str
    label: str
    reason: str
    row: bytes


@dataclass(frozen=True)
class DoctorResult:
    """A doctor's score and money.

    Scores are hundredths of a point, ``coefficient`` ten-thousandths, money 分.
    ``pay = quality + subsidies + rewards − deducted``; what could not be deducted because nothing
    was left is ``unrecovered``.
    """

    id: bytes
    name: str
    clinics: tuple[tuple[bytes, str, int], ...]
    score: int | None
    coefficient: int
    vetoes: tuple[Veto, ...]
    lines: tuple[ItemLine, ...]
    work_lines: tuple[WorkLine, ...]
    subsidy_lines: tuple[SubsidyLine, ...]
    reward_entries: tuple[Event, ...]
    deduction_entries: tuple[Event, ...]
    work: int
    quality: int
    subsidies: int
    rewards: int
    deducted: int
    unrecovered: int

    @property
    def pay(self) -> int:
        """Return what is paid."""
        return self.quality + self.subsidies + self.rewards - self.deducted

    @property
    def main_clinic(self) -> bytes | None:
        """Return the clinic of most of the doctor's days."""
        if not self.clinics:
            return None
        return max(self.clinics, key=lambda each: (each[2], each[0]))[0]

    def line(self, code: str) -> ItemLine:
        """Return the line of an item."""
        return next(each for each in self.lines if each.item.code == code)

    @property
    def losses(self) -> list[ItemLine]:
        """Return the lines that lost points, the dearest first."""
        lost = [line for line in self.lines if line.lost]
        return sorted(lost, key=lambda line: (-line.lost, line.item.code))


@dataclass(frozen=True)
class ClinicResult:
    """A clinic's own score, who works there, and what those are paid whose main clinic it is."""

    id: bytes
    name: str
    score: int | None
    blocks: tuple[BlockPoints, ...]
    outcomes: tuple[tuple[int, Outcome], ...]
    doctors: tuple[bytes, ...]
    pay: int


@dataclass(frozen=True)
class Simulation:
    """The whole of a period by one version of a scheme; nothing in it depends on clock or PC."""

    period: Period
    scheme: Scheme
    held: Held
    doctors: tuple[DoctorResult, ...]
    clinics: tuple[ClinicResult, ...]
    notices: tuple[Notice, ...]
    scheme_id: bytes | None = None

    @cached_property
    def by_doctor(self) -> dict[bytes, DoctorResult]:
        """Return the results by doctor."""
        return {result.id: result for result in self.doctors}

    @property
    def total(self) -> int:
        """Return what is paid to all."""
        return sum(result.pay for result in self.doctors)

    @property
    def pool(self) -> int | None:
        """Return the sum that is shared, where the scheme shares one."""
        if self.scheme.money != POOL or self.scheme.pool_monthly is None:
            return None
        return self.scheme.pool_monthly * len(self.period.months)

    def blocks_of(self, result: DoctorResult) -> tuple[BlockPoints, ...]:
        """Return a doctor's points by block, in the scheme's order."""
        return tuple(
            BlockPoints(
                block,
                sum(line.weight for line in result.lines if line.item.block == block.code),
                sum(line.points for line in result.lines if line.item.block == block.code),
            )
            for block in self.scheme.blocks
        )

    @cached_property
    def numbers(self) -> bytes:
        """Return every number that counts, in one order: equal bytes are an equal result."""
        people = [
            (
                result.id.hex(),
                result.score,
                result.coefficient,
                (result.work, result.quality, result.subsidies, result.rewards, result.deducted),
                result.pay,
                [(line.item.code, line.weight, line.lost) for line in result.lines],
            )
            for result in sorted(self.doctors, key=lambda each: each.id)
        ]
        sealed = {"period": self.period.key, "scheme": self.scheme.fingerprint, "people": people}
        return msgspec.json.encode(sealed, order="deterministic")

    @cached_property
    def checksum(self) -> str:
        """Return the SHA-256 over the numbers, the same on every PC and at the county."""
        return hashlib.sha256(self.numbers).hexdigest()

    @property
    def check_code(self) -> str:
        """Return the first digits of the checksum as printed, such as 8F3A-61C2."""
        return f"{self.checksum[:4]}-{self.checksum[4:8]}".upper()

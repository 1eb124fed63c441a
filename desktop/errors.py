"""Errors of the world, told in a sentence; everything else is a bug and keeps its own type."""

from __future__ import annotations

from desktop.text import in_one_line


class UserError(Exception):
    """Something outside the program went wrong; says what, and what to do next.

    Args:
        message: One sentence in the interface language that says what is wrong.
        advice: The next step for the person, empty where the message already says it.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return the sentence and the next step."""
        # A sentence in Latin letters needs a space before the next one, a Chinese one has it.
        gap = " " if self.advice and self.message[-1:].isascii() else ""
        return f"{self.message}{gap}{self.advice}"


class WrongUse(UserError):  # noqa: N818
    """A command was called in a way that it is not meant to be: exit code 2 instead of 1."""


class WrongPassword(UserError):  # noqa: N818 - named as the person meets it
    """The password does not open the centre's data."""


class TooManyTries(UserError):  # noqa: N818
    """Sign-in is refused for some seconds after wrong passwords."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class DataTooNew(UserError):  # noqa: N818
    """The file was written by a newer version of the program."""


class NotFound(UserError):  # noqa: N818
    """The named file, register or record is not there."""


class Frozen(UserError):  # noqa: N818
    """A submitted return or another locked record cannot be changed."""


class RecordRefused(UserError):  # noqa: N818
    """A record does not keep the register's rules; holds each problem beside its field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(in_one_line(problem.message for problem in problems))
        self.problems = problems


class Problem:
    """One thing wrong with one value.

    Args:
        reason: Stable code, such as ``bad_id_number``; used in JSON and tests.
        message: Sentence in the interface language.
        field: Key of the field at fault, empty where it is the whole record.
    """

    __slots__ = ("field", "message", "reason")

    def __init__(self, reason: str, message: str, field: str = "") -> None:
        self.reason = reason
        self.message = message
        self.field = field

    def __repr__(self) -> str:
        """Show the code and the field."""
        return f"Problem({self.reason!r}, field={self.field!r})"

    def __eq__(self, other: object) -> bool:
        """Compare by code and field."""
        return isinstance(other, Problem) and (self.reason, self.field) == (
            other.reason,
            other.field,
        )

    def __hash__(self) -> int:
        """Hash by code and field."""
        return hash((self.reason, self.field))

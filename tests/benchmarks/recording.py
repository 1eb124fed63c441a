"""Records the calls a page makes on a ReportLab canvas, and makes only those calls again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.pdfgen.textobject import PDFTextObject

from desktop.printing import pen

_CANVAS = 0


@dataclass
class Recording:
    """The calls in their order: (object, method, arguments, number of the object returned)."""

    made: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})
    calls: list[tuple[int, str, tuple[Any, ...], dict[str, Any], int]] = field(default_factory=list)
    objects: dict[int, int] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)
    depth: int = 0

    def number(self, thing: Any) -> int:
        """Return the number of a canvas, text or path object."""
        if id(thing) not in self.objects:
            self.objects[id(thing)] = len(self.objects)
            self.kept.append(thing)  # An id is only its own while the object lives.
        return self.objects[id(thing)]


@dataclass(frozen=True)
class _Object:
    """Stands in recorded arguments for a text or path object."""

    number: int


@contextmanager
def recording() -> Iterator[Recording]:
    """Let the pen draw on a canvas that writes down what is asked of it, for a block."""
    made = Recording()

    class RecordedText(PDFTextObject):
        def __getattribute__(self, name: str) -> Any:
            return _watched(made, self, name, super().__getattribute__(name))

    class RecordedPath(PDFPathObject):
        def __getattribute__(self, name: str) -> Any:
            return _watched(made, self, name, super().__getattribute__(name))

    class RecordedCanvas(Canvas):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            made.depth += 1
            super().__init__(*arguments, **named)
            made.depth -= 1
            made.made = (arguments[1:], named)
            made.number(self)

        def __getattribute__(self, name: str) -> Any:
            if name == "__dict__" and not made.depth:
                made.calls.append((_CANVAS, "__dict__", (), {}, -1))
            return _watched(made, self, name, super().__getattribute__(name))

        def beginText(self, *arguments: Any, **named: Any) -> Any:
            text = super().beginText(*arguments, **named)
            text.__class__ = RecordedText
            return text

        def beginPath(self) -> Any:
            path = super().beginPath()
            path.__class__ = RecordedPath
            return path

    pen.Canvas = RecordedCanvas  # type: ignore[assignment,misc]
    try:
        yield made
    finally:
        pen.Canvas = Canvas  # type: ignore[misc]


def _watched(made: Recording, thing: Any, name: str, value: Any) -> Any:
    """Return a method that writes its call down; what it calls itself is not written down."""
    if made.depth or not callable(value) or not hasattr(value, "__self__"):
        return value

    def call(*arguments: Any, **named: Any) -> Any:
        made.depth += 1
        try:
            result = value(*arguments, **named)
        finally:
            made.depth -= 1
        drawn = isinstance(result, PDFTextObject | PDFPathObject)
        stored = tuple(
            _Object(made.number(each)) if isinstance(each, PDFTextObject | PDFPathObject) else each
            for each in arguments
        )
        where = made.number(result) if drawn else -1
        made.calls.append((made.number(thing), name, stored, named, where))
        return result

    return call


def replay(made: Recording, target: IO[bytes]) -> None:
    """Make the recorded calls, and nothing else, on a new canvas."""
    arguments, named = made.made
    canvas = Canvas(target, *arguments, **named)
    objects: dict[int, Any] = {_CANVAS: canvas}
    turns = sum(name == "_startPage" for _thing, name, *_rest in made.calls)
    pages: list[dict[str, Any]] = []
    updated = 0
    for thing, name, stored, keywords, where in made.calls:
        if name == "__dict__":
            # The pen puts each page aside first and takes them up again to number them.
            if len(pages) <= turns:
                pages.append(dict(vars(canvas)))
            else:
                vars(canvas).update(pages[updated])
                updated += 1
            continue
        method: Callable[..., Any] = getattr(objects[thing], name)
        given = (objects[each.number] if isinstance(each, _Object) else each for each in stored)
        result = method(*given, **keywords)
        if where >= 0:
            objects[where] = result

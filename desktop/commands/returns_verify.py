"""`thdesk returns verify CODE|FILE`: is this paper or file what was submitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from desktop.commands import open_here, say_json
from desktop.commands.returns_options import AsJson, returns
from desktop.models.return_text import ReturnSheet
from desktop.services.records import Records
from desktop.services.returns.proof import FILES, Proof, Verdict, as_data, in_words, prove
from desktop.services.returns.sheet import sheet_of
from desktop.text import _


@returns.command("verify")
def verify(
    context: typer.Context,
    paper: Annotated[
        str, typer.Argument(help="校验码、二维码内容、PDF 或工作簿 / code, QR text, PDF, workbook")
    ],
    as_json: AsJson = False,
) -> None:
    """Confirm that a paper matches the submitted revision; exit code 1 where it does not."""
    from desktop.exchange.return_workbook import read_return_workbook

    with open_here(context) as centre, centre.store.reading() as session:
        proofs = prove(Records(session), paper, read_return_workbook)
    if as_json:
        say_json([as_data(proof) for proof in proofs])
    else:
        for line in said(proofs, figures=Path(paper).suffix.lower() not in FILES):
            typer.echo(line)
    if not all(proof.sound for proof in proofs):
        raise typer.Exit(1)


def said(proofs: list[Proof], *, figures: bool) -> Iterator[str]:
    """Return what is to be said; of a code, the figures that the paper must show."""
    for proof in proofs:
        yield from in_words(proof)
        if figures and proof.composed is not None and proof.verdict is Verdict.MATCHES:
            yield _("纸上应是下列数据：")
            yield from _figures(sheet_of(proof.composed, proof.composed.as_of))


def _figures(sheet: ReturnSheet) -> Iterator[str]:
    for part in sheet.parts:
        for block in part.blocks:
            yield "\t".join(filter(None, (part.subject, block.title)))
            yield "\t".join(head.label for head in block.heads)
            yield from ("\t".join((row.label, *row.cells)) for row in block.rows)

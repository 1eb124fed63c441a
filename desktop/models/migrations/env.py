"""Alembic's environment: runs on the connection and in the transaction it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlalchemy import types

from desktop.models.migrations.tables import metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write a column type of ours as the plain type below it: revisions outlive our classes."""
    if kind == "type" and isinstance(item, types.TypeDecorator):
        autogen.imports.add("import sqlalchemy as sa")
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Run the revisions; the caller commits."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata(),
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


run()

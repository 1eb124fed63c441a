"""Change rows without a counter beside them.

Revision 0013, after 0012. A counter of its own is one more page in each commit; the newest change
row is never deleted instead. The triggers, made anew after every revision, keep only the changed
fields' old values from now on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.rename_table("change", "change_before")
    op.drop_index("ix_change_record", "change_before")
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("t", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("mask", sa.BigInteger(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    op.execute("INSERT INTO change SELECT * FROM change_before")
    op.drop_table("change_before")
    op.create_index(
        "ix_change_record", "change", ["t", "record_id"], sqlite_where=sa.text("mask > 0")
    )


def downgrade() -> None:
    """Refuse: an older program is given the backup made before this revision."""
    raise NotImplementedError

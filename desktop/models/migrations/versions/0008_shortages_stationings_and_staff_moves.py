"""shortages stationings and staff moves.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "shortage",
        sa.Column("drug_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("drug_name", sa.Text(), nullable=True),
        sa.Column("clinic_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("reported_to_county_on", sa.Date(), nullable=True),
        sa.Column("replied", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("shortage", schema=None) as batch_op:
        batch_op.create_index("ix_shortage_clinic_id", ["clinic_id"], unique=False)
        batch_op.create_index("ix_shortage_drug_id", ["drug_id"], unique=False)
        batch_op.create_index("ix_shortage_search_key", ["search_key", "deleted_at"], unique=False)

    op.create_table(
        "staff_move",
        sa.Column("staff_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("moved_on", sa.Date(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("from_unit", sa.Text(), nullable=True),
        sa.Column("to_unit", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_move")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("staff_move", schema=None) as batch_op:
        batch_op.create_index(
            "ix_staff_move_search_key", ["search_key", "deleted_at"], unique=False
        )
        batch_op.create_index("ix_staff_move_staff_id", ["staff_id"], unique=False)

    op.create_table(
        "stationing",
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("source_unit", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("planned_end", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("days_present", sa.Integer(), nullable=True),
        sa.Column("duties", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stationing")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("stationing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stationing_search_key", ["search_key", "deleted_at"], unique=False
        )


def downgrade() -> None:
    """Refuse: an older program is given the backup made before this revision."""
    raise NotImplementedError

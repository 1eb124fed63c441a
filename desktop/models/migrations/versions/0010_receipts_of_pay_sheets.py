"""receipts of pay sheets.

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table("pay_sheet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("received_at", sa.Text(), nullable=True))


def downgrade() -> None:
    """Refuse: an older program is given the backup made before this revision."""
    raise NotImplementedError

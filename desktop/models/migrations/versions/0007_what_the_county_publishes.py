"""what the county publishes.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "confirmation",
        sa.Column("publication_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.create_index("ix_confirmation_publication_id", ["publication_id"], unique=False)
        batch_op.create_index(
            "ix_confirmation_search_key", ["search_key", "deleted_at"], unique=False
        )

    op.create_table(
        "county_mark",
        sa.Column("register", sa.Integer(), nullable=True),
        sa.Column("fields", sa.Integer(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_mark")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("county_mark", schema=None) as batch_op:
        batch_op.create_index(
            "ix_county_mark_search_key", ["search_key", "deleted_at"], unique=False
        )

    op.create_table(
        "money_advice",
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("fund", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_advice")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("money_advice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_money_advice_search_key", ["search_key", "deleted_at"], unique=False
        )

    op.create_table(
        "publication",
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("must_confirm", sa.Boolean(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(
            "ix_publication_search_key", ["search_key", "deleted_at"], unique=False
        )

    op.create_table(
        "return_form",
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_form")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("return_form", schema=None) as batch_op:
        batch_op.create_index(
            "ix_return_form_search_key", ["search_key", "deleted_at"], unique=False
        )

    op.create_table(
        "shortage_reply",
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("drug", sa.Text(), nullable=True),
        sa.Column("spec", sa.Text(), nullable=True),
        sa.Column("manufacturer", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("substitute", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage_reply")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("shortage_reply", schema=None) as batch_op:
        batch_op.create_index(
            "ix_shortage_reply_search_key", ["search_key", "deleted_at"], unique=False
        )

    op.create_table(
        "staff_order",
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("id_number", sa.Text(), nullable=True),
        sa.Column("from_unit", sa.Text(), nullable=True),
        sa.Column("to_unit", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_order")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("staff_order", schema=None) as batch_op:
        batch_op.create_index(
            "ix_staff_order_search_key", ["search_key", "deleted_at"], unique=False
        )


def downgrade() -> None:
    """Refuse: an older program is given the backup made before this revision."""
    raise NotImplementedError

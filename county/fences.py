"""The second fence on PostgreSQL: row-level security, should a statement ever forget its centre.

Every transaction works as the role ``county_hub``, which owns nothing and may not pass the
policies. One that serves a PC sees the rows of its centre alone (``hub.centre``) from the moment
its signature has been checked; one of the county's own commands sees all (``hub.county``); one that
is neither sees none. SQLite knows no such thing: there the statements' own filters are the only
fence.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import ProgrammingError

from county.tables import METADATA
from desktop.errors import UserError
from desktop.text import _

ROLE = "county_hub"
ELSEWHERE = -1
"""Stands for whichever other centre has a record."""
_POLICY = "own_centre"

# The settings are read once a statement, not once a row: hence the inner SELECTs.
_CENTRE = "(SELECT nullif(current_setting('hub.centre', true), '')::integer)"
_COUNTY = "(SELECT coalesce(current_setting('hub.county', true), '') = 'yes')"
_UNKNOWN_YET = frozenset({"hub_device", "hub_code"})
"""What has to be read before it is known whose request it is."""

_FOREIGN = """
CREATE OR REPLACE FUNCTION hub_foreign(register name, asked bytea[]) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT id FROM %%I WHERE id = ANY($1) AND centre_id <> $2', register
    ) USING asked, nullif(current_setting('hub.centre', true), '')::integer;
END $$
"""


def fenced() -> list[Table]:
    """Return every table whose rows belong to a centre."""
    return [table for table in METADATA.sorted_tables if "centre_id" in table.c]


def build(connection: Connection) -> bool:
    """Put up the fence, as the owner of the tables; tell whether any of it was missing."""
    if connection.dialect.name != "postgresql":
        return False
    _make_role(connection)
    lacking = missing(connection)
    for table in fenced():
        _fence(connection, table)
    connection.exec_driver_sql(_FOREIGN)
    for statement in (
        "REVOKE ALL ON FUNCTION hub_foreign(name, bytea[]) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION hub_foreign(name, bytea[]) TO {ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
        *(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_quoted(connection, table)} TO {ROLE}"
            for table in METADATA.sorted_tables
        ),
    ):
        connection.exec_driver_sql(statement)
    return bool(lacking)


def missing(connection: Connection) -> list[str]:
    """Return the tables that have no fence yet, on PostgreSQL."""
    if connection.dialect.name != "postgresql":
        return []
    return sorted({table.name for table in fenced()} - standing(connection))


def standing(connection: Connection) -> set[str]:
    """Return the tables that have their fence on PostgreSQL, whichever program put it up."""
    there = connection.execute(
        text(
            "SELECT tablename FROM pg_policies JOIN pg_class ON relname = tablename"
            " WHERE policyname = :policy AND relrowsecurity"
            " AND relnamespace = 'public'::regnamespace AND schemaname = 'public'"
        ),
        {"policy": _POLICY},
    ).scalars()
    return set(there)


def enter(connection: Connection, *, county: bool) -> None:
    """Begin a transaction behind the fence."""
    connection.exec_driver_sql(
        "SELECT set_config('role', %s, true), set_config('hub.centre', '', true),"
        " set_config('hub.county', %s, true)",
        (ROLE, "yes" if county else ""),
    )


def confine(connection: Connection, centre_id: int) -> None:
    """Let the rest of the transaction see one centre only."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "SELECT set_config('hub.centre', %s, true), set_config('hub.county', '', true)",
            (str(centre_id),),
        )


def foreign(connection: Connection, table: Table, ids: Sequence[bytes]) -> set[bytes]:
    """Return which ids another centre has taken: all that anyone learns of its records."""
    if connection.dialect.name != "postgresql" or not ids:
        return set()
    rows = connection.exec_driver_sql(
        "SELECT hub_foreign(%s, %s::bytea[])", (table.name, list(ids))
    )
    return set(rows.scalars())


def _make_role(connection: Connection) -> None:
    known = text("SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = :r")
    member = connection.execute(known, {"r": ROLE}).scalar()
    if member:
        return
    try:
        with connection.begin_nested():
            if member is None:
                # Another database of the same server may be set up in this very moment.
                connection.exec_driver_sql(
                    f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN;"
                    " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
                )
            connection.exec_driver_sql(f"GRANT {ROLE} TO CURRENT_USER")
    except ProgrammingError as error:
        raise UserError(
            _("数据库用户不能建立角色 {role}：{reason}。").format(
                role=ROLE, reason=str(error.orig).strip()
            ),
            _("请数据库管理员运行：CREATE ROLE {role} NOLOGIN; GRANT {role} TO 用户;").format(
                role=ROLE
            ),
        ) from error


def _fence(connection: Connection, table: Table) -> None:
    name = _quoted(connection, table)
    allowed = f"centre_id = {_CENTRE} OR {_COUNTY}"
    if table.name in _UNKNOWN_YET:
        allowed += f" OR {_CENTRE} IS NULL"
    for statement in (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {_POLICY} ON {name}",
        f"CREATE POLICY {_POLICY} ON {name} USING ({allowed}) WITH CHECK ({allowed})",
    ):
        connection.exec_driver_sql(statement)


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.quote(table.name)

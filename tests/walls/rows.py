"""One row of every tenant's table, made from the tables themselves, so that none is forgotten."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from pydantic_core import PydanticUndefined
from sqlalchemy import Column, Connection, ForeignKeyConstraint, Table, insert, text

from pmflow_core.clock import utcnow
from pmflow_core.db.base import Row, TenantRow
from pmflow_core.tables import METADATA, ready

VECTOR = [0.05] * 384
# A value of each type that is no text.
FIXED: Mapping[str, Callable[[], Any]] = {
    "UtcDateTime": utcnow,
    "LargeBinary": lambda: b"bytes",
    "Uuid": uuid4,
    "VECTOR": lambda: VECTOR,
    "ARRAY": list,
    "JSONB": dict,
    "Boolean": bool,
    "Integer": lambda: 1,
    "Float": lambda: 1.0,
    "Numeric": lambda: 1,
}
# What a generated value cannot know: rules between the columns of one row.
SAID: Mapping[str, Mapping[str, Any]] = {
    "stage_runs": {"status": "completed"},
    "run_steps": {"step_key": "look"},
    "theme_proposals": {"plan": {"moves": []}},
    "recipe_versions": {
        "spec": {
            "stage": "inbox",
            "title": "Inbox",
            "steps": [{"key": "look", "title": "Look", "skill": "generate_document"}],
        }
    },
    # A private one is nobody's but its owner's.
    "saved_views": {"is_shared": True},
    "customer_merges": {"before": {"aliases": [], "signals": [], "chosen": [], "filled": {}}},
}

# Columns that may be empty and are not all: the one that refers to something here.
REFERS: Mapping[str, str] = {"snoozes": "project_id"}


def rows_of(kind: type[Row]) -> Iterator[type[Row]]:
    """Yield the mapped classes below a class."""
    for each in kind.__subclasses__():
        if hasattr(each, "__table__"):
            yield each
        yield from rows_of(each)


def tenant_rows() -> dict[str, type[Row]]:
    """Return the classes of the tables whose rows belong to a workspace, by the table's name."""
    ready()
    return {str(each.__tablename__): each for each in rows_of(TenantRow)}


@dataclass
class Furnishing:
    """Writes one row of every tenant's table into a workspace, as the tables' owner."""

    connection: Connection
    workspace_id: UUID
    user_id: UUID
    mark: str
    number: int
    word: Callable[[str], str] | None = None
    """What stands in a column of text, nullable ones too; none: the mark, where it must."""
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: SAID)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)

    def furnish(self) -> dict[str, dict[str, Any]]:
        """Return what was written, by table."""
        as_owner(self.connection)
        kinds = tenant_rows()
        for table in METADATA.sorted_tables:
            if table.name in kinds:
                self.add(table, kinds[table.name])
        return self.made

    def add(self, table: Table, kind: type[Row]) -> None:
        """Write one row; what it must refer to was written before."""
        values = self._keys(table)
        for column in table.columns:
            if column.name not in values and self._is_filled(column):
                values[column.name] = self._value(column, kind)
        values |= self.said.get(table.name, {})
        self.connection.execute(insert(table).values(values))
        self.made[table.name] = values

    def _is_filled(self, column: Column[Any]) -> bool:
        is_words = type(column.type).__name__ == "AutoString" and not column.foreign_keys
        return not column.nullable or (self.word is not None and is_words)

    def _keys(self, table: Table) -> dict[str, Any]:
        """Return the values of the columns that must refer to another row."""
        values: dict[str, Any] = {"workspace_id": self.workspace_id}
        for key in table.constraints:
            if not isinstance(key, ForeignKeyConstraint):
                continue
            for element in key.elements:
                column, target = element.parent, element.column
                empty = column.nullable and REFERS.get(table.name) != column.name
                if empty or column.name in values:
                    continue
                values[column.name] = self._referred(target)
        return values

    def _referred(self, target: Column[Any]) -> Any:
        if target.table.name == "users":
            return self.user_id
        return self.made[target.table.name][target.name]

    def _value(self, column: Column[Any], kind: type[Row]) -> Any:
        if column.name == "number":
            return self.number
        usual = kind.model_fields[column.name].get_default(call_default_factory=True)
        return self._by_type(column) if usual in (None, "", PydanticUndefined) else usual

    def _by_type(self, column: Column[Any]) -> Any:
        enum = getattr(column.type, "enum", None)
        if enum is not None:
            return next(iter(enum))
        fixed = FIXED.get(type(column.type).__name__)
        if fixed is not None:
            return fixed()
        word = self.mark if self.word is None else self.word(column.name)
        return f"{word}-{column.name}-{uuid4().hex[:6]}"


def as_owner(connection: Connection) -> None:
    """Take the login role back, whom row security does not stop."""
    connection.execute(text("select set_config('role', 'none', true)"))


def fingerprint(connection: Connection, workspace_id: UUID) -> dict[str, str]:
    """Return what a workspace's rows come to, table by table; one changed byte changes it."""
    as_owner(connection)
    found: dict[str, str] = {}
    for name in sorted(tenant_rows()):
        # The table's name is the model's own.
        rows = f"select md5(coalesce(string_agg(t::text, '|' order by t.id), '')) from {name} t"  # noqa: S608
        statement = text(f"{rows} where workspace_id = :workspace")
        found[name] = str(connection.scalar(statement, {"workspace": workspace_id}))
    return found

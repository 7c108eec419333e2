"""SQL for histories: Django's own compilers, which remember what columns and conditions look like instead of spelling them out each time.

Half of the time of a history went into naming the same columns again. Nothing else differs, and statements are the same to the letter.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Model, lookups
from django.db.models.expressions import Col, Expression
from django.db.models.fields import related_lookups
from django.db.models.sql import compiler
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join
from django.db.models.sql.query import Query
from django.db.models.sql.where import AND, WhereNode

Converters = dict[int, tuple[list[Any], Any]]
# By field. Fields are never thrown away, so their numbers stay theirs.
_spelled: dict[int, tuple[str, Any]] = {}
_converters: dict[int, list[Any]] = {}
# By model and alias.
_columns: dict[tuple[Any, str], list[Expression]] = {}
_selects: dict[tuple[Any, str], Any] = {}
# By kind of comparison, field and, where it is one, truth: the SQL, and whether a value belongs to it.
_compared: dict[tuple[Any, int, bool | None], tuple[str, bool]] = {}
# By model and the condition's name.
_conditions: dict[tuple[Any, str], "Condition | None"] = {}
# Values that say no more than themselves.
PLAIN = frozenset({int, str, bool, float, bytes, date, datetime, UUID})
ONE_OF = frozenset({lookups.In, related_lookups.RelatedIn})
COMPARISONS = ONE_OF | {
    lookups.Exact, lookups.GreaterThan, lookups.GreaterThanOrEqual, lookups.LessThan, lookups.LessThanOrEqual, lookups.IsNull,
    lookups.IntegerFieldExact, lookups.IntegerGreaterThan, lookups.IntegerGreaterThanOrEqual, lookups.IntegerLessThan,
    lookups.IntegerLessThanOrEqual, related_lookups.RelatedExact, related_lookups.RelatedIsNull,
}  # fmt: skip
# Beyond these Django looks whether a number fits its column.
MANY, LARGE = 900, 2**62


@dataclass(frozen=True, slots=True)
class Condition:
    """What Django finds out from the name of a condition. path: the way to the other table of a foreign key."""

    table: str
    field: Any
    lookup: Any
    nullable: bool
    path: Any


def build_filter(
    query: Any,
    filter_expr: Any,
    branch_negated: bool = False,
    current_negated: bool = False,
    can_reuse: set[str] | None = None,
    **asked: Any,
) -> Any:
    """What `Query.build_filter` answers: the condition and the tables that it needs."""
    found = _condition(query, filter_expr) if type(filter_expr) is tuple else None
    if found is None:
        return _build_filter(query, filter_expr, branch_negated, current_negated, can_reuse, **asked)
    here = query.get_initial_alias()
    joins = [here]
    if found.path is not None:
        there = found.path.to_opts.db_table
        joins.append(query.join(Join(there, here, None, INNER, found.path.join_field, found.nullable)))
        # The key stands in this table, so that the other is not needed after all.
        query.unref_alias(joins[-1])
    query._lookup_joins = joins
    if can_reuse is not None:
        can_reuse.add(here)
    column = found.field.get_col(here, found.field)
    condition = found.lookup(column, filter_expr[1])
    clause = WhereNode([condition], connector=AND)
    null = condition.lookup_name == "isnull"
    if not current_negated:
        return clause, () if null and condition.rhs is True else set(joins)
    if null and condition.rhs is not False:
        return clause, set(joins)
    if not null and found.nullable:
        clause.add(found.field.get_lookup("isnull")(column, False), AND)
    return clause, ()


_build_filter = Query.build_filter


@contextmanager
def quickly(database: BaseDatabaseWrapper) -> Iterator[None]:
    """For its length, queries remember what conditions mean; this database remembers what they look like, for ever."""
    database.ops.compiler_module = __name__
    with patch.object(Query, "build_filter", build_filter):
        yield


def _condition(query: Any, asked: tuple[str, Any]) -> Condition | None:
    """None: Django is to find out by itself."""
    name, value = asked
    if query.annotations or query._filtered_relations or not query.alias_cols or not query.model:
        return None
    if not (type(value) in PLAIN or isinstance(value, Model) or _plain(value)):
        return None
    place = query.model, name
    if place not in _conditions:
        _conditions[place] = _found(query, name)
    found = _conditions[place]
    if found is None or (query.alias_map and query.base_table != found.table):
        return None
    return found


def _plain(values: Any) -> bool:
    return type(values) in {list, tuple, set, frozenset} and all(
        type(v) in PLAIN or isinstance(v, Model) for v in values
    )


def _found(query: Query, name: str) -> Condition | None:
    """By Django's own means. None: more than a column of the model's own table takes part."""
    said, parts, _ = query.solve_lookup_type(name)
    meta = query.get_meta()
    if len(parts) != 1 or len(said) > 1:
        return None
    path, field, targets, _ = query.names_to_path(parts, meta)
    if path and not (len(path) == 1 and isinstance(field, ForeignKey) and targets == field.foreign_related_fields):
        return None
    lookup = field.get_lookup(said[0] if said else "exact")
    if lookup not in COMPARISONS or field.model._meta.db_table != meta.db_table:
        return None
    return Condition(meta.db_table, field, lookup, query.is_nullable(field), path[0] if path else None)


def _is_named(node: Any) -> bool:
    """A column of a table under that table's own name."""
    return type(node) is Col and node.alias == node.target.model._meta.db_table


class Remembering(compiler.SQLCompiler):
    def compile(self, node: Any) -> Any:
        if type(node) in COMPARISONS and _is_named(node.lhs) and node.lhs.target is node.lhs.output_field:
            return self._compare(node)
        # A column of a table under its own name, which is nearly always the case; aliases are spelled by Django.
        if not _is_named(node):
            return super().compile(node)
        number = id(node.target)
        if number not in _spelled:
            sql, params = super().compile(node)
            _spelled[number] = sql, params
        return _spelled[number]

    def _compare(self, node: Any) -> Any:
        kind, field, value = type(node), node.lhs.target, node.rhs
        values = [value] if type(value) in PLAIN else []
        if kind in ONE_OF:
            values = list(dict.fromkeys(value)) if type(value) is list and all(type(v) in PLAIN for v in value) else []
        if not 0 < len(values) < MANY or any(type(v) is int and abs(v) > LARGE for v in values):
            return super().compile(node)
        place = kind, id(field), value if type(value) is bool else None
        if place not in _compared:
            sql, params = super().compile(node)
            _compared[place] = sql.partition(" IN ")[0] if kind in ONE_OF else sql, bool(params)
            return sql, params
        sql, has_value = _compared[place]
        if kind in ONE_OF:
            sql = f"{sql} IN ({', '.join(['%s'] * len(values))})"
        if not has_value:
            return sql, []
        prepared = getattr(field, "target_field", field).get_db_prep_value
        return sql, [prepared(v, self.connection, prepared=True) for v in values]

    def get_default_columns(
        self, select_mask: Any, start_alias: str | None = None, opts: Any = None, from_parent: Any = None
    ) -> list[Expression]:
        if select_mask or from_parent:
            return super().get_default_columns(select_mask, start_alias, opts, from_parent)
        place = (opts or self.query.get_meta(), start_alias or self.query.get_initial_alias())
        if place not in _columns:
            _columns[place] = super().get_default_columns(select_mask, start_alias, opts, from_parent)
        return _columns[place]

    def get_select(self, with_col_aliases: bool = False) -> Any:
        query = self.query
        asked = query.select_related or query.extra_select or query.annotation_select or query.get_select_mask()
        if with_col_aliases or asked or not query.default_cols:
            return super().get_select(with_col_aliases)
        place = (query.model, query.get_initial_alias())
        if place not in _selects:
            _selects[place] = super().get_select(with_col_aliases)
        return _selects[place]

    def has_composite_fields(self, expressions: Iterable[Any]) -> bool:
        """No model here has a key of several columns."""
        return False

    def get_converters(self, expressions: Iterable[Any]) -> Converters:
        expressions = list(expressions)
        if not all(type(expression) is Col for expression in expressions):
            return super().get_converters(expressions)
        found: Converters = {}
        for place, column in enumerate(expressions):
            number = id(column.output_field)
            if number not in _converters:
                (_converters[number], _) = super().get_converters([column]).get(0, ([], column))
            if _converters[number]:
                found[place] = _converters[number], column
        return found


class SQLCompiler(Remembering):
    pass


class SQLInsertCompiler(Remembering, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(Remembering, compiler.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(Remembering, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(Remembering, compiler.SQLAggregateCompiler):
    pass

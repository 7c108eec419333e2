"""SQL for histories: Django's own compilers, which remember what a column looks like instead of spelling it out each time.

A third of the time of a history went into naming the same columns again. Nothing else differs, and statements are the same to the letter.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models.expressions import Col, Expression
from django.db.models.sql import compiler

Converters = dict[int, tuple[list[Any], Any]]
# By field. Fields are never thrown away, so their numbers stay theirs.
_spelled: dict[int, tuple[str, Any]] = {}
_converters: dict[int, list[Any]] = {}
# By model and alias.
_columns: dict[tuple[Any, str], list[Expression]] = {}
_selects: dict[tuple[Any, str], Any] = {}


class Remembering(compiler.SQLCompiler):
    def compile(self, node: Any) -> Any:
        # A column of a table under its own name, which is nearly always the case; aliases are spelled by Django.
        if type(node) is not Col or node.alias != node.target.model._meta.db_table:
            return super().compile(node)
        number = id(node.target)
        if number not in _spelled:
            sql, params = super().compile(node)
            _spelled[number] = sql, params
        return _spelled[number]

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

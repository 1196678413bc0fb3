"""Queries that every page asks, written once: Django takes longer to write them than a database to answer them."""

from functools import cached_property

from django.db import connection


class PreparedQuery:
    """The rows of a queryset with blanks, which ``build(*blanks)`` gives, a ``values()`` one.

    A blank stands for what changes from one asking to the next. It is of the type of the column that it is compared
    with, and no such value: -1 for a key, "?" for a slug.
    """

    def __init__(self, build, *blanks):
        self.build = build
        self.blanks = blanks

    def rows(self, *given):
        """What the queryset would give with these values in its blanks: one dict per row. One query."""
        query, names, columns, sql, parameters = self._written
        filled = dict(zip(self.blanks, given, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [filled.get(one, one) for one in parameters])
            found = cursor.fetchall()
        compiler = query.get_compiler(connection=connection)
        converted = compiler.apply_converters(found, compiler.get_converters(columns))
        return [dict(zip(names, row, strict=True)) for row in converted]

    @cached_property
    def _written(self):
        query = self.build(*self.blanks).query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        names = query.selected or [*query.values_select, *query.annotation_select]
        return query, tuple(names), [column for column, *_ in compiler.select], sql, parameters

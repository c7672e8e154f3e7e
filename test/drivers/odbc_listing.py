"""What psqlodbc shows of the views of a schema, as listing.sql prints it: odbc_listing.py SCHEMA"""
import os
import sys
from datetime import date
from decimal import Decimal

import pyodbc

from listing import print_column, print_fields

CATALOGUE = {
    pyodbc.SQL_BIGINT: "bigint",
    pyodbc.SQL_BIT: "boolean",
    pyodbc.SQL_TYPE_DATE: "date",
    pyodbc.SQL_DOUBLE: "double precision",
    pyodbc.SQL_FLOAT: "double precision",
    pyodbc.SQL_NUMERIC: "numeric",
    pyodbc.SQL_WLONGVARCHAR: "text",
}
RESULT = {int: "bigint", bool: "boolean", date: "date", float: "double precision", Decimal: "numeric", str: "text"}


def type_name(names, kind, precision, scale):
    """PostgreSQL's name of a type of ODBC or pyodbc."""
    name = names.get(kind, f"ODBC type {kind}")
    return f"{name}({precision},{scale})" if name == "numeric" else name


def connect():
    """Booleans are texts to psqlodbc unless told otherwise."""
    return pyodbc.connect(
        "Driver={PostgreSQL Unicode};Servername=%(PGHOST)s;Port=%(PGPORT)s;Database=%(PGDATABASE)s;Username=%(PGUSER)s;BoolsAsChar=0" % os.environ
    )


def print_view(cursor, schema, view, comment):
    columns = cursor.columns(schema=schema, table=view.replace("_", "\\_")).fetchall()
    cursor.execute(f'SELECT * FROM "{schema}"."{view}"')
    result = cursor.description
    rows = cursor.fetchall()
    print_fields(view, len(rows), comment)
    for place, column in enumerate(columns):
        declared = type_name(CATALOGUE, column.data_type, column.column_size, column.decimal_digits)
        read = type_name(RESULT, result[place][1], result[place][4], result[place][5])
        print_column(view, column.column_name, declared, read, [row[place] for row in rows], column.remarks)


def main(schema):
    cursor = connect().cursor()
    views = cursor.tables(schema=schema, tableType="VIEW").fetchall()
    for view in sorted(views, key=lambda view: view.table_name):
        if view.table_name.startswith("source_"):
            continue  # the mart's own, which an analyst need not read
        print_view(cursor, schema, view.table_name, view.remarks)


main(sys.argv[1])

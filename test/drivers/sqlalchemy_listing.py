"""What SQLAlchemy shows of the views of a schema, as listing.sql prints it: sqlalchemy_listing.py SCHEMA"""
import sys

from sqlalchemy import MetaData, Table, create_engine, inspect, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import NullType

from listing import print_column, print_fields

# What PostgreSQL calls the types of psycopg2's results
RESULT = {16: "boolean", 20: "bigint", 25: "text", 701: "double precision", 1082: "date", 1700: "numeric"}


def declared_type(reflected):
    """PostgreSQL's name of a reflected type."""
    if isinstance(reflected, NullType):
        return "unknown"
    if isinstance(reflected, postgresql.DOUBLE_PRECISION):
        return "double precision"
    return reflected.compile(dialect=postgresql.dialect()).lower().replace(", ", ",")


def read_type(column):
    """PostgreSQL's name of the type of a result's column."""
    name = RESULT.get(column.type_code, f"type {column.type_code}")
    return f"{name}({column.precision},{column.scale})" if name == "numeric" else name


def print_view(connection, inspector, schema, view):
    columns = inspector.get_columns(view, schema)
    result = connection.execute(select(Table(view, MetaData(), schema=schema, autoload_with=connection)))
    description = result.cursor.description
    rows = result.all()
    print_fields(view, len(rows), inspector.get_table_comment(view, schema)["text"])
    for place, column in enumerate(columns):
        print_column(view, column["name"], declared_type(column["type"]), read_type(description[place]), [row[place] for row in rows], column["comment"])


def main(schema):
    # the environment says where the server is
    engine = create_engine("postgresql+psycopg2://", future=True)
    with engine.connect() as connection:
        inspector = inspect(connection)
        for view in sorted(inspector.get_view_names(schema)):
            if view.startswith("source_"):
                continue  # the mart's own, which an analyst need not read
            print_view(connection, inspector, schema, view)


main(sys.argv[1])

"""What the clients in Python share: how they print a view and a column, as listing.sql prints them."""
import math
import struct
from datetime import date
from decimal import Context, Decimal

EPOCH = date(1970, 1, 1)
EXACT = Context(prec=1000)


def number(value):
    """What a value adds to the total of its column."""
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        raise ValueError(f"no finite number: {value}")
    if isinstance(value, float):
        return Decimal(struct.unpack(">q", struct.pack(">d", value))[0])
    if isinstance(value, date):
        return Decimal((value - EPOCH).days)
    if isinstance(value, str):
        return Decimal(len(value))
    if isinstance(value, (bool, int, Decimal)):
        return Decimal(value)
    raise TypeError(f"no plain type: {type(value).__name__}")


def total(values):
    """Their sum, in as many decimals as the values have."""
    result = Decimal(0)
    for value in values:
        result = EXACT.add(result, number(value))
    return result


def print_fields(*fields):
    print(*("" if field is None else field for field in fields), sep="\t")


def print_column(view, column, declared, read, values, comment):
    """A column: the type its view declares, the type a result has, and how the values add up."""
    filled = [value for value in values if value is not None]
    ordered = [value for value in filled if isinstance(value, (date, str))]
    print_fields(view, column, declared, read, len(filled), f"{total(filled):f}", min(ordered, default=""), max(ordered, default=""), comment)

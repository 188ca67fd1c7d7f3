"""Column types that keep what Python holds: exact figures, and moments with their time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric, TypeDecorator
from sqlalchemy.types import TypeEngine, UserDefinedType

from tasks.records import Number

_INT64 = 2**63


class _AsStored(UserDefinedType[Any]):
    """SQLite's NUMERIC without SQLAlchemy's conversions, which would pass every figure through a float."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "NUMERIC"


class Exact(TypeDecorator[Number]):
    """A figure, int or Decimal, that comes back as it went in: 12 as int 12, 446.78 as Decimal("446.78").

    PostgreSQL's numeric is exact. SQLite keeps an integer as INTEGER (exact to 18 digits) and a fraction as REAL, but only
    where the shortest decimal of that REAL is the fraction itself (always so up to 15 significant digits); any other figure
    is kept as its digits in a BLOB, which no column affinity rewrites and which sum() still reads as a number. So sum, avg,
    =, < and order by work in SQL, and no figure ever changes. Analysts who sum fractions in SQLite get a REAL.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite's own storage classes; numeric elsewhere."""
        return dialect.type_descriptor(_AsStored() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Number | None, dialect: Dialect) -> Any:
        """A figure as the database keeps it."""
        return value if value is None or dialect.name != "sqlite" else _to_sqlite(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Number | None:
        """A figure as it went in; whole ones are int."""
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, Decimal):
            return whole(value)
        return whole(Decimal(value.decode() if isinstance(value, bytes) else repr(value)))


def _to_sqlite(value: Number) -> int | float | bytes:
    number = value if isinstance(value, int) else whole(value)
    if isinstance(number, int):
        return number if -_INT64 <= number < _INT64 else str(number).encode()
    return float(number) if Decimal(repr(float(number))) == number else format(number, "f").encode()


def whole(value: Decimal) -> Number:
    """The figure without zeros behind its point: an int where nothing is left there."""
    if value == value.to_integral_value():
        return int(value)
    return Decimal(format(value, "f").rstrip("0"))


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones, so every moment is kept in UTC and comes back with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC. ValueError for one without a zone: it could mean any hour."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

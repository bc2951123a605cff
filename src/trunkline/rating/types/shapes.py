"""How the Arrow shapes of rating are written down."""

from __future__ import annotations

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")


def shape_of(
    *required: tuple[str, pa.DataType], optional: tuple[tuple[str, pa.DataType], ...] = ()
) -> pa.Schema:
    """A schema whose `required` columns hold no nulls, followed by the `optional` ones that may."""
    return pa.schema(
        [pa.field(name, kind, nullable=False) for name, kind in required]
        + [pa.field(name, kind, nullable=True) for name, kind in optional]
    )

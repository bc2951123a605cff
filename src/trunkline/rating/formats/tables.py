"""Reading tables of tariffs and lines from CSV or Parquet, in a given shape, with every fault and its place.

The layouts are described in ``docs/formats/tariffs.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating.engine import quoted
from trunkline.rating.formats.checking import TIME_PATTERN
from trunkline.rating.types import TARIFF_SHAPES, Tariffs

UNREADABLE = Refusal(
    "tables.unreadable", "", Text("{subject} 无法读取：{why}", "{subject} cannot be read: {why}")
)
NO_FOLDER = Refusal("tables.no_folder", "", Text("{subject} 不是文件夹", "{subject} is no folder"))
TABLE_UNKNOWN = Refusal(
    "tables.unknown",
    "",
    Text("{subject} 不是资费表（可用：{known}）", "{subject} is no table of tariffs (known: {known})"),
)
TABLE_TWICE = Refusal(
    "tables.twice", "", Text("{subject} 同时有 CSV 和 Parquet", "{subject} is there as CSV and as Parquet")
)
PRICES_MISSING = Refusal(
    "tables.prices_missing", "", Text("{subject} 里没有 prices 表", "There is no table prices in {subject}")
)
COLUMNS_MISSING = Refusal(
    "tables.columns_missing", "", Text("{subject} 缺少列：{columns}", "{subject} lacks the columns {columns}")
)
COLUMNS_UNKNOWN = Refusal(
    "tables.columns_unknown",
    "",
    Text("{subject} 有不认识或重复的列：{columns}", "{subject} has unknown or repeated columns: {columns}"),
)
COLUMN_TYPE = Refusal(
    "tables.column_type",
    "",
    Text(
        "{subject} 的列 {column} 类型不对：{found}",
        "Column {column} of {subject} is of the wrong type: {found}",
    ),
)
EMPTY_CELL = Refusal("tables.empty_cell", "", Text("{subject} 是空的", "{subject} is empty"))
BAD_CELL = Refusal(
    "tables.bad_cell",
    "",
    Text("{subject}：{value} 无效，应为：{kind}", "{subject}: {value} is not {kind}"),
)

#: How a cell of CSV is written and read by type: the words for it, and SQL of a column `c` as text.
_WRITTEN = {
    pa.string(): (Text("文字", "text"), "c"),
    pa.int64(): (
        Text("整数", "a whole number"),
        "CASE WHEN regexp_full_match(c, '-?[0-9]{1,18}') THEN TRY_CAST(c AS BIGINT) END",
    ),
    pa.bool_(): (
        Text("true 或 false", "true or false"),
        "CASE lower(c) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
    ),
    pa.date32(): (
        Text("日期（2026-10-01）", "a day such as 2026-10-01"),
        "CASE WHEN regexp_full_match(c, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(c AS DATE) END",
    ),
    pa.timestamp("us", tz="UTC"): (
        Text("时间（2026-10-01T00:00:00+08:00）", "a time such as 2026-10-01T00:00:00+08:00"),
        f"CASE WHEN regexp_matches(c, {quoted(TIME_PATTERN)}) THEN TRY_CAST(c AS TIMESTAMPTZ) END",
    ),
}
#: So many faults of a column are named.
_NAMED = 20
_SUFFIXES = (".csv", ".parquet")


def read_tariffs(folder: Path) -> Tariffs:
    """The tables of a folder, one file each; those that are not there are empty, but prices have to be.

    Raises Refused with everything that is wrong, each with file, line and column.
    """
    if not folder.is_dir():
        raise Refused(NO_FOLDER.about(str(folder)))
    files = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    by_name: dict[str, list[Path]] = {}
    for path in files:
        by_name.setdefault(path.stem, []).append(path)
    known = ", ".join(TARIFF_SHAPES)
    faults = [TABLE_UNKNOWN.about(name, known=known) for name in by_name if name not in TARIFF_SHAPES]
    faults += [TABLE_TWICE.about(name) for name, paths in by_name.items() if len(paths) > 1]
    if "prices" not in by_name:
        faults.append(PRICES_MISSING.about(str(folder)))
    raise_if_any(faults)
    tables: dict[str, pa.Table] = {}
    for name, (path,) in by_name.items():
        try:
            tables[name] = read_table(path, TARIFF_SHAPES[name])
        except Refused as refused:
            faults += refused.refusals
    raise_if_any(faults)
    return Tariffs(**tables)


def read_table(path: Path, shape: pa.Schema) -> pa.Table:
    """A table of `shape` from CSV or Parquet; columns that may be null may also be missing.

    Raises Refused with everything that is wrong, each with file, line and column.
    """
    try:
        found = pq.read_table(path) if path.suffix == ".parquet" else _read_csv(path)
    except (pa.ArrowException, OSError) as error:
        raise Refused(UNREADABLE.about(path.name, why=" ".join(str(error).split()))) from error
    raise_if_any(_column_faults(path.name, found.column_names, shape))
    for field in shape:
        if field.name not in found.column_names:
            found = found.append_column(field, pa.nulls(found.num_rows, field.type))
    found = found.select(shape.names)
    return (
        _typed(path.name, found, shape) if path.suffix == ".parquet" else _read_cells(path.name, found, shape)
    )


def _read_csv(path: Path) -> pa.Table:
    """All cells as text, null where they are empty."""
    parse = pa.csv.ParseOptions(ignore_empty_lines=False)
    with pa.csv.open_csv(path, parse_options=parse) as opened:
        names = opened.schema.names
    convert = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
    )
    return pa.csv.read_csv(path, parse_options=parse, convert_options=convert)


def _column_faults(name: str, columns: Sequence[str], shape: pa.Schema) -> Iterator[Refusal]:
    missing = [field.name for field in shape if not field.nullable and field.name not in columns]
    odd = sorted({column for column in columns if column not in shape.names or columns.count(column) > 1})
    if missing:
        yield COLUMNS_MISSING.about(name, columns=", ".join(missing))
    if odd:
        yield COLUMNS_UNKNOWN.about(name, columns=", ".join(odd))


def _typed(name: str, rows: pa.Table, shape: pa.Schema) -> pa.Table:
    """Columns of Parquet in the types of the shape; a floating-point number is none of them."""
    faults: list[Refusal] = []
    columns = []
    for field in shape:
        column = rows[field.name]
        try:
            if pa.types.is_floating(column.type):
                raise pa.ArrowInvalid
            columns.append(column.cast(field.type))
        except pa.ArrowException:
            faults.append(COLUMN_TYPE.about(name, column=field.name, found=column.type))
            continue
        if column.null_count and not field.nullable:
            row = column.is_null().index(value=True).as_py() + 1
            faults.append(EMPTY_CELL.about(f"{name}:{row}:{field.name}"))
    raise_if_any(faults)
    return pa.table(columns, schema=shape)


def _read_cells(name: str, cells: pa.Table, shape: pa.Schema) -> pa.Table:
    """Cells of text in the types of the shape."""
    faults: list[Refusal] = []
    columns = []
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'Asia/Shanghai'")
        for field in shape:
            kind, reading = _WRITTEN[field.type]
            given = cells[field.name]
            column = pa.table(
                {"n": pa.array(range(cells.num_rows), pa.int64()), "c": given.cast(pa.string())}
            )
            engine.register("given", column)
            read = f"SELECT n, c, {reading} AS value FROM given"
            # The header is line 1.
            bad = "c IS NULL" if not field.nullable else "FALSE"
            found = engine.execute(
                f"SELECT n + 2, c FROM ({read}) WHERE ({bad}) OR (c IS NOT NULL AND value IS NULL) ORDER BY n LIMIT {_NAMED}"
            ).fetchall()
            for line, value in found:
                place = f"{name}:{line}:{field.name}"
                faults.append(
                    EMPTY_CELL.about(place)
                    if value is None
                    else BAD_CELL.about(place, value=value, kind=kind)
                )
            values = engine.sql(f"SELECT value FROM ({read}) ORDER BY n").to_arrow_table()["value"]
            columns.append(values.cast(field.type))
            engine.unregister("given")
    raise_if_any(faults)
    return pa.table(columns, schema=shape)

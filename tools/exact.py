"""No floating point where money and quantities are worked out: a look at every source of those packages.

A float literal, the name `float`, a floating-point type of Arrow, Django or SQL, and a division of whole numbers by
`/` are faults. Benchmarks may measure seconds. (Division of amounts by `/` is of Decimals, which is exact or rounded
in a named place; mypy sees to the types.)
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "trunkline"
#: Where amounts are made, moved or kept.
EXACT = ("agreements", "billing", "catalog", "ledger", "rating", "runs", "kernel/money.py", "kernel/bulk.py")
MEASURING = re.compile(r"(^|/)bench(/|\.py$|_)|bench\.py$")
NAMES = {"float", "float16", "float32", "float64", "FloatField", "halffloat"}
IN_SQL = re.compile(r"\b(DOUBLE|FLOAT[48]?|REAL)\b")


def faults_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and words of every fault of a source."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Constant(value=float(value)):
                yield line, f"a float: {value}"
            case ast.Constant(value=str(text)) if IN_SQL.search(text):
                yield line, "a floating-point type in SQL"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
                yield line, name
            case ast.BinOp(op=ast.Div(), right=ast.Constant(value=int())):
                yield line, "whole numbers divided by /"
            case ast.BinOp(op=ast.Div(), left=ast.Constant(value=int())):
                yield line, "whole numbers divided by /"
            case _:
                pass


def sources() -> Iterator[Path]:
    """The sources that have to be exact."""
    for name in EXACT:
        place = PACKAGE / name
        found = [place] if place.is_file() else sorted(place.rglob("*.py"))
        yield from (path for path in found if not MEASURING.search(str(path.relative_to(PACKAGE))))


def main() -> int:
    """Print the faults; the exit status says whether there are any."""
    found = [(path, *fault) for path in sources() for fault in faults_of(path)]
    for path, line, words in found:
        print(f"{path.relative_to(PACKAGE.parent.parent)}:{line}: {words}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

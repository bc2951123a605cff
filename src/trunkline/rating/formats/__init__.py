"""Reading usage files (话单文件), CSV or Parquet, in columns: what can be taken in, what cannot, and why.

The layout is described in ``docs/formats/usage.md``.
"""

from trunkline.rating.formats.intake import find_duplicates, read_usage

__all__ = ["find_duplicates", "read_usage"]

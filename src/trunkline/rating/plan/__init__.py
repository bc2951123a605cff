"""The month's usage into money, as columnar statements: tables go in, a table comes out.

    usage ─ pricing ─► priced ─ summing ─► priced_sum ─► fact ──────────────────┐
                          └─── ordering ─► what depends on the order of events ─┴─► totals

The statements are SQL that DuckDB and Spark both read (ADR 17). What the two spell differently they bring along as
functions: `div` (whole numbers, rounded down), `micros` (of an instant, since 1970), `instant` (of such micros).
"""

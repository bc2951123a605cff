"""Invariants of usage."""

from __future__ import annotations

import pyarrow.lib
import pyarrow.parquet as pq

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text
from trunkline.rating import queries


def _parts_that_differ() -> list[str]:
    """Listed parts that are not there, or do not hold what is listed."""
    root = queries.store_root()
    found = []
    for part in queries.parts():
        path = root / part.path
        try:
            held = pq.read_metadata(path).num_rows
        except (OSError, pyarrow.lib.ArrowInvalid) as error:
            found.append(f"{part.path}: {error.__class__.__name__}")
            continue
        if (held, path.stat().st_size) != (part.records, part.size):
            found.append(f"{part.path}: {held} / {part.records}")
    return found


CHECKS = (
    Check(
        "usage.counts_add_up",
        "",
        Text(
            "每个话单文件：入库、重复、拒绝之和等于总数",
            "For each usage file accepted, duplicate and rejected rows are all of its rows",
        ),
        places(
            "SELECT f.name FROM rating_usagefile f WHERE f.records <> f.accepted + f.duplicates + f.rejected "
            "OR f.accepted <> (SELECT coalesce(sum(records), 0) FROM rating_usagepart WHERE file_id = f.id) "
            "OR f.duplicates + f.rejected <> (SELECT count(*) FROM rating_usagereject WHERE file_id = f.id)"
        ),
    ),
    Check(
        "usage.parts_exist",
        "",
        Text(
            "登记的每个话单分区文件都在，记录数相符",
            "Every listed part of the usage store is there and holds what is listed",
        ),
        _parts_that_differ,
    ),
    Check(
        "rating.counts_add_up",
        "",
        Text(
            "每次批价：已批价与未批价之和等于总数",
            "For each rating the rated and the unrated records are all of them",
        ),
        places(
            "SELECT r.month || ' #' || r.id FROM rating_monthrating r WHERE r.records <> r.rated + r.unrated "
            "OR r.unrated <> (SELECT count(*) FROM rating_unratedrecord WHERE rating_id = r.id)"
        ),
    ),
    Check(
        "detail.access_own_branch",
        "S22-A1",
        Text(
            "详单查询留痕的分公司即该单位客户的分公司",
            "Every access to details is logged in the organisation's own branch",
        ),
        places(
            "SELECT a.id || ' ' || o.code FROM rating_detailaccess a "
            "JOIN party_organization o ON o.id = a.organization_id WHERE o.branch_id <> a.branch_id"
        ),
    ),
)

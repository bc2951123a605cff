"""Invariants of the catalogue."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

CHECKS = (
    Check(
        "price.has_reference",
        "X-F2",
        Text("每个资费版本都有批准或备案文号", "Every price version has the regulator's reference"),
        places("SELECT id FROM catalog_priceversion WHERE btrim(reference) = ''"),
    ),
)

"""Refusals and changes as they are kept in the tables of orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.types import Change


def as_json(value: object) -> str:
    """JSON text for COPY."""
    return json.dumps(value, ensure_ascii=False)


def refusal_as_dict(refusal: Refusal) -> dict[str, str]:
    """A refusal in primitives, as it stands in orders and in the API's answers."""
    return {
        "code": refusal.code,
        "clause": refusal.clause,
        "zh": refusal.text.zh,
        "en": refusal.text.en,
        "subject": refusal.subject,
    }


def refusal_from_dict(kept: Mapping[str, Any]) -> Refusal:
    """The refusal that was kept."""
    return Refusal(kept["code"], kept["clause"], Text(kept["zh"], kept["en"]), kept.get("subject", ""))


def change_as_dict(change: Change) -> dict[str, str]:
    """A value before and after, in primitives."""
    return {"zh": change.name.zh, "en": change.name.en, "before": change.before, "after": change.after}


def change_from_dict(kept: Mapping[str, Any]) -> Change:
    """The change that was kept."""
    return Change(Text(kept["zh"], kept["en"]), kept["before"], kept["after"])

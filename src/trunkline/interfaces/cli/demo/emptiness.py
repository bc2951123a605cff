"""Whether there is anything yet. Asked at every start, so it loads nothing of the rest of the demo."""

from __future__ import annotations

from trunkline.party.queries import find_organizations
from trunkline.security.audit import acting
from trunkline.security.types import Actor


def has_organizations(actor: Actor) -> bool:
    """Whether anything has been registered."""
    with acting(actor):
        return bool(find_organizations(limit=1))

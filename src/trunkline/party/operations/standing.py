"""How a customer stands: grade, blacklist."""

from __future__ import annotations

from datetime import datetime

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.models import Organization
from trunkline.party.queries import organization
from trunkline.party.types import ServiceGrade
from trunkline.security.audit import operation
from trunkline.security.types import Actor

NO_REASON = Refusal("blacklist.no_reason", "S24-G1", Text("须填写列入黑名单的原因", "A reason is needed"))
BLACKLISTED_ALREADY = Refusal(
    "blacklist.already", "S24-G1", Text("{subject}已在黑名单内", "{subject} is on the blacklist already")
)


@operation("organization.blacklist")
def blacklist_organization(*, organization_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Put an organisation on the blacklist (S24-G1); `Refused` without a reason or when it stands there already."""
    if not reason.strip():
        raise Refused(NO_REASON)
    changed = Organization.objects.filter(pk=organization_id, blacklisted_at__isnull=True).update(
        blacklisted_at=at, blacklist_reason=reason.strip()
    )
    if not changed:
        raise Refused(BLACKLISTED_ALREADY.about(organization(organization_id).name))


@operation("organization.clear_blacklist")
def clear_blacklist(*, organization_id: int, actor: Actor, at: datetime) -> None:
    """Take an organisation off the blacklist; nothing happens when it is not on it."""
    Organization.objects.filter(pk=organization_id).update(blacklisted_at=None, blacklist_reason="")


@operation("organization.grade")
def grade_organization(*, organization_id: int, grade: ServiceGrade, actor: Actor, at: datetime) -> None:
    """Set the service grade of an organisation (P4-51, S12-F); `Refused` when there is no such organisation."""
    if not Organization.objects.filter(pk=organization_id).update(grade=grade):
        organization(organization_id)

"""Reads of staff and branches."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.security.models import ApiToken, Appointment, AuditOperation, Branch, Role, Staff
from trunkline.security.types import Actor, BranchView, Channel, Door, StaffView, TokenView

#: The company whose branches the branches are.
OPERATOR = "中国联合网络通信有限公司"
#: The staff member that unattended work is done by.
SYSTEM_LOGIN = "system"
#: The company whose branches the branches are is a branch itself: the provincial one.
PROVINCE_CODE = "AH"

NO_SUCH_STAFF = Refusal(
    "staff.unknown", "", Text("没有这个员工：{subject}", "No such staff member: {subject}")
)


UNKNOWN_TOKEN = Refusal("token.unknown", "P5-2", Text("令牌无效", "The token is not valid"))
TOKEN_REVOKED = Refusal("token.revoked", "P5-2", Text("令牌已注销", "The token has been revoked"))
TOKEN_EXPIRED = Refusal("token.expired", "P5-2", Text("令牌已过期", "The token has expired"))


def _branch(row: Branch) -> BranchView:
    return BranchView(row.pk, row.code, row.name, row.name_en, row.city_code)


def branches() -> tuple[BranchView, ...]:
    """Every branch, by code."""
    return tuple(_branch(row) for row in Branch.objects.order_by("code"))


def branch(branch_id: int) -> BranchView:
    """The branch that a row names; to name one that does not exist is a fault of the program."""
    return _branch(Branch.objects.get(pk=branch_id))


def company_name(branch_id: int) -> str:
    """The name under which a branch signs and issues papers: the operator's with its own after it (Q-15)."""
    return OPERATOR + branch(branch_id).name


def _actor(staff: Staff, door: Door) -> Actor:
    appointments = list(
        Appointment.objects.filter(staff=staff, ended_at__isnull=True).select_related("role").order_by("id")
    )
    everywhere = any(a.branch_id is None for a in appointments)
    own = {a.branch_id for a in appointments if a.branch_id is not None}
    ids = Branch.objects.order_by("id").values_list("id", flat=True) if everywhere else sorted(own)
    return Actor(
        staff_id=staff.pk,
        login=staff.login,
        name=staff.name,
        branch_id=staff.branch_id,
        branch_ids=tuple(ids),
        permissions=frozenset(p for a in appointments for p in a.role.permissions),
        door=door,
        channel=Channel(appointments[0].role.channel) if appointments else Channel.BACK_OFFICE,
    )


def actor_by_login(login: str, door: Door) -> Actor:
    """The actor behind a login; `Refused` (``staff.unknown``) when there is none or it is closed."""
    staff = Staff.objects.filter(login=login, is_active=True).first()
    if staff is None:
        raise Refused(NO_SUCH_STAFF.about(login))
    return _actor(staff, door)


def actor_by_id(staff_id: int, door: Door) -> Actor:
    """The actor with a staff id, as a job carries it; `Refused` when there is none or it is closed."""
    staff = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if staff is None:
        raise Refused(NO_SUCH_STAFF.about(str(staff_id)))
    return _actor(staff, door)


def actor_of_user(user: AbstractBaseUser | AnonymousUser, door: Door) -> Actor | None:
    """The actor of a logged-in session, or None for a visitor."""
    return _actor(user, door) if isinstance(user, Staff) and user.is_active else None


def digest_of(secret: str) -> str:
    """What is kept of a token's secret. It is 256 random bits, so that one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def actor_by_token(secret: str, at: datetime) -> Actor:
    """The actor behind a token: its own entry among the staff, in its branch, with its role, through its channel.

    `Refused` (``token.unknown``, ``token.revoked``, ``token.expired``) when it lets nobody in. Works before anyone
    acts: the table shows nobody another branch's tokens, the function it asks answers for one digest only.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT staff_id, branch_id, role_id, channel, expires_at, revoked_at FROM trunkline_token(%s)",
            [digest_of(secret)],
        )
        row = cursor.fetchone()
    staff = Staff.objects.filter(pk=row[0], is_active=True).first() if row else None
    if row is None or staff is None:
        raise Refused(UNKNOWN_TOKEN)
    _, branch_id, role_id, channel, expires_at, revoked_at = row
    if revoked_at is not None:
        raise Refused(TOKEN_REVOKED)
    if expires_at <= at:
        raise Refused(TOKEN_EXPIRED)
    return Actor(
        staff_id=staff.pk,
        login=staff.login,
        name=staff.name,
        branch_id=branch_id,
        branch_ids=(branch_id,),
        permissions=frozenset(Role.objects.get(pk=role_id).permissions),
        door=Door.API,
        channel=Channel(channel),
    )


def token_view(row: ApiToken) -> TokenView:
    """A token as others may see it."""
    return TokenView(
        row.pk,
        row.name,
        row.branch_id,
        row.role.code,
        Channel(row.channel),
        row.issued_at,
        row.expires_at,
        row.revoked_at,
    )


def tokens() -> tuple[TokenView, ...]:
    """The tokens of the actor's branches, by name."""
    return tuple(token_view(row) for row in ApiToken.objects.select_related("role").order_by("name"))


def system_actor(door: Door) -> Actor:
    """The actor of unattended work."""
    return actor_by_login(SYSTEM_LOGIN, door)


def web_hall_login(branch_code: str) -> str:
    """The login of a branch's web hall among the staff; nobody can log in as it, and no person's has a colon."""
    return f"web:{branch_code}"


def web_hall_actor(branch_id: int) -> Actor | None:
    """Who acts for customers in the web hall of a branch; None when there is no such branch."""
    found = Branch.objects.filter(pk=branch_id).first()
    return actor_by_login(web_hall_login(found.code), Door.WEB) if found is not None else None


def reception() -> Actor:
    """Who looks up to which branch a customer belongs before anybody acts for him: sees all branches, may do nothing."""
    return replace(
        actor_by_login(web_hall_login(PROVINCE_CODE), Door.WEB),
        branch_ids=tuple(Branch.objects.order_by("id").values_list("id", flat=True)),
        permissions=frozenset(),
    )


def staff_members() -> tuple[StaffView, ...]:
    """All staff, by login."""
    roles: dict[int, list[str]] = {}
    for appointment in (
        Appointment.objects.filter(ended_at__isnull=True).select_related("role").order_by("id")
    ):
        roles.setdefault(appointment.staff_id, []).append(appointment.role.code)
    return tuple(
        StaffView(s.pk, s.login, s.name, s.branch_id, tuple(roles.get(s.pk, ())), s.is_active)
        for s in Staff.objects.order_by("login")
    )


def staff_names(staff_ids: set[int]) -> dict[int, str]:
    """Names by staff id."""
    return dict(Staff.objects.filter(pk__in=staff_ids).values_list("pk", "name"))


def recent_operations(limit: int = 100) -> tuple[dict[str, object], ...]:
    """The newest audit rows the actor may see: time, verb, staff, door, number of rows changed."""
    rows = AuditOperation.objects.select_related("staff").order_by("-recorded_at")[:limit]
    return tuple(
        {
            "id": str(row.pk),
            "at": row.at,
            "recorded_at": row.recorded_at,
            "verb": row.verb,
            "staff": row.staff.name,
            "door": row.door,
            "channel": row.channel,
            "arguments": row.arguments,
        }
        for row in rows
    )

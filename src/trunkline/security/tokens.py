"""Verbs on tokens: how another system is let in, and shut out again."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password

from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.security.audit import operation
from trunkline.security.models import ApiToken, Appointment, Branch, Role, Staff
from trunkline.security.operations import UNKNOWN_ROLE
from trunkline.security.queries import digest_of, token_view
from trunkline.security.types import Actor, Channel, IssuedToken, TokenView

#: Marks a secret as one of ours, for people who find one and for scanners of source code.
PREFIX = "tkl_"
SYSTEM_ROLE = "system"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,35}")

NAME_UNFIT = Refusal(
    "token.name_unfit",
    "",
    Text(
        "令牌名称为2至36位小写字母、数字、点或连字符：{subject}",
        "A token's name is 2 to 36 small letters, digits, dots or hyphens: {subject}",
    ),
)
NAME_TAKEN = Refusal(
    "token.name_taken", "", Text("令牌名称已被使用：{subject}", "The token's name is taken: {subject}")
)
UNKNOWN_BRANCH = Refusal("branch.unknown", "", Text("没有这个单位：{subject}", "No such branch: {subject}"))
ROLE_TOO_WIDE = Refusal(
    "token.role_too_wide",
    "P5-2",
    Text(
        "令牌的权限不能超过签发人自己的权限：{subject}",
        "A token may do no more than whoever issues it: {subject}",
    ),
)
TERM_UNFIT = Refusal(
    "token.term_unfit", "", Text("令牌的到期时间须在签发之后", "A token must expire after it is issued")
)
NO_SUCH_TOKEN = Refusal("token.unknown", "", Text("没有这个令牌：{subject}", "No such token: {subject}"))
REVOKED_ALREADY = Refusal(
    "token.revoked_already", "", Text("令牌已注销：{subject}", "The token is revoked already: {subject}")
)


@operation("token.issue")
def issue_token(
    *,
    name: str,
    branch_code: str,
    role: str,
    channel: Channel | None = None,
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> IssuedToken:
    """Let another system in: one role in one branch, through `channel` (the role's own unless given).

    It gets an entry among the staff that nobody can log in as, so that the trail tells it apart and its queued
    orders have somebody who acts. A name is used once: a new secret is a new token. `Refused` when the name is
    unfit or taken, the branch or role unknown, the term over, or the role wider than the issuer's own (P5-2).
    """
    branch = Branch.objects.filter(code=branch_code, pk__in=actor.branch_ids).first()
    held = Role.objects.filter(code=role).exclude(code=SYSTEM_ROLE).first()
    raise_if_any(
        [
            *([] if _NAME.fullmatch(name) else [NAME_UNFIT.about(name)]),
            *([NAME_TAKEN.about(name)] if Staff.objects.filter(login=_login(name)).exists() else []),
            *([UNKNOWN_BRANCH.about(branch_code)] if branch is None else []),
            *([UNKNOWN_ROLE.about(role)] if held is None else []),
            *(
                ROLE_TOO_WIDE.about(permission)
                for permission in (held.permissions if held else ())
                if not actor.may(permission)
            ),
            *([TERM_UNFIT] if expires_at <= at else []),
        ]
    )
    assert branch is not None and held is not None  # noqa: S101 - refused above otherwise
    staff = Staff.objects.create(login=_login(name), name=name, branch=branch, password=make_password(None))
    Appointment.objects.create(staff=staff, role=held, branch=branch)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        name=name,
        digest=digest_of(secret),
        staff=staff,
        branch=branch,
        role=held,
        channel=channel or held.channel,
        issued_by_id=actor.staff_id,
        issued_at=at,
        expires_at=expires_at,
    )
    return IssuedToken(token_view(row), secret)


@operation("token.revoke")
def revoke_token(*, name: str, actor: Actor, at: datetime) -> TokenView:
    """Shut a system out from the next request on. What it has queued is still carried out."""
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("role").filter(name=name).first()
    if row is None:
        raise Refused(NO_SUCH_TOKEN.about(name))
    if row.revoked_at is not None:
        raise Refused(REVOKED_ALREADY.about(name))
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])
    return token_view(row)


def _login(name: str) -> str:
    """The login of a system's entry among the staff; no person's has a colon."""
    return f"api:{name}"

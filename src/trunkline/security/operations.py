"""Verbs on staff and branches."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.security.audit import operation
from trunkline.security.models import Appointment, Branch, Role, Staff
from trunkline.security.queries import PROVINCE_CODE, SYSTEM_LOGIN, web_hall_login
from trunkline.security.roles import ROLES
from trunkline.security.types import Actor, Channel, Door

WEB_HALL_ROLE = "web_hall"

LOGIN_TAKEN = Refusal(
    "staff.login_taken", "", Text("登录名已被使用：{subject}", "The login is taken: {subject}")
)
UNKNOWN_ROLE = Refusal("staff.role_unknown", "", Text("没有这个岗位：{subject}", "No such role: {subject}"))


def install_system() -> Actor:
    """Bring roles, the provincial company and the system staff member into being; safe to repeat.

    Runs before anyone can act, so it is the one writer without an actor. Staff tables are not audited by trigger
    for that reason; their operations leave audit rows.
    """
    for declared in ROLES:
        Role.objects.update_or_create(
            code=declared.code,
            defaults={
                "title": declared.title.zh,
                "title_en": declared.title.en,
                "channel": declared.channel,
                "permissions": list(declared.permissions),
            },
        )
    province, _ = Branch.objects.get_or_create(
        code=PROVINCE_CODE, defaults={"name": "省公司", "name_en": "Provincial company", "city_code": "3400"}
    )
    staff, _ = Staff.objects.get_or_create(
        login=SYSTEM_LOGIN, defaults={"name": "系统", "branch": province, "password": make_password(None)}
    )
    Appointment.objects.get_or_create(staff=staff, role=Role.objects.get(code="system"), branch=None)
    for branch in Branch.objects.order_by("id"):
        _open_web_hall(branch)
    return Actor(
        staff_id=staff.pk,
        login=SYSTEM_LOGIN,
        name=staff.name,
        branch_id=province.pk,
        branch_ids=tuple(Branch.objects.order_by("id").values_list("id", flat=True)),
        permissions=frozenset({"*"}),
        door=Door.CLI,
        channel=Channel.BACK_OFFICE,
    )


def _open_web_hall(branch: Branch) -> None:
    """Let the web hall act in a branch: its entry among the staff, which has no password."""
    staff, _ = Staff.objects.get_or_create(
        login=web_hall_login(branch.code),
        defaults={"name": "网上营业厅", "branch": branch, "password": make_password(None)},
    )
    role = Role.objects.get(code=WEB_HALL_ROLE)
    Appointment.objects.get_or_create(staff=staff, role=role, branch=branch, ended_at=None)


@operation("branch.open")
def open_branch(*, code: str, name: str, name_en: str, city_code: str, actor: Actor, at: datetime) -> int:
    """Open a branch with its web hall, or return the id of the one that has `code`."""
    branch, _ = Branch.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en, "city_code": city_code}
    )
    _open_web_hall(branch)
    return branch.pk


@operation("staff.appoint")
def appoint_staff(
    *,
    login: str,
    name: str,
    password: str,
    branch_code: str,
    roles: tuple[str, ...],
    everywhere: bool = False,
    actor: Actor,
    at: datetime,
) -> int:
    """Create a staff member with roles in one branch (or in all, `everywhere`). Returns the staff id."""
    if Staff.objects.filter(login=login).exists():
        raise Refused(LOGIN_TAKEN.about(login))
    branch = Branch.objects.get(code=branch_code)
    staff = Staff(login=login, name=name, branch=branch)
    staff.set_password(password)
    staff.save()
    for code in roles:
        role = Role.objects.filter(code=code).first()
        if role is None:
            raise Refused(UNKNOWN_ROLE.about(code))
        Appointment.objects.create(staff=staff, role=role, branch=None if everywhere else branch)
    return staff.pk

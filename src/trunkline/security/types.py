"""Who acts, through which door and channel, and what that allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text


class Door(StrEnum):
    """The way into the program."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    JOB = "job"


class Channel(StrEnum):
    """服务渠道 (SID SalesChannel): where a customer is served. The channel is itself a guard (domain 1.0)."""

    OWN_HALL = "own_hall"
    ACCOUNT_MANAGER = "account_manager"
    GRID_MANAGER = "grid_manager"
    WEB_HALL = "web_hall"
    HOTLINE_10010 = "hotline_10010"
    HOTLINE_10019 = "hotline_10019"
    SMS_HALL = "sms_hall"
    BACK_OFFICE = "back_office"


CHANNEL_NAMES = {
    Channel.OWN_HALL: Text("自有营业厅", "Own hall"),
    Channel.ACCOUNT_MANAGER: Text("集团客户经理", "Account manager"),
    Channel.GRID_MANAGER: Text("网格经理", "Grid manager"),
    Channel.WEB_HALL: Text("网上营业厅", "Web hall"),
    Channel.HOTLINE_10010: Text("10010", "10010 hotline"),
    Channel.HOTLINE_10019: Text("10019", "10019 hotline"),
    Channel.SMS_HALL: Text("短信营业厅", "SMS hall"),
    Channel.BACK_OFFICE: Text("后台", "Back office"),
}

NOT_PERMITTED = Refusal(
    "permission.missing",
    "P5-2",
    Text("您的岗位没有此项权限：{permission}", "Your role does not include this permission: {permission}"),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A staff member at work: every operation, page, command and job has one.

    `permissions` holds verbs (``agreement.draft``) and families (``agreement.*``, ``*``). `branch_ids` are the
    branches whose rows the database shows.
    """

    staff_id: int
    login: str
    name: str
    branch_id: int
    branch_ids: tuple[int, ...]
    permissions: frozenset[str]
    door: Door
    channel: Channel

    def may(self, permission: str) -> bool:
        """Whether a role grants `permission`, itself or by a family."""
        if permission in self.permissions or "*" in self.permissions:
            return True
        parts = permission.split(".")
        return any(".".join(parts[:n]) + ".*" in self.permissions for n in range(1, len(parts)))

    def require(self, permission: str) -> None:
        """Raise `Refused` unless `may(permission)`."""
        if not self.may(permission):
            raise Refused(NOT_PERMITTED.filled(permission=permission))

    def through(self, door: Door) -> Actor:
        """The same person at another door."""
        return replace(self, door=door)


@dataclass(frozen=True, slots=True)
class BranchView:
    """分公司/营业单位."""

    id: int
    code: str
    name: str
    name_en: str
    city_code: str


@dataclass(frozen=True, slots=True)
class StaffView:
    """A staff member as others may see it."""

    id: int
    login: str
    name: str
    branch_id: int
    roles: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    """What another system may do here: one role in one branch, through one channel. The secret is not in it."""

    id: int
    name: str
    branch_id: int
    role: str
    channel: Channel
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its secret, which is shown this once and kept nowhere."""

    token: TokenView
    secret: str

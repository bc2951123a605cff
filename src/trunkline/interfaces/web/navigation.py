"""The menu: what stands in it, and who sees it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from trunkline.security.types import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu: shown to those with `permission`, marked on pages whose path begins with `root`."""

    page: str
    icon: str
    title: str
    permission: str
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    entries: tuple[Entry, ...]


def _groups() -> tuple[Group, ...]:
    return (
        Group(
            "",
            (Entry("staff:home", "layout-dashboard", _("工作台"), "organization.view", ("/",)),),
        ),
        Group(
            _("客户服务"),
            (
                Entry(
                    "party:list",
                    "building",
                    _("单位客户"),
                    "organization.view",
                    ("/organizations/", "/lines/"),
                ),
                Entry(
                    "agreements:list", "file-certificate", _("入网协议"), "agreement.view", ("/agreements/",)
                ),
                Entry(
                    "counter:list", "clipboard-list", _("业务受理"), "order.view", ("/orders/", "/visits/")
                ),
                Entry("products:list", "link", _("电路与产品"), "installation.view", ("/products/",)),
                Entry("care:list", "phone-call", _("工单"), "ticket.view", ("/tickets/",)),
                Entry("hotline:enter", "phone-call", _("热线服务"), "hotline.view", ("/hotline/",)),
                Entry("counter:rulebook", "book", _("规则手册"), "order.view", ("/rulebook/",)),
                Entry("catalog:fees", "tag", _("服务收费"), "catalog.view", ("/fees/",)),
                Entry("catalog:parameters", "settings", _("规则参数"), "catalog.view", ("/parameters/",)),
                Entry("numbers:search", "hash", _("号码资源"), "number.view", ("/numbers/",)),
                Entry("roaming:search", "map-pin", _("漫游目的地"), "catalog.view", ("/roaming/",)),
            ),
        ),
        Group(
            _("账务"),
            (
                Entry(
                    "billing:list",
                    "receipt",
                    _("账单与收款"),
                    "bill.view",
                    ("/bills/", "/payments/", "/accounts/"),
                ),
                Entry("billing:invoices", "file-certificate", _("发票"), "bill.view", ("/invoices/",)),
                Entry(
                    "billing:prepayments", "clock", _("待退国际预付款"), "payment.view", ("/prepayments/",)
                ),
                Entry("billing:breaches", "alert-triangle", _("违约处理"), "agreement.view", ("/breaches/",)),
                Entry("billing:runs", "calculator", _("出账"), "bill.view", ("/bill-runs/",)),
                Entry("billing:usage", "database-import", _("话单"), "usage.view", ("/usage/",)),
            ),
        ),
        Group(
            _("监督"),
            (
                Entry("outbox:list", "send", _("消息"), "message.view", ("/messages/",)),
                Entry("oversight:audit", "history", _("操作留痕"), "audit.view", ("/audit/",)),
                Entry("oversight:verify", "shield-check", _("数据核查"), "verify.view", ("/verify/",)),
            ),
        ),
    )


def menu(actor: Actor) -> tuple[Group, ...]:
    """What `actor` may open, in the session's language; empty groups fall away."""
    permitted = (
        Group(group.title, tuple(entry for entry in group.entries if actor.may(entry.permission)))
        for group in _groups()
    )
    return tuple(group for group in permitted if group.entries)

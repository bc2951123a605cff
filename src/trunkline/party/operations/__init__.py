"""The verbs of organisations, handlers, contacts and billing accounts."""

from trunkline.party.operations.changing import CUSTOMER_FIELDS, change_accounts, change_organization
from trunkline.party.operations.registering import (
    add_contact,
    complete_identity,
    open_accounts,
    pinyin_key,
    register_handler,
    register_organization,
)
from trunkline.party.operations.standing import (
    blacklist_organization,
    clear_blacklist,
    grade_organization,
)

__all__ = [
    "CUSTOMER_FIELDS",
    "add_contact",
    "blacklist_organization",
    "change_accounts",
    "change_organization",
    "clear_blacklist",
    "complete_identity",
    "grade_organization",
    "open_accounts",
    "pinyin_key",
    "register_handler",
    "register_organization",
]

"""The verbs of messages."""

from trunkline.messaging.operations.posting import POSTED_ALREADY, post_email, post_line_messages
from trunkline.messaging.operations.sending import hand_over, settle
from trunkline.messaging.operations.tending import (
    EXPIRED_ALREADY,
    NOT_FAILED,
    SECRET_GONE,
    UNKNOWN_MESSAGE,
    expire_messages,
    keep_receipts,
    recover_messages,
    retry_message,
)

__all__ = [
    "EXPIRED_ALREADY",
    "NOT_FAILED",
    "POSTED_ALREADY",
    "SECRET_GONE",
    "UNKNOWN_MESSAGE",
    "expire_messages",
    "hand_over",
    "keep_receipts",
    "post_email",
    "post_line_messages",
    "recover_messages",
    "retry_message",
    "settle",
]

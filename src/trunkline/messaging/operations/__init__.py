"""The verbs of messages."""

from trunkline.messaging.operations.posting import POSTED_ALREADY, post_email, post_line_messages

__all__ = ["POSTED_ALREADY", "post_email", "post_line_messages"]

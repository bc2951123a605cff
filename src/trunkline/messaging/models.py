"""Tables of messages. The audit trail copies whole rows, so words, secrets and files stand in tables it does not copy."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trunkline.kernel.fields import Reference
from trunkline.messaging.types import MessageKind, MessageState, Purpose, Trouble


class OutgoingMessage(models.Model):
    """A message to one number or address: whom it goes to, and how far it has come."""

    branch = Reference("security.Branch", db_index=False)
    kind = models.CharField(max_length=5, choices=[(c, c) for c in MessageKind])
    purpose = models.CharField(max_length=20, choices=[(c, c) for c in Purpose])
    recipient = models.CharField(max_length=254)
    #: The line a message goes to; lines stand on a higher floor than messages, so no foreign key.
    line_id = models.BigIntegerField(null=True)
    secret = models.BooleanField(default=False)
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=[(c, c) for c in MessageState])
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    #: What the network said became of it, where it says so.
    receipt = models.CharField(max_length=20, blank=True)
    trouble = models.CharField(max_length=12, blank=True, choices=[(c, c) for c in Trouble])
    #: The gateway's own words, never those of the message.
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="message_posted_once"),
            models.CheckConstraint(condition=Q(kind__in=[*MessageKind]), name="message_kind"),
            models.CheckConstraint(condition=Q(purpose__in=[*Purpose]), name="message_purpose"),
            models.CheckConstraint(condition=Q(state__in=[*MessageState]), name="message_state"),
            models.CheckConstraint(condition=Q(trouble__in=["", *Trouble]), name="message_trouble"),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENDING, lease__isnull=False, leased_until__isnull=False)
                | (~Q(state=MessageState.SENDING) & Q(lease__isnull=True, leased_until__isnull=True)),
                name="message_leased_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(line_id__isnull=True, kind=MessageKind.EMAIL, secret=False)
                | Q(line_id__isnull=False, kind__in=[MessageKind.SMS, MessageKind.VOICE]),
                name="message_to_line_or_address",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="message_expires_later",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_at", "id"],
                condition=Q(state=MessageState.WAITING),
                name="messages_waiting_to_go",
            ),
            models.Index(
                fields=["leased_until"], condition=Q(state=MessageState.SENDING), name="messages_being_sent"
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state=MessageState.WAITING, expires_at__isnull=False),
                name="messages_that_expire",
            ),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="messages_by_reference"),
            models.Index(fields=["state", "-id"], name="messages_by_state"),
        ]


class MessageContent(models.Model):
    """The words of a message that is no secret."""

    message = models.OneToOneField(OutgoingMessage, models.PROTECT, related_name="content")
    branch = Reference("security.Branch", db_index=False)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()


class MessageSecret(models.Model):
    """The words of a secret message, enciphered; taken away for good once the message has left or never will."""

    message = models.OneToOneField(OutgoingMessage, models.PROTECT, related_name="secret_words")
    branch = Reference("security.Branch", db_index=False)
    ciphertext = models.BinaryField(null=True)


class MessageAttachment(models.Model):
    """A file that goes with an e-mail."""

    message = models.ForeignKey(OutgoingMessage, models.PROTECT, related_name="attachments")
    branch = Reference("security.Branch", db_index=False)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()

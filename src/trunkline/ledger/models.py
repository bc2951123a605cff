"""Tables of the ledger. Entries and postings are written once and never changed; a mistake is reversed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trunkline.kernel.fields import Reference
from trunkline.ledger.types import GeneralAccount


class Entry(models.Model):
    """分录. A deferred trigger holds that its postings sum to zero and are at least two."""

    branch = Reference("security.Branch")
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=60)
    at = models.DateTimeField()
    narration = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    operation_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="posted_once")]


class Posting(models.Model):
    """One leg of an entry: debit positive, credit negative, never zero."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    branch = Reference("security.Branch")
    general_account = models.CharField(max_length=24, choices=[(c, c) for c in GeneralAccount])
    account = Reference("party.Account", null=True)
    subject = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero"),
            models.CheckConstraint(condition=Q(general_account__in=[*GeneralAccount]), name="posting_account"),
        ]
        indexes = [models.Index(fields=["account", "general_account", "subject"], name="postings_of_account")]

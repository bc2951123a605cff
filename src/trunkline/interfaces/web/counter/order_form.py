"""What every order's form asks for: who applies, which papers were shown, and a key against sending twice."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.interfaces.web.counter.papers import PaperFieldsMixin
from trunkline.ordering.item import Paper, ServiceItem
from trunkline.party.types import HandlerView


class AppearanceForm(PaperFieldsMixin):
    """Who stands at the desk, and with which papers."""

    handler_required = False
    handler = forms.TypedChoiceField(label=_("经办人"), coerce=int, required=False, widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, papers: Sequence[Paper], handlers: Sequence[HandlerView], **kwargs: Any
    ) -> None:
        initial = {"handler": handlers[0].id if handlers else None}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.handlers = tuple(handlers)
        self.add_papers(papers)
        chooser = cast(forms.TypedChoiceField, self.fields["handler"])
        chooser.required = self.handler_required
        chooser.choices = [(handler.id, handler.name) for handler in handlers]


class OrderForm(AppearanceForm):
    """The form of one item's order for one organisation. What is wrong with its answers the desk says."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, item: ServiceItem[Any, Any], **kwargs: Any) -> None:
        initial = {"idempotency_key": str(uuid.uuid4()), **kwargs.pop("initial", {})}
        super().__init__(*args, papers=item.papers, initial=initial, **kwargs)
        self.item = item

"""Forms of the desk: plain fields with the look of the house, and what contexts' values need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.interfaces.web.words import choices_of
from trunkline.kernel.periods import Month
from trunkline.ordering.fields import Field, FieldKind

#: The largest file a page takes (the number table of 50,000 members has about 4 MB).
UPLOAD_LIMIT = 20 * 1024 * 1024


class DeskForm(forms.Form):
    """A form whose widgets carry the classes of the stylesheet. It checks syntax only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._dress(self.fields.values())

    def add_fields(self, fields: Mapping[str, forms.Field]) -> None:
        """Fields that only the request knows of."""
        self.fields.update(fields)
        self._dress(fields.values())

    def _dress(self, fields: Iterable[forms.Field]) -> None:
        look = {"checkbox": "form-check-input", "radio": "form-check-input", "select": "form-select"}
        for field in fields:
            kind = getattr(field.widget, "input_type", "textarea")
            field.widget.attrs.setdefault("class", look.get(kind, "form-control"))

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] = f"{attrs.get('class', '')} is-invalid"
                attrs["aria-invalid"] = "true"


class CodeField(forms.TypedChoiceField):
    """One value of an enumeration, by its words in the session's language."""

    def __init__(self, kind: type[StrEnum], *, empty: Any = "—", **kwargs: Any) -> None:
        def choices() -> list[tuple[str, Any]]:
            first: list[tuple[str, Any]] = [] if kwargs.get("required", True) else [("", empty)]
            return first + choices_of(kind, get_language() or "zh-hans")

        kwargs.setdefault("empty_value", None)
        super().__init__(choices=choices, coerce=kind, **kwargs)


class MoneyField(forms.DecimalField):
    """Yuan, exact to the fen."""

    def __init__(self, *, minimum: str = "0.01", **kwargs: Any) -> None:
        super().__init__(
            max_digits=14,
            decimal_places=2,
            min_value=Decimal(minimum) if minimum else None,
            localize=False,
            **kwargs,
        )
        self.widget.attrs.update(
            {"inputmode": "decimal", "autocomplete": "off", "class": "form-control money"}
        )


class DayField(forms.DateField):
    """A calendar day, picked in the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            **kwargs,
        )


class MonthField(forms.CharField):
    """A month (YYYY-MM), picked in the browser's own picker; cleans to `Month`."""

    default_error_messages = {"not_a_month": _("请填写月份，例如 2026-10。")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["not_a_month"], code="not_a_month") from error


class UploadField(forms.FileField):
    """A file no larger than `UPLOAD_LIMIT`, with one of `endings`."""

    default_error_messages = {
        "too_large": _("文件不能超过 20 MB。"),
        "wrong_kind": _("只接受这些文件：%(endings)s。"),
    }

    def __init__(self, *, endings: tuple[str, ...], **kwargs: Any) -> None:
        self.endings = endings
        super().__init__(widget=forms.ClearableFileInput(attrs={"accept": ",".join(endings)}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload is None:
            return None
        if upload.size > UPLOAD_LIMIT:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        if not upload.name.lower().endswith(self.endings):
            endings = "、".join(self.endings)
            raise ValidationError(
                self.error_messages["wrong_kind"], code="wrong_kind", params={"endings": endings}
            )
        return upload


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """Any number of scanned pages; what they are the desk says, by their content."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"accept": ".pdf,.jpg,.jpeg,.png", "multiple": True}
        super().__init__(required=False, widget=_Files(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one = super().clean
        uploads = [one(upload, initial) for upload in data or []]
        if sum(upload.size for upload in uploads) > UPLOAD_LIMIT:
            raise ValidationError(UploadField.default_error_messages["too_large"], code="too_large")
        return uploads


def asked_field(field: Field, language: str) -> forms.Field:
    """A declared field on a page. What is missing or malformed the desk says, with its clause."""
    said: dict[str, Any] = {
        "label": field.label.in_language(language),
        "required": False,
        "help_text": field.help.in_language(language) if field.help else "",
    }
    if field.kind is FieldKind.FLAG:
        return forms.BooleanField(**said)
    if field.kind is FieldKind.CHOICE:
        choices = [("", "—"), *((code, text.in_language(language)) for code, text in field.options())]
        return forms.ChoiceField(choices=choices, **said)
    widget = {
        FieldKind.LONG_TEXT: forms.Textarea(attrs={"rows": 2}),
        FieldKind.DATE: forms.DateInput(attrs={"type": "date"}),
        FieldKind.MONEY: forms.TextInput(attrs={"inputmode": "decimal", "class": "form-control money"}),
        FieldKind.NUMBER: forms.TextInput(attrs={"inputmode": "numeric"}),
    }.get(field.kind, forms.TextInput())
    return forms.CharField(widget=widget, **said)


def iso(day: date) -> str:
    """A day as a date input takes it."""
    return day.isoformat()

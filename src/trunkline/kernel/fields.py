"""Model fields shared by the contexts."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class _Closed:
    """The accessor of a `Reference`: the other context's row is private."""

    def __init__(self, field: models.ForeignKey[Any, Any]) -> None:
        self.field = field

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if instance is not None:
            self._refuse()
        return self

    def __set__(self, instance: object, value: object) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise AttributeError(
            f"{self.field.name} lies in another context: use {self.field.attname} and its queries"
        )


class Reference(models.ForeignKey[Any, Any]):
    """A foreign key into another context: PostgreSQL checks it, Python cannot walk through it.

    Only `<name>_id` is readable. Contexts hand each other frozen dataclasses from `queries` instead of rows.
    """

    forward_related_accessor_class = _Closed

    def __init__(self, to: str, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("on_delete", None)
        kwargs["related_name"] = "+"
        super().__init__(to, models.PROTECT, *args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("related_name", None)
        return name, path, args, kwargs

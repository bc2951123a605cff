"""The fields of papers: number, and what the clerk saw and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from trunkline.interfaces.web.fields import DeskForm, ScansField
from trunkline.ordering.item import Paper
from trunkline.ordering.types import PaperKind, Scan, ShownPaper

_MARKS = ("original_seen", "sealed", "copy_kept")


@dataclass(frozen=True, slots=True)
class PaperFields:
    """The fields of one paper, with what the item asks of it."""

    paper: Paper
    instead: BoundField | None
    reference: BoundField
    original_seen: BoundField
    sealed: BoundField
    copy_kept: BoundField
    scans: BoundField


class PaperFieldsMixin(DeskForm):
    """A form that asks for the papers of an item."""

    papers: tuple[Paper, ...] = ()

    def add_papers(self, papers: Iterable[Paper]) -> None:
        """Ask for these papers."""
        self.papers = tuple(papers)
        for paper in self.papers:
            self.add_fields(_fields(paper))

    def paper_fields(self) -> list[PaperFields]:
        """The fields of each paper in the order of the declaration."""
        return [
            PaperFields(
                paper,
                self[f"paper_{paper.kind}_instead"] if paper.alternative else None,
                self[f"paper_{paper.kind}_reference"],
                *(self[f"paper_{paper.kind}_{name}"] for name in (*_MARKS, "scans")),
            )
            for paper in self.papers
        ]

    def shown_papers(self) -> tuple[ShownPaper, ...]:
        """The papers as the clerk filled them in; those left blank were not shown."""
        shown = []
        for paper in self.papers:
            given: dict[str, Any] = {
                name: self.cleaned_data.get(f"paper_{paper.kind}_{name}") for name in ("reference", *_MARKS)
            }
            reference, marks = (given["reference"] or "").strip(), [bool(given[mark]) for mark in _MARKS]
            if reference or any(marks) or self.cleaned_data.get(f"paper_{paper.kind}_scans"):
                shown.append(ShownPaper(self._kind(paper), reference, *marks))
        return tuple(shown)

    def scans(self) -> tuple[Scan, ...]:
        """The pages that were scanned, paper by paper (S01-R2)."""
        return tuple(
            Scan(self._kind(paper), upload.name, upload.read())
            for paper in self.papers
            for upload in self.cleaned_data.get(f"paper_{paper.kind}_scans") or ()
        )

    def _kind(self, paper: Paper) -> PaperKind:
        instead = paper.alternative and self.cleaned_data.get(f"paper_{paper.kind}_instead")
        return paper.alternative if paper.alternative and instead else paper.kind


def _fields(paper: Paper) -> dict[str, forms.Field]:
    key = f"paper_{paper.kind}"
    fields: dict[str, forms.Field] = {
        f"{key}_reference": forms.CharField(label=_("编号"), max_length=60, required=False),
        f"{key}_original_seen": forms.BooleanField(label=_("已核原件"), required=False),
        f"{key}_sealed": forms.BooleanField(label=_("已盖公章"), required=False),
        f"{key}_copy_kept": forms.BooleanField(label=_("已留复印件"), required=False),
        f"{key}_scans": ScansField(label=_("扫描件")),
    }
    if paper.alternative:
        fields[f"{key}_instead"] = forms.BooleanField(label=_("以替代资料办理"), required=False)
    return fields

"""Usage files: what was taken, what was rejected and why."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.interfaces.web.billing.forms import UsageForm
from trunkline.interfaces.web.page import StaffRequest, done, leafed, page, submitted
from trunkline.rating import queries
from trunkline.runs import intake


def _files_page(request: StaffRequest, form: UsageForm) -> HttpResponse:
    return render(request, "billing/usage.html", {**leafed(request, queries.usage_files), "form": form})


@page("usage.view")
def list_files(request: StaffRequest) -> HttpResponse:
    """Usage files, the newest first, with their control totals."""
    return _files_page(request, UsageForm())


@page("usage.take", methods=("POST",))
def upload(request: StaffRequest) -> HttpResponse:
    """Take a usage file in. A file that was taken before changes nothing."""
    form = UsageForm(request.POST, request.FILES)
    if submitted(request, form):
        with tempfile.TemporaryDirectory() as folder:
            path = _saved(form.cleaned_data["file"], Path(folder))
            result = intake.take_usage_file(path=path, actor=request.actor, at=request.at)
        if result.already_taken:
            return done(request, _("这个文件以前收过，没有重复收取。"), "billing:usage_file", result.file_id)
        words = _(
            "已收话单 %(name)s：共 %(records)s 条，接受 %(accepted)s，重复 %(duplicates)s，拒收 %(rejected)s。"
        )
        counts = {
            name: getattr(result, name) for name in ("name", "records", "accepted", "duplicates", "rejected")
        }
        return done(request, words % counts, "billing:usage_file", result.file_id)
    return _files_page(request, form)


def _saved(upload: UploadedFile, folder: Path) -> Path:
    # Only the last part of the name is kept: a name from outside must not lead anywhere.
    path = folder / Path(str(upload.name)).name
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return path


@page("usage.view")
def show(request: StaffRequest, file_id: int) -> HttpResponse:
    """A usage file with the rows that were not taken."""
    context = {
        "file": queries.usage_file(file_id),
        "reasons": queries.reject_reasons(file_id),
        **leafed(request, lambda limit, offset: queries.rejects(file_id, limit, offset)),
    }
    return render(request, "billing/usage_file.html", context)

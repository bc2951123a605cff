"""Login and the home page."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import render

from trunkline.interfaces.web.page import StaffRequest, page, public
from trunkline.interfaces.web.staff.dashboard import dashboard
from trunkline.interfaces.web.staff.forms import LoginForm

login = public(
    LoginView.as_view(
        template_name="staff/login.html", authentication_form=LoginForm, redirect_authenticated_user=True
    )
)


@page("organization.view")
def home(request: StaffRequest) -> HttpResponse:
    """What is open in the branch today."""
    return render(request, "staff/home.html", dashboard(request.actor, request.at))

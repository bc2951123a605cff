"""Addresses of installed products."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.products import ordering, views, work

app_name = "products"
urlpatterns = [
    path("products/", views.list_products, name="list"),
    path("products/tasks/", views.list_tasks, name="tasks"),
    path("products/order/<int:organization_id>/", ordering.choose, name="choose"),
    path("products/order/<int:organization_id>/<slug:code>/", ordering.order, name="order"),
    path("products/order/<int:organization_id>/<slug:code>/check/", ordering.check, name="check"),
    path("products/sheets/<slug:code>.xlsx", ordering.sheet, name="sheet"),
    path("products/<int:installation_id>/", views.show, name="show"),
    path("products/<int:installation_id>/tasks/<int:task_id>/finish/", work.finish, name="finish"),
    path("products/<int:installation_id>/tasks/<int:task_id>/fail/", work.fail, name="fail"),
    path("products/<int:installation_id>/tasks/<int:task_id>/reopen/", work.reopen, name="reopen"),
    path("products/<int:installation_id>/withdraw/", work.withdraw, name="withdraw"),
    path("products/<int:installation_id>/excuse/", work.excuse, name="excuse"),
    path("products/<int:installation_id>/change/", work.change, name="change"),
    path("products/<int:installation_id>/remove/", work.remove, name="remove"),
]

"""Addresses of the app: what a signed-in person uses, and the public home page."""

from django.urls import path

from sync.views import dashboard, home

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
]

"""Addresses of the app: what a signed-in person uses."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

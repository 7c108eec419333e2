"""Addresses of sign-in, connections and settings."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]

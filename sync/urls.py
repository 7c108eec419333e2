"""Addresses of the app: what a signed-in person uses, and the public home page."""

from django.urls import path

from sync.views import (
    activity,
    dashboard,
    edit,
    ending,
    explain,
    home,
    pair,
    settings,
    source,
    styleguide,
    verification,
    wizard,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("activity/", activity.index, name="activity"),
    path("explain/", explain.explain, name="explain"),
    path("settings/", settings.settings, name="settings"),
    path("calendars/refresh/", wizard.refresh, name="refresh_calendars"),
    path("pairs/new/", wizard.choose, name="new_pair"),
    path("pairs/new/looks/", wizard.see, name="new_looks"),
    path("pairs/new/review/", wizard.review, name="new_review"),
    path("pairs/new/cancel/", wizard.cancel, name="new_cancel"),
    path("pairs/picture/", wizard.picture, name="picture"),
    path("pairs/<uuid:public_id>/", pair.show, name="pair"),
    path("pairs/<uuid:public_id>/pause/", pair.pause, name="pause"),
    path("pairs/<uuid:public_id>/resume/", pair.resume, name="resume"),
    path("pairs/<uuid:public_id>/sync-now/", pair.sync_now, name="sync_now"),
    path("pairs/<uuid:public_id>/verify/", verification.verify_now, name="verify"),
    path("pairs/<uuid:public_id>/verifications/", verification.index, name="verifications"),
    path(
        "pairs/<uuid:public_id>/verifications/<uuid:verification_id>/attestation/",
        verification.paper,
        name="attestation",
    ),
    path(".well-known/hetk-attestation-keys.json", verification.keys, name="attestation_keys"),
    path("pairs/<uuid:public_id>/edit/", edit.edit, name="edit"),
    path("pairs/<uuid:public_id>/edit/review/", edit.review, name="edit_review"),
    path("pairs/<uuid:public_id>/feed/", source.replace, name="replace_feed"),
    path("pairs/<uuid:public_id>/end/", ending.end, name="end"),
    path("pairs/<uuid:public_id>/ending/", ending.ending, name="ending"),
    path("pairs/<uuid:public_id>/brakes/<int:brake_id>/", pair.decide, name="decide"),
    path("pairs/<uuid:public_id>/activity/", activity.of_pair, name="pair_activity"),
]

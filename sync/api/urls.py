"""Addresses of the API. Ids are taken as text, so that one that cannot be any is answered here, as a problem in JSON."""

from django.urls import path

from sync.api import calendars, checks, page, pairs

app_name = "api"
urlpatterns = [
    path("openapi.json", page.openapi, name="openapi"),
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/<str:public_id>/", calendars.one, name="calendar"),
    path("calendars/<str:public_id>/explain/", calendars.explain, name="explain"),
    path("pairs/", pairs.index, name="pairs"),
    path("pairs/<str:public_id>/", pairs.one, name="pair"),
    path("pairs/<str:public_id>/pause/", pairs.pause, name="pause"),
    path("pairs/<str:public_id>/resume/", pairs.resume, name="resume"),
    path("pairs/<str:public_id>/sync-now/", pairs.sync_now, name="sync_now"),
    path("pairs/<str:public_id>/runs/", pairs.runs, name="runs"),
    path("pairs/<str:public_id>/activity/", pairs.activity, name="activity"),
    path("pairs/<str:public_id>/verifications/", pairs.verifications, name="verifications"),
    path("policy/checks/", checks.domain, name="check"),
    path("<path:rest>", checks.nothing, name="nothing"),
]

"""Where providers send notifications. The watch's public id is in the address, its secret in the message."""

from django.urls import path

from sync.webhooks import google, microsoft

urlpatterns = [
    path("microsoft/<uuid:public_id>/", microsoft.notified, name="hook_microsoft"),
    path("microsoft/<uuid:public_id>/lifecycle/", microsoft.lifecycle, name="hook_microsoft_lifecycle"),
    path("google/<uuid:public_id>/", google.notified, name="hook_google"),
]

"""The person's own settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.audit import Act
from sync import pairs
from sync.access import person, signed_in
from sync.forms import SettingsForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = SettingsForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=("time_zone",))
        if form.changed_data:
            pairs.zone_changed(user)
            audit.record(user, Act.SETTINGS_CHANGED, facts={"what": f"times are told in {user.time_zone}"})
        messages.success(request, f"Times are told in {user.time_zone} now.")
        return redirect("settings")
    context = {"form": form, "connections": user.connections.count(), "now": timezone.localtime()}
    return render(request, "sync/settings.html", context)

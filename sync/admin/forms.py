"""What the desk fills in before it acts: why, and what else an act asks for."""

from datetime import UTC, date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Deletion, User
from billing.plans import PLANS
from sync.admin import again

# Nobody promises more; the end of the calendar itself has no grace after it.
FARTHEST = timedelta(days=3660)


class ReasonForm(forms.Form):
    """Why: the customer reads it in their security history."""

    reason = forms.CharField(min_length=8, max_length=200, help_text="The customer reads this in their history.")

    def __init__(self, data: Any, user: User) -> None:
        """`user`: whom it is about."""
        super().__init__(data)
        self.user = user


class UntilForm(ReasonForm):
    until = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), help_text="The last day, UTC.")

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= timezone.now().astimezone(UTC).date():
            raise forms.ValidationError("That day is not ahead.")
        if until > timezone.now().astimezone(UTC).date() + FARTHEST:
            raise forms.ValidationError("That is more than ten years ahead.")
        return until


class PlanForm(UntilForm):
    plan = forms.ChoiceField(choices=[(plan.key, plan.label) for plan in PLANS])


class DeletionForm(ReasonForm):
    # Nothing is chosen beforehand: what goes, goes for good.
    copies = forms.ChoiceField(choices=Deletion.Copies, widget=forms.RadioSelect, help_text="As the customer asked.")


class MailForm(ReasonForm):
    mail = forms.ChoiceField(widget=forms.RadioSelect, help_text="Written anew, as things stand now.")

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data, user)
        self.fields["mail"].choices = [(one.key, one.label) for one in again.possible(user)]  # type: ignore[attr-defined]

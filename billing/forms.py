"""What people fill in about plans."""

from collections.abc import Sequence
from uuid import UUID

from django import forms

from billing.plans import PRICES
from sync.models import Pair


class BuyForm(forms.Form):
    """Which price, and which press of the button: two of the same are one."""

    price = forms.ChoiceField(choices=[(key, key) for key in PRICES])
    intent = forms.UUIDField()


class SyncsForm(forms.Form):
    """Which pairs are to run; `limit`: no more than so many."""

    keep = forms.MultipleChoiceField(required=False)

    def __init__(self, pairs: Sequence[Pair], limit: int | None, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.limit = limit
        self.fields["keep"].choices = [(str(pair.public_id), str(pair)) for pair in pairs]  # type: ignore[attr-defined]

    def clean_keep(self) -> list[UUID]:
        kept = [UUID(value) for value in self.cleaned_data["keep"]]
        if self.limit is not None and len(kept) > self.limit:
            raise forms.ValidationError(f"Your plan keeps {self.limit} syncs running; you chose {len(kept)}.")
        return kept

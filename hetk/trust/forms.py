"""What is asked of whoever accepts the contract on data processing."""

from django import forms


class ContractForm(forms.Form):
    organization = forms.CharField(
        label="Organization", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    post = forms.CharField(
        label="Its postal address",
        max_length=300,
        help_text="In one line, with the country.",
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    entitled = forms.BooleanField(label="I may accept this contract for the organization.")
    # What was read: another text that came meanwhile is not accepted unread.
    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)

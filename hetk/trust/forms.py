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
    signatory = forms.CharField(
        label="Your name and role",
        max_length=200,
        help_text="Who accepts for the organization, such as “Alice Tamm, managing director”.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    clauses = forms.BooleanField(
        label="Include the Commission’s standard contractual clauses, Decision (EU) 2021/915", required=False
    )
    entitled = forms.BooleanField(label="I may accept this contract for the organization.")
    # What was read: another text that came meanwhile is not accepted unread.
    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)

"""The one field of the setup page."""

from django import forms

from policy.names import NotADomain, domain_of


class DomainForm(forms.Form):
    domain = forms.CharField(
        label="Your domain",
        max_length=320,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
        help_text="example.com, or an address there.",
    )

    def clean_domain(self) -> str:
        try:
            return domain_of(self.cleaned_data["domain"])
        except NotADomain as error:
            raise forms.ValidationError(str(error)) from None

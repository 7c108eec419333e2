"""What a person types in: accounts that are entered with a password, what is asked on the way to an approval, and the end of their own."""

import re
from typing import Any

from django import forms

from accounts import tokens
from accounts.message import Topic
from accounts.models import ApiToken, Deletion, User
from accounts.oauth import caldav, feed
from accounts.oauth.caldav import Entry
from policy.forms import DomainForm

SECRET = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class AppleForm(forms.Form):
    user = forms.EmailField(label="Apple Account", help_text="The e-mail address you sign in to iCloud with.")
    password = forms.CharField(
        label="App-specific password",
        help_text="Sixteen letters in four groups, as Apple showed them. Not the password of your Apple Account.",
        max_length=200,
        widget=forms.PasswordInput(attrs=SECRET),
    )

    def entry(self) -> Entry:
        """Raises `NotLetIn` for a password that is not an app-specific one."""
        return caldav.apple(self.cleaned_data["user"], self.cleaned_data["password"])


class ServerForm(forms.Form):
    url = forms.CharField(
        label="Address of the server",
        help_text="For example cloud.example.org or https://dav.example.org/calendars/. It must be reached by https.",
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )
    user = forms.CharField(label="User name", max_length=254, widget=forms.TextInput(attrs={"autocapitalize": "none"}))
    password = forms.CharField(
        label="Password",
        help_text="If your server knows passwords for single programs, make one for Hetk.",
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs=SECRET),
    )

    def entry(self) -> Entry:
        """Raises `NotLetIn` for what is no web address."""
        said = self.cleaned_data
        return caldav.server(said["url"], said["user"], said["password"])


class FeedForm(forms.Form):
    url = forms.CharField(
        label="Address of the calendar",
        help_text="It begins with https: or webcal: and most often ends in .ics. Whoever has it can read the calendar, so Hetk keeps it sealed.",
        max_length=2000,
        widget=forms.TextInput(attrs={**SECRET, "inputmode": "url"}),
    )

    def entry(self, zone: str) -> feed.Entry:
        """`zone`: the clock of times that name none. Raises `NotLetIn` for what is no web address."""
        return feed.entry(self.cleaned_data["url"], zone)


class WorkAddressForm(forms.Form):
    address = forms.EmailField(
        label="Your work address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="The one that you sign in to Microsoft 365 with. It tells which organization you wait for.",
    )


class WorkDomainForm(DomainForm):
    """Of the organization somebody waits for; what counts as a domain is the policy page's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domain"].label = "Your organization’s domain"


class ErrorNumberForm(forms.Form):
    number = forms.CharField(
        label="Number that Microsoft shows",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="For example AADSTS90094. It stands on Microsoft’s page, most often in small print.",
    )

    def clean_number(self) -> int:
        found = re.fullmatch(r"\s*(?:AADSTS)?\s*(\d{4,9})\s*", self.cleaned_data["number"], re.IGNORECASE)
        if not found:
            raise forms.ValidationError("It is the word AADSTS with a number of five to seven digits behind it.")
        return int(found[1])


class DeletionForm(forms.Form):
    """The word that ends an account: what becomes of the copies, and the address, typed."""

    copies = forms.ChoiceField(choices=Deletion.Copies)
    address = forms.CharField(label="Type your e-mail address to confirm", strip=True)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = address
        self.fields["address"].help_text = address
        self.fields["address"].widget.attrs["autocomplete"] = "off"

    def clean_address(self) -> str:
        typed = str(self.cleaned_data["address"])
        if typed.lower() != self.wanted.lower():
            raise forms.ValidationError("This is not the address of this account. Nothing has changed.")
        return typed


class TokenForm(forms.Form):
    """What a new token for the API is called, may do, and how long it lasts."""

    name = forms.CharField(label="Name", max_length=60, help_text="Where you will use it: “Office dashboard”.")
    scopes = forms.MultipleChoiceField(
        label="What it may do", choices=list(tokens.SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label="Lasts", choices=list(tokens.LIFETIMES.items()), coerce=int, initial=90, widget=forms.Select
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise forms.ValidationError("Please write it on one line.")
        if ApiToken.objects.filter(user=self._user, name=name).exists():
            raise forms.ValidationError("You have a token of this name. Revoke that one first, or choose another name.")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if ApiToken.objects.filter(user=self._user).count() >= tokens.MOST:
            raise forms.ValidationError(f"You have {tokens.MOST} tokens. Revoke one that is no longer used.")
        return data


class MessageForm(forms.Form):
    """What somebody writes to us. `more` is seen by nobody, so whoever fills it in is a machine."""

    topic = forms.ChoiceField(label="What is it about?", choices=[("", "Choose"), *Topic.choices])
    text = forms.CharField(
        label="Your message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Please leave out titles, places and people of events.",
    )
    address = forms.EmailField(label="Your e-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    more = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

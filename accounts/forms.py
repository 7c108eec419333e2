"""What a person types in to connect an account that is entered with a password."""

from django import forms

from accounts.oauth import caldav, feed
from accounts.oauth.caldav import Entry

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

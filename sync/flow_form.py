"""The form of one direction: what is copied, and what others see of it. Untouched fields mean what stands there at first."""

from collections.abc import Set
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Kind
from sync.core.privacy import BUSY_TITLE, TITLE_PLACE
from sync.models import Calendar, FlowSettings, ShowAsRule
from sync.models.flow import WEEKDAYS, LabelRule, UnansweredRule, WholeDaysRule
from sync.wording import DAYS, calendar_name, copied_words

ANY_TIME, WORKING_HOURS = "any", "hours"
OFFICE = {"days": list("12345"), "hours_from": "09:00", "hours_to": "17:00"}
HOURS = frozenset({"time", "days", "hours_from", "hours_to"})
# Kinds of account whose events can have a colour, and how it is shown there.
LABELLED: dict[str, str] = {
    Kind.GOOGLE: "The colour of the copies. You can give single copies another one.",
    Kind.MICROSOFT: "A category such as “Blue category”. It has a colour where your list of categories has that name.",
}
DETAILS = [("title", "Title"), ("description", "Description"), ("location", "Place"), ("guests", "Guests")]
LEAVE = [("free", "Events shown as free"), ("out_of_office", "Out of office"), ("focus_time", "Focus time")]


def pattern(text: str) -> None:
    """`{title}` once, and no other brace that somebody might take for a place to fill."""
    if text.count(TITLE_PLACE) != 1:
        raise ValidationError("Write {title} once, where the title of the event belongs.")
    plain_words(text.replace(TITLE_PLACE, ""))


def plain_words(text: str) -> None:
    if set(text) & set("{}"):
        raise ValidationError("Braces have no meaning here. Please write plain words.")
    if not text.isprintable():
        raise ValidationError("Please write it on one line.")


class FlowForm(forms.Form):
    """What others see in the target, and what gets there at all: one direction."""

    private = forms.TypedChoiceField(
        choices=[("yes", "Mark as Private"), ("no", "Full details")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    show_as = forms.ChoiceField(label="Show as", choices=ShowAsRule.choices, initial=ShowAsRule.KEEP)
    transform_identity = forms.BooleanField(label="Transform identity", required=False)
    hide = forms.MultipleChoiceField(
        label="Hide these details", choices=DETAILS, required=False, widget=forms.CheckboxSelectMultiple
    )
    template = forms.CharField(
        label="Title of the copies",
        max_length=60,
        required=False,
        validators=[pattern],
        help_text="{title} stands for the title of the event: “[Work] {title}”.",
    )
    word = forms.CharField(label="Instead of a hidden title", max_length=40, required=False, validators=[plain_words])
    label = forms.ChoiceField(label="Label of the copies", choices=LabelRule.choices, required=False)
    whole_days = forms.ChoiceField(label="All-day events", choices=WholeDaysRule.choices, required=False)
    unanswered = forms.ChoiceField(
        label="Invitations without an answer", choices=UnansweredRule.choices, required=False
    )
    declined = forms.BooleanField(label="Copy declined invitations too, shown as free", required=False)
    leave = forms.MultipleChoiceField(
        label="Leave out", choices=LEAVE, required=False, widget=forms.CheckboxSelectMultiple
    )
    time = forms.ChoiceField(
        label="When",
        choices=[(ANY_TIME, "At any time"), (WORKING_HOURS, "Only what touches these hours")],
        required=False,
        widget=forms.RadioSelect,
    )
    days = forms.MultipleChoiceField(
        label="Days", choices=list(DAYS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    hours_from = forms.TimeField(label="From", required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    hours_to = forms.TimeField(label="To", required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    only_words = forms.CharField(
        label="Only titles with", max_length=400, required=False, help_text="One of these words; set apart by commas."
    )
    not_words = forms.CharField(
        label="No titles with", max_length=400, required=False, help_text="Any of these words; set apart by commas."
    )
    keep_out = forms.CharField(
        label="Keep one event out",
        max_length=40,
        required=False,
        help_text="An event with this in its title is not copied.",
    )

    def __init__(self, source: Calendar, target: Calendar, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source, self.target = source, target
        self.initial = {**flow_initial(FlowSettings()), **self.initial}
        if target.connection.kind != Kind.MICROSOFT:
            # Google has no such value outside its own out-of-office events.
            choices = [choice for choice in ShowAsRule.choices if choice[0] != ShowAsRule.OUT_OF_OFFICE]
            self.fields["show_as"].choices = choices  # type: ignore[attr-defined]
        if "@" not in source.connection.address:
            # A feed that does not say whose it is has no address to exchange.
            del self.fields["transform_identity"]
        if target.connection.kind in LABELLED:
            self.fields["label"].help_text = LABELLED[target.connection.kind]
        else:
            del self.fields["label"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("time") != WORKING_HOURS:
            return data
        start, end = data.get("hours_from"), data.get("hours_to")
        if not data.get("days") and "days" not in self.errors:
            self.add_error("days", "Choose at least one day.")
        if (start is None) != (end is None) and not {"hours_from", "hours_to"} & self.errors.keys():
            self.add_error("hours_to", "Give both times, or neither for the whole day.")
        if start is not None and start == end:
            self.add_error("hours_to", "Start and end are the same. Leave both empty for the whole day.")
        return data

    @property
    def names(self) -> tuple[str, str]:
        return calendar_name(self.source), calendar_name(self.target)

    @property
    def settings(self) -> FlowSettings:
        """What is chosen, or what stands there at first; a field with an error says what stood there."""
        chosen = {**self.initial, "private": self.initial["private"] == "yes"}
        if self.is_bound:
            self.is_valid()
            # Hours are one thing: where a part of them is wrong, none of them counts.
            wrong = HOURS if HOURS & self.errors.keys() else frozenset()
            chosen |= {name: value for name, value in self.cleaned_data.items() if name not in wrong}
        return chosen_settings(chosen)

    @property
    def copied_open(self) -> bool:
        """Whether what is copied is worth showing at once: it was changed, or something is wrong there."""
        return self._differs(
            HOURS | {"whole_days", "unanswered", "declined", "leave", "only_words", "not_words", "keep_out"}
        )

    @property
    def looks_open(self) -> bool:
        return self._differs({"hide", "template", "word", "label"})

    @property
    def copied(self) -> str:
        return copied_words(self.settings) or "All events"

    def _differs(self, names: Set[str]) -> bool:
        standard, standing = flow_initial(FlowSettings()), flow_initial(self.settings)
        return bool(names & self.errors.keys()) or any(standard[name] != standing[name] for name in names)


def chosen_settings(data: dict[str, Any]) -> FlowSettings:
    """The value that a form's answers mean. Working hours count only where they were asked for."""
    working = data.get("time") == WORKING_HOURS
    leave, hide = data.get("leave") or (), data.get("hide") or ()
    return FlowSettings(
        private=bool(data.get("private", True)),
        show_as=data.get("show_as") or ShowAsRule.KEEP.value,
        transform_identity=bool(data.get("transform_identity")),
        **{f"show_{name}": name not in hide for name, _ in DETAILS},
        template=data.get("template") or TITLE_PLACE,
        word=data.get("word") or BUSY_TITLE,
        label=data.get("label") or LabelRule.NONE.value,
        whole_days=data.get("whole_days") or WholeDaysRule.COPY.value,
        unanswered=data.get("unanswered") or UnansweredRule.TENTATIVE.value,
        copy_declined=bool(data.get("declined")),
        **{f"copy_{name}": name not in leave for name, _ in LEAVE},
        weekdays="".join(sorted(data.get("days") or WEEKDAYS)) if working else WEEKDAYS,
        hours_from=(data.get("hours_from") or None) if working else None,
        hours_to=(data.get("hours_to") or None) if working else None,
        only_words=data.get("only_words") or "",
        not_words=data.get("not_words") or "",
        keep_out=data.get("keep_out") or "",
    )


def flow_initial(settings: FlowSettings) -> dict[str, Any]:
    timed = settings.hours_from is not None or settings.weekdays != WEEKDAYS
    hours = {"days": list(settings.weekdays), "hours_from": settings.hours_from, "hours_to": settings.hours_to}
    return {
        "private": "yes" if settings.private else "no",
        "show_as": settings.show_as,
        "transform_identity": settings.transform_identity,
        "hide": [name for name, _ in DETAILS if not getattr(settings, f"show_{name}")],
        "template": settings.template,
        "word": settings.word,
        "label": settings.label,
        "whole_days": settings.whole_days,
        "unanswered": settings.unanswered,
        "declined": settings.copy_declined,
        "leave": [name for name, _ in LEAVE if not getattr(settings, f"copy_{name}")],
        "time": WORKING_HOURS if timed else ANY_TIME,
        **(hours if timed else OFFICE),
        "only_words": settings.only_words,
        "not_words": settings.not_words,
        "keep_out": settings.keep_out,
    }

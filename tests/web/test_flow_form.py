"""What is copied and how it looks, as people fill it in: kept, said back in words, and refused where it makes no sense."""

import re
from dataclasses import replace
from datetime import time

import pytest
from django.urls import reverse

from sync import pairs
from sync.flow_form import LABELLED, FlowForm, chosen_settings, flow_initial
from sync.models import Flow, FlowSettings, Link
from sync.providers import registry
from sync.wording import copied_words, looks_words

OPEN = FlowSettings(private=False)
OFFICE = replace(OPEN, weekdays="12345", hours_from=time(9), hours_to=time(17, 30))
CHOSEN = [
    FlowSettings(),
    replace(OPEN, show_title=False, show_guests=False, word="Taken", template="[Work] {title}"),
    replace(OPEN, whole_days="free", unanswered="skip", copy_declined=True, copy_free=False, copy_focus_time=False),
    OFFICE,
    replace(OPEN, weekdays="67"),
    replace(OPEN, only_words="a, b", not_words="c", keep_out=""),
    replace(OPEN, label="blue"),
]


@pytest.mark.parametrize("settings_", CHOSEN)
def test_what_is_saved_stands_in_the_form_and_means_the_same_again(settings_):
    shown = flow_initial(settings_)
    assert chosen_settings({**shown, "private": shown["private"] == "yes"}) == settings_


def posted(**data):
    return {f"out-{name}": value for name, value in {"private": "no", "show_as": "keep", **data}.items()}


def form(alice, **data):
    return FlowForm(alice.home, alice.work, posted(**data), prefix="out")


def test_a_label_is_offered_where_the_target_has_colours(alice):
    offered = form(alice, label="blue")
    assert offered.settings.label == "blue"
    assert looks_words(offered.settings) == "Full details, labelled blue"
    assert "label" in form(alice, label="mauve").errors
    alice.work.connection.kind = "icloud"
    elsewhere = form(alice, label="blue")
    assert "label" not in elsewhere.fields
    assert elsewhere.settings.label == ""


@pytest.mark.parametrize("kind", sorted(registry.BUILDERS.keys() - {"memory", "caldav"}))
def test_the_form_knows_what_each_provider_can_show(kind):
    traits = registry.build(kind, lambda *, renew=False: "", "alice@home.example").traits
    assert traits.labels == (kind in LABELLED)


def test_fields_that_nobody_touched_mean_what_stands_there_at_first(alice):
    found = form(alice)
    assert found.is_valid()
    assert found.settings == replace(OPEN, keep_out="")


def test_everything_that_is_chosen_arrives(alice):
    found = form(
        alice,
        hide=["title", "guests"],
        template=" [Work] {title} ",
        word="Taken",
        whole_days="skip",
        unanswered="as_is",
        declined="on",
        leave=["free", "focus_time"],
        time="hours",
        days=["5", "1"],
        hours_from="22:00",
        hours_to="06:00",
        only_words="gym, team",
        not_words="dentist",
        keep_out="#me",
    )
    assert found.is_valid(), found.errors
    assert found.settings == FlowSettings(
        private=False,
        show_title=False,
        show_guests=False,
        template="[Work] {title}",
        word="Taken",
        whole_days="skip",
        unanswered="as_is",
        copy_declined=True,
        copy_free=False,
        copy_focus_time=False,
        weekdays="15",
        hours_from=time(22),
        hours_to=time(6),
        only_words="gym, team",
        not_words="dentist",
        keep_out="#me",
    )


WRONG = [
    ({"template": "[Work]"}, "template", "Write {title} once"),
    ({"template": "{title} {title}"}, "template", "Write {title} once"),
    ({"template": "{title} {location}"}, "template", "Braces have no meaning"),
    ({"template": "x" * 60 + "{title}"}, "template", "at most 60"),
    ({"word": "{title}"}, "word", "Braces have no meaning"),
    ({"word": "w" * 41}, "word", "at most 40"),
    ({"whole_days": "sometimes"}, "whole_days", "valid choice"),
    ({"leave": ["everything"]}, "leave", "valid choice"),
    ({"hide": ["when"]}, "hide", "valid choice"),
    ({"time": "hours", "hours_from": "09:00", "hours_to": "17:00"}, "days", "at least one day"),
    ({"time": "hours", "days": ["8"]}, "days", "valid choice"),
    ({"time": "hours", "days": ["1"], "hours_from": "09:00"}, "hours_to", "both times"),
    ({"time": "hours", "days": ["1"], "hours_from": "9 o'clock", "hours_to": "17:00"}, "hours_from", "valid time"),
    ({"time": "hours", "days": ["1"], "hours_from": "09:00", "hours_to": "09:00"}, "hours_to", "the same"),
    ({"only_words": "w" * 401}, "only_words", "at most 400"),
    ({"keep_out": "w" * 41}, "keep_out", "at most 40"),
]


@pytest.mark.parametrize(("data", "field", "said"), WRONG)
def test_what_makes_no_sense_is_refused_beside_its_field_and_nothing_else_is_lost(alice, data, field, said):
    found = form(alice, **{"show_as": "free", **data})
    assert not found.is_valid()
    assert said in " ".join(found.errors[field])
    assert found.settings.show_as == "free"
    assert found.copied_open or found.looks_open


def test_hours_that_are_not_asked_for_are_not_judged(alice):
    found = form(alice, time="any", hours_from="09:00", hours_to="09:00")
    assert found.is_valid()
    assert (found.settings.weekdays, found.settings.hours_from) == ("1234567", None)


WORDS = [
    (FlowSettings(), "Busy only", ""),
    (FlowSettings(word="Taken"), "Taken only", ""),
    (OPEN, "Full details", ""),
    (replace(OPEN, show_location=False), "Details without places", ""),
    (replace(OPEN, show_title=False, show_guests=False), "Details without titles and guests, titles read “Busy”", ""),
    (replace(OPEN, template="[W] {title}"), "Full details, titles as “[W] {title}”", ""),
    (OFFICE, "Full details", "Only Mon–Fri 09:00–17:30"),
    (replace(OPEN, weekdays="135"), "Full details", "Only Mon, Wed, Fri"),
    (replace(OPEN, whole_days="free", copy_free=False), "Full details", "All-day events as free, no free events"),
    (replace(OPEN, whole_days="skip", copy_declined=True), "Full details", "All-day events left out, declined invitations too"),
    (replace(OPEN, not_words="gym, dentist"), "Full details", "No titles with “gym” or “dentist”"),
    (replace(OPEN, unanswered="skip", copy_out_of_office=False, copy_focus_time=False), "Full details",
     "No unanswered invitations, no out of office, no focus time"),
]  # fmt: skip


@pytest.mark.parametrize(("chosen", "looks", "copied"), WORDS)
def test_what_was_chosen_is_said_in_a_few_words(chosen, looks, copied):
    assert looks_words(chosen) == looks
    assert copied_words(chosen) == copied


def test_a_change_is_kept_and_stands_in_the_form_and_on_the_page_of_the_pair(alice, browser):
    pair = alice.pair()
    data = {
        "direction": "one",
        "back-private": "yes",
        "back-show_as": "keep",
        **posted(template="[Work] {title}", time="hours", days=["6", "7"], whole_days="skip"),
    }
    page = browser.post(reverse("edit", args=(pair.public_id,)), data, follow=True)
    assert page.status_code == 200
    review = reverse("edit_review", args=(pair.public_id,))
    browser.post(review, follow=True)
    flow = Flow.objects.get(ending_at=None)
    assert (flow.template, flow.weekdays, flow.whole_days) == ("[Work] {title}", "67", "skip")
    shown = browser.get(reverse("pair", args=(pair.public_id,))).content.decode()
    assert "titles as “[Work] {title}”" in shown
    assert "All-day events left out, only Sat, Sun" in shown
    again = browser.get(reverse("edit", args=(pair.public_id,))).content.decode()
    assert 'value="[Work] {title}"' in again
    assert re.search(r'name="out-days" value="6"[^>]*checked', again)
    assert len(re.findall(r"<details class=\"more\" open>", again)) >= 2


def test_the_example_shows_the_pattern_and_says_when_there_would_be_no_copy(alice, browser):
    pair = alice.pair()
    html = browser.get(reverse("edit", args=(pair.public_id,))).content.decode()
    sealed = re.search(r'name="out-event" value="([^"]+)"', html)
    assert sealed
    title = re.search(r"<strong>([^<]+)</strong>", html[html.index('id="out-picture"') :])
    assert title
    data = {
        "side": "out",
        "out-from": pair.first.public_id,
        "out-to": pair.second.public_id,
        "out-event": sealed[1],
    }
    dressed = browser.post(reverse("picture"), {**data, **posted(template="[Work] {title}")}).content.decode()
    assert f"[Work] {title[1]}" in dressed
    hidden = browser.post(reverse("picture"), {**data, **posted(hide=["title"], word="Taken")}).content.decode()
    assert "<strong>Taken</strong>" in hidden
    left_out = browser.post(reverse("picture"), {**data, **posted(not_words=title[1])}).content.decode()
    assert "No copy" in left_out
    assert "has a word that you leave out" in left_out


def test_another_time_zone_has_working_hours_judged_anew(alice, browser):
    pair = alice.pair(copies=3)
    pairs.edit(pair=pair, out=OFFICE, back=None)
    Link.objects.update(due_at=None)
    browser.post(reverse("settings"), {"time_zone": "Asia/Tokyo"})
    assert Link.objects.filter(due_at__isnull=False).exists()
    Link.objects.update(due_at=None)
    browser.post(reverse("settings"), {"time_zone": "Asia/Tokyo"})
    assert not Link.objects.filter(due_at__isnull=False).exists()

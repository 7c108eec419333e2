"""Writing to us: kept, mailed once, in the desk's list with paying customers first, and gone when it is old or its writer leaves."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import export, inbox
from accounts.message import Message
from sync import tasks
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = "My sync of Tuesday stands still."


def said(**more: str) -> dict[str, str]:
    return {"topic": "sync", "text": WORDS, "address": "dora@fabrikam.example", "more": "", **more}


def send(client: Client | None = None, **more: str):
    return (client or Client()).post(reverse("contact"), said(**more))


@pytest.fixture
def alice(db):
    return factories.make_user("alice")


@pytest.fixture
def browser(alice):
    client = Client()
    client.force_login(alice)
    return client


def test_a_stranger_writes_without_an_account_and_support_gets_a_mail_to_answer(settings):
    answer = send()
    assert (answer.status_code, answer["Location"]) == (302, reverse("contact_sent"))
    row = Message.objects.get()
    assert (row.user, row.address, row.topic, row.text, row.priority) == (
        None,
        "dora@fabrikam.example",
        "sync",
        WORDS,
        False,
    )
    [letter] = mail.outbox
    assert (letter.to, letter.reply_to) == ([settings.COMPANY.support], ["dora@fabrikam.example"])
    assert WORDS in letter.body
    assert "not signed in" in letter.body
    assert Client().get(answer["Location"]).status_code == 200


def test_who_is_signed_in_is_known_and_finds_the_address_filled_in(alice, browser):
    assert f'value="{alice.email}"' in browser.get(reverse("contact")).content.decode()
    send(browser, address="other@fabrikam.example")
    assert Message.objects.get().user == alice
    assert f"signed in as {alice.email}" in mail.outbox[0].body


@pytest.mark.parametrize("gap", [{"text": ""}, {"topic": "free beer"}, {"address": "nobody"}, {"text": "x" * 4001}])
def test_what_makes_no_sense_is_refused_beside_its_field_and_nothing_is_lost(gap):
    answer = send(**gap)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert said(**gap)["address"] in answer.content.decode()
    assert not Message.objects.exists()
    assert mail.outbox == []


def test_a_machine_that_fills_in_every_field_is_told_the_same_and_nothing_is_kept():
    answer = send(more="https://spam.example")
    assert (answer.status_code, answer["Location"]) == (302, reverse("contact_sent"))
    assert not Message.objects.exists()
    assert mail.outbox == []


def test_an_address_cannot_bring_another_header_along():
    assert send(address="a@b.example\nBcc: all@x.example").status_code == 400
    assert mail.outbox == []


def test_over_the_limit_the_text_stays_and_a_way_is_named(settings):
    assert [send().status_code for _ in range(10)] == [302] * 10
    answer = send()
    assert answer.status_code == 429
    assert answer["Retry-After"]
    html = answer.content.decode()
    assert WORDS in html
    assert f"mailto:{settings.COMPANY.support}" in html
    assert (Message.objects.count(), len(mail.outbox)) == (10, 10)


def test_strangers_on_the_same_network_keep_nobody_out_who_is_signed_in(browser):
    assert send_until_closed() == 10
    assert send(browser).status_code == 302


def send_until_closed() -> int:
    return next(count for count in range(20) if send().status_code == 429)


def test_a_mail_that_does_not_leave_is_sent_later_and_once(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    assert send().status_code == 302
    assert Message.objects.get().told_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert (tasks.tell_about_messages(), tasks.tell_about_messages()) == (1, 0)
    assert len(mail.outbox) == 1


def test_professional_comes_first_in_the_list_then_who_waits_longest(settings, alice, browser):
    settings.BILLING = True
    send(address="first@x.example"), send(address="second@x.example")
    send(browser)
    assert Message.objects.get(user=alice).priority
    html = factories.desk(group="look").get("/admin/work/messages/").content.decode()
    places = [html.index(word) for word in ("dora@fabrikam.example", "first@x.example", "second@x.example")]
    assert places == sorted(places)
    assert "[first]" in mail.outbox[-1].subject


def test_only_who_may_act_marks_a_message_as_answered():
    send()
    row = Message.objects.get()
    place = reverse("admin:message_done", args=(row.pk,))
    for group in ("look", "billing"):
        assert factories.desk(f"{group}@hetk.example", group=group).post(place).status_code == 403
    assert inbox.waiting().count() == 1
    desk = factories.desk("act@hetk.example", group="act")
    assert desk.get(place).status_code == 405
    assert desk.post(place).status_code == 302
    assert inbox.waiting().count() == 0
    assert WORDS not in desk.get("/admin/work/messages/").content.decode()
    assert desk.post(reverse("admin:message_done", args=(row.pk + 1,))).status_code == 404


def test_markup_in_a_message_stays_text():
    send(text="<script>alert(1)</script>")
    html = factories.desk(group="act").get("/admin/work/messages/").content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in mail.outbox[0].message().as_string().partition("text/html")[2]


def test_messages_are_in_the_export_of_whoever_wrote_them_and_of_nobody_else(alice, browser):
    send(browser, text="mine"), send(text="somebody else's")
    text = "".join(export.document(alice))
    assert "mine" in text
    assert "somebody else's" not in text


def test_when_an_account_goes_its_messages_go_also_those_from_before_signing_in(alice, browser):
    send(browser), send(address=alice.email.upper()), send()
    inbox.forget_of(alice)
    alice.delete()
    assert [row.address for row in Message.objects.all()] == ["dora@fabrikam.example"]


def test_what_is_older_than_promised_goes_and_the_rest_stays():
    send(), send(text="younger")
    kept = tasks.MESSAGES_KEPT
    Message.objects.filter(text=WORDS).update(sent_at=timezone.now() - kept - timedelta(hours=1))
    Message.objects.filter(text="younger").update(sent_at=timezone.now() - kept + timedelta(hours=1))
    tasks.forget_old_rows()
    assert [row.text for row in Message.objects.all()] == ["younger"]

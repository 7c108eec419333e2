"""What the pages for customers say, statement by statement, each with the test that fails when it stops being true.

`python -m tests.hetk.said` lists them with the claims of the security page and the answers of the questionnaire.
"""

import re
from dataclasses import dataclass

_E, _W, _B, _P, _A = (
    "tests/engine/test_",
    "tests/web/test_",
    "tests/billing/test_",
    "tests/policy/test_",
    "tests/accounts/test_",
)
_TARGET = f"{_E}safety.py::the_guard_refuses_what_the_person_did_not_choose"
_NO_GUESTS = f"{_E}two_way.py::guests_stand_as_text_in_the_copy_and_never_as_attendees"
_NOBODY = "tests/providers/over_http.py::a_write_that_could_reach_somebody_cannot_leave"
_NOT_STORED = "tests/end_to_end/test_canaries.py::no_content_and_no_secret_stays_behind_anywhere"
_NEVER_EMPTY = f"{_E}safety.py::a_failed_reading_is_never_an_empty_calendar"
_HELD = f"{_E}safety.py::many_deletions_wait_for_a_word_while_everything_else_flows"
_SCOPES = f"{_A}connect.py::what_is_asked_has_pkce_state_nonce_and_the_products_scopes_only"
_BUSY = "tests/core/test_plan_properties.py::a_private_copy_shows_no_masked_word_in_any_field"
_LOST = "tests/providers/promises/reading.py::a_lost_cursor_says_so_and_a_full_reading_helps"
_HALTED = "tests/end_to_end/test_outages.py::revoked_access_halts_once_with_one_mail_and_resumes_without_loss"
_WATCH = f"{_E}watches.py::a_watch_is_made_for_its_kinds_lifetime_and_renewed_ahead_of_its_end"
_APPLE = f"{_A}password.py::the_password_of_the_apple_account_is_recognised_and_sent_nowhere"
_FORETOLD = "tests/browser/test_foretold.py::a_new_sync_is_foretold_day_by_day_and_page_by_page"
_NEVER_KINDS = "tests/core/test_filters.py::working_locations_and_birthdays_are_never_copied_whatever_is_asked"
_STRIPPED = f"{_E}policy.py::a_policy_that_appears_strips_what_stands_there_already_at_once"
_VERIFIED = f"{_E}verify_trouble.py::the_timetable_asks_for_each_pair_once_a_day_and_for_no_two_at_one_time"
_APPROVAL = f"{_A}approvals.py::the_kit_names_the_tenant_the_scopes_and_nothing_wider"
_APPLE_AFTER = f"{_A}password.py::a_password_that_stopped_working_halts_once_tells_why_and_leads_back"
_RESOLVERS = f"{_P}standing.py::one_resolver_is_enough_to_close"

# Route -> statement as the page marks it (the head of a row, the title of a section, the beginning of a list's entry, a question) -> proof.
PROOFS: dict[str, dict[str, str]] = {
    "home": {
        "The same hour, seen from both sides": _BUSY,
        "You see the numbers before anything is written": _FORETOLD,
        "What it writes": _TARGET,
        "Guests": _NO_GUESTS,
        "What it keeps": _NOT_STORED,
        "Deleting": _HELD,
        "What it may open": _SCOPES,
        "Leaving is one button": f"{_W}pair.py::ending_with_its_copies_counts_down_to_a_proof",
    },
    "features": {
        "Each direction has its own privacy": "tests/core/test_looks.py::a_copy_that_is_stripped_shows_nothing_that_is_hidden_and_keeps_the_rest",
        "You say what is copied": f"{_W}flow_form.py::everything_that_is_chosen_arrives",
        "The numbers before anything is written": _FORETOLD,
        "Both ways, truly": f"{_E}two_way.py::of_two_changes_to_one_field_the_most_recent_wins",
        "It writes only into calendars": _TARGET,
        "It never invites or mails": _NOBODY,
        "A failed reading is never": _NEVER_EMPTY,
        "Deletions wait for your word": _HELD,
        "Nothing that an event says": _NOT_STORED,
        "It can say why": f"{_W}explain.py::a_day_is_that_of_the_persons_zone",
        "Verified every day": _VERIFIED,
        "For organizations": _STRIPPED,
        "For programs of yours": "tests/api/test_door.py::a_token_does_what_its_scopes_say_and_nothing_else",
    },
    "pricing": {
        "Syncs": f"{_B}room.py::of_20_who_start_a_pair_at_once_at_the_limit_less_one_exactly_one_gets_it",
        "Accounts and calendars": "tests/hetk/test_said.py::plans_differ_in_syncs_price_and_priority_and_in_nothing_else",
        "A month": f"{_B}pages.py::prices_are_public_and_those_of_the_plans",
        "A year": f"{_B}pages.py::prices_are_public_and_those_of_the_plans",
        "Support answers first": f"{_W}contact.py::professional_comes_first_in_the_list_then_who_waits_longest",
        "Both directions, every privacy control, daily verification": "tests/hetk/test_said.py::plans_differ_in_syncs_price_and_priority_and_in_nothing_else",
        "What happens when the trial ends?": f"{_B}minding.py::a_trial_is_told_about_in_time_once_and_ends_in_a_pause_of_everything",
        "What if a card fails?": f"{_B}life.py::a_failed_renewal_gives_14_days_tells_at_once_and_another_card_mends_it",
        "Can I move to a smaller plan?": f"{_B}life.py::upgrading_gives_more_at_once_and_the_surplus_of_a_smaller_plan_pauses",
        "Do invoices carry our company and VAT number?": f"{_B}buying.py::company_and_vat_number_stand_on_the_invoice",
        "Does Hetk see my card?": f"{_B}buying.py::the_number_of_a_card_never_reaches_us",
    },
    "integration_microsoft-365": {
        "Access": _SCOPES,
        "What it may open": _SCOPES,
        "Writing": _NOBODY,
        "Accounts": f"{_A}clouds.py::another_cloud_is_told_by_the_work_address_before_anybody_signs_in",
        "Shared calendars": "tests/providers/test_microsoft.py::shared_calendars_are_polled_and_read_only_ones_are_sources",
        "You sign in at Microsoft": _SCOPES,
        "Hetk subscribes to the calendars": _WATCH,
        "A delta query tells what": _LOST,
        "A calendar that cannot be": "tests/providers/test_microsoft.py::a_shared_calendar_cannot_be_watched",
        "Why does Microsoft say “Need admin approval”?": _APPROVAL,
        "What happens when access is taken away?": _HALTED,
        "Do colleagues get mail about copies?": _NO_GUESTS,
        "Are two tenants connected with each other?": f"{_W}isolation.py::a_strangers_ids_are_not_found_and_nothing_changes",
    },
    "integration_google-workspace": {
        "Access": _SCOPES,
        "What it may open": _SCOPES,
        "Writing": _NOBODY,
        "Out of office, focus time": _NEVER_KINDS,
        "Reminders": "tests/providers/test_google_mapping.py::a_copy_says_everything_and_has_no_reminder",
        "You sign in at Google": f"{_A}connect.py::an_unticked_permission_is_named_and_can_be_given_at_once",
        "Hetk opens a channel for": _WATCH,
        "A sync token tells what": _LOST,
        "Every write asks Google to": "tests/providers/test_wire.py::no_write_to_google_reaches_another_person",
        "What happens when access is taken away?": _HALTED,
        "Do “tentative” and “out of office” survive?": "tests/providers/test_google_mapping.py::out_of_office_is_out_of_office_at_outlook_and_an_ordinary_busy_event_at_google",
        "Do guests get mail about copies?": _NO_GUESTS,
    },
    "integration_icloud-caldav": {
        "Password of iCloud": _APPLE,
        "Other servers": f"{_A}password.py::the_password_goes_to_no_host_that_the_person_did_not_name",
        "Calendars": "tests/providers/test_caldav.py::tasks_are_no_events",
        "Writing": _NOBODY,
        "Speed": "tests/providers/test_caldav_pace.py::icloud_is_asked_more_gently_than_ones_own_server_and_each_account_for_itself",
        "You make an app-specific password": f"{_A}password.py::an_app_specific_password_connects_an_account_with_its_calendars",
        "Your calendars are found from": f"{_A}password.py::a_server_is_found_from_whatever_address_was_given",
        "Hetk asks each server whether": "tests/providers/test_caldav.py::a_broken_listing_is_never_taken_for_an_empty_one",
        "Each write names the version": "tests/providers/promises/writing.py::a_write_to_another_version_is_refused_where_the_provider_can",
        "Why not Sign in with Apple?": _APPLE,
        "What else does an app-specific password open?": "tests/providers/test_icloud.py::a_home_that_lies_elsewhere_is_never_asked",
        "My Apple Account got a new password. What now?": _APPLE_AFTER,
    },
    "integration_domain-policy": {
        "Copies that leave": f"{_E}policy.py::a_policy_published_while_a_cycle_plans_stops_the_very_next_request",
        "Copies that exist already": _STRIPPED,
        "Copies that come in": f"{_E}policy.py::a_domain_with_a_policy_lets_nothing_but_busy_leave",
        "Who may connect": _APPROVAL,
        "You publish a TXT record": f"{_P}check.py::it_tells_each_step_and_what_the_answers_come_to",
        "Hetk asks two resolvers. What": f"{_P}standing.py::one_resolver_alone_never_opens",
        "One resolver is enough to": _RESOLVERS,
        "A record that disappears counts": f"{_P}standing.py::no_policy_is_believed_for_a_day_of_silence_and_no_longer",
        "What do our people see?": f"{_W}policy.py::the_edit_page_names_the_domain_its_record_and_when_it_was_read_and_offers_no_way_out",
        "What if the record has a mistake?": f"{_P}setup.py::a_mistake_in_the_record_is_named",
        "What if two domains speak for one account?": f"{_P}verdict.py::the_strictest_of_several_domains_decides_and_a_record_explains_more_than_silence",
    },
}  # fmt: skip

# Questions of the use cases.
ASKED = {
    "I have three calendars. How many syncs is that?": f"{_E}mesh.py::a_meeting_of_two_calendars_has_one_copy_in_the_third",
    "The same meeting is in two of them. Is it copied twice?": f"{_E}same_meeting.py::the_same_meeting_in_both_calendars_is_copied_to_neither",
    "A client’s IT has to agree. What do I send?": "tests/browser/test_reviewer.py::a_reviewer_finds_and_takes_along_what_an_assessment_needs",
    "Can we prove that nothing leaked?": f"{_W}attestation.py::a_genuine_paper_says_what_was_verified_and_whose_it_is",
    "Who at Hetk can read our calendar?": f"{_W}support.py::nobodys_calendar_names_and_nobodys_events_are_shown",
    "Is there a contract under Article 28?": f"{_W}contract.py::what_was_accepted_is_kept_whole_with_who_and_when",
    "Does each person need an account?": f"{_W}isolation.py::a_strangers_ids_are_not_found_and_nothing_changes",
    "Can we forbid details for everybody?": f"{_E}policy.py::a_domain_with_a_policy_lets_nothing_but_busy_leave",
    "Does it work across time zones?": f"{_E}settings.py::working_hours_are_told_in_the_zone_of_the_person_and_follow_them",
    "Can the assistant move a copy?": "tests/end_to_end/test_times.py::a_copy_that_is_moved_moves_its_original_which_keeps_its_zone",
    "What if an assistant deletes many events at once?": _HELD,
    "How does the assistant find out why something is missing?": f"{_W}explain.py::a_day_is_that_of_the_persons_zone",
}  # fmt: skip

# How each page marks what it says: rows of the table at a glance, titles of sections, entries of lists, questions.
_ROW, _SECTION = re.compile(r'<th scope="row">(.*?)</th>', re.DOTALL), re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_ENTRY, _QUESTION = re.compile(r"<li>(.*?)</li>", re.DOTALL), re.compile(r"<summary>(.*?)</summary>", re.DOTALL)
# Titles that say nothing, and what a page does not say of itself but of a console of others.
_TITLES = {"At a glance", "How it works", "Asked often", "What it does, and what it does not", "What it does not do"}
_BEGINNING = 5


@dataclass(frozen=True, slots=True)
class Said:
    page: str
    statement: str
    proof: str


def statements(html: str) -> set[str]:
    """What a page says, by its marks: without the fields and permissions, which have tests of their own, and what others' consoles do."""
    main = html.partition("<main")[2].partition("</main>")[0]
    for mark in ("fields", "asks", "admins"):
        main = re.sub(rf'<section[^>]*aria-labelledby="{mark}".*?</section>', "", main, flags=re.DOTALL)
    # The list of a card is an example.
    main = re.sub(r'<div class="card stack">.*?</div>|<section class="card.*?</section>', "", main, flags=re.DOTALL)
    found = {_plain(words) for pattern in (_ROW, _QUESTION) for words in pattern.findall(main)}
    if 'class="section"' in main:
        found |= {title for title in map(_plain, _SECTION.findall(main)) if title != "It does no harm"} - _TITLES
    return found | {" ".join(_plain(entry).split()[:_BEGINNING]) for entry in _ENTRY.findall(main)}


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", "", html, flags=re.DOTALL).split())


def listed() -> list[Said]:
    """Everything that is claimed anywhere, in the order of the pages."""
    from hetk.trust import answers, claims

    found = [Said("security and contract", claim.said, claim.proof) for claim in claims.CLAIMS]
    found += [Said("questionnaire", one.said, one.proof) for one in answers.ANSWERS]
    found += [Said("use cases", *pair) for pair in ASKED.items()]
    return found + [Said(page, *pair) for page, pairs in PROOFS.items() for pair in pairs.items()]


def main() -> None:
    import django

    django.setup()
    found = listed()
    for one in found:
        print(f"{one.page}: {one.statement}\n    {one.proof or 'our word; no test can show it'}")
    bare = sum(not one.proof for one in found)
    proofs = {one.proof for one in found if one.proof}
    print(
        f"\n{len(found)} claims, {len(found) - bare} with a test, {bare} by our word; {len(proofs)} tests stand behind them"
    )


if __name__ == "__main__":
    import tests.environment  # noqa: F401  (Django reads the tests' settings)

    main()

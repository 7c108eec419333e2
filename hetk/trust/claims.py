"""What the security page and the contract's annex claim, each sentence with the test that fails when it stops being true.

A figure in a sentence is a name of `facts.figures`, so that no number is written twice.
"""

from dataclasses import dataclass

from hetk.trust.facts import figures


@dataclass(frozen=True, slots=True)
class Claim:
    """`proof`: the file of a test and its name without `test_`."""

    area: str
    sentence: str
    proof: str

    @property
    def said(self) -> str:
        return self.sentence.format(**figures())


_VAULT, _SAFETY, _POLICY = "tests/accounts/test_vault.py", "tests/engine/test_safety.py", "tests/engine/test_policy.py"
_SESSIONS, _ENTRANCE, _CONNECT = (
    "tests/accounts/test_sessions.py",
    "tests/accounts/test_entrance.py",
    "tests/accounts/test_connect.py",
)
_RIGHTS = "tests/web/test_desk_rights.py"
_DESK, _SUPPORT, _DELETION = "tests/accounts/test_desk.py", "tests/web/test_support.py", "tests/engine/test_deletion.py"

# Area -> (sentence, proof).
_BY_AREA = {
    "Content of events": (
        ("Titles, descriptions, places and guests pass through memory; no table, log, queue or cache holds them.",
         "tests/end_to_end/test_canaries.py::no_content_and_no_secret_stays_behind_anywhere"),
        ("Every stored field is listed with its category, and no column is made for content.",
         "tests/house/test_data.py::every_stored_field_has_its_category_written_down"),
        ("A private copy shows no hidden word in any field.",
         "tests/core/test_plan_properties.py::a_private_copy_shows_no_masked_word_in_any_field"),
        ("An organization’s policy stops even the next request of a reading that is under way.",
         f"{_POLICY}::a_policy_published_while_a_cycle_plans_stops_the_very_next_request"),
        ("A domain that has never answered counts as private.",
         f"{_POLICY}::a_domain_that_has_never_answered_counts_as_private_until_it_does"),
    ),
    "Encryption": (
        ("Credentials are sealed with AES-{key_bits} in GCM before they reach the database; moved to another row, one does not open.",
         f"{_VAULT}::a_text_moved_to_another_row_or_field_does_not_open"),
        ("Keys can be changed beside the running site, and the old one can go.",
         "tests/accounts/test_keys.py::the_new_key_seals_everything_and_the_old_one_can_go"),
        ("On a public site, browsers are told to insist on https.", "tests/hetk/test_public_site.py::browsers_are_held_to_https"),
        ("No request leaves for a server whose certificate nobody vouches for.",
         "tests/hetk/test_addresses.py::a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent"),
    ),
    "What is written, and where": (
        ("Hetk writes only into calendars that the person chose as a target, checked where writes leave.",
         f"{_SAFETY}::the_guard_refuses_what_the_person_did_not_choose"),
        ("A write that could reach somebody by mail cannot leave.",
         "tests/providers/over_http.py::a_write_that_could_reach_somebody_cannot_leave"),
        ("A failed reading is never taken for an empty calendar.", f"{_SAFETY}::a_failed_reading_is_never_an_empty_calendar"),
        ("Deletions that look like damage wait for the person’s word: all copies at once, or more than {brake_small} and more than {brake_share} % of them.",
         f"{_SAFETY}::many_deletions_wait_for_a_word_while_everything_else_flows"),
        ("A server that dies in the middle of a write leaves neither a gap nor a double.",
         f"{_SAFETY}::a_worker_killed_at_a_create_leaves_neither_a_gap_nor_a_double"),
        ("A copy that shows what it must not is found by the daily verification and stripped.",
         "tests/engine/test_verify.py::a_copy_that_shows_a_title_is_stripped_at_once"),
    ),
    "Access of users": (
        ("A session ends after {idle} without use, and after {longest} in any case.",
         f"{_SESSIONS}::used_every_day_it_ends_after_thirty"),
        ("The sixth wrong password within five minutes is not even tried.",
         f"{_ENTRANCE}::the_sixth_wrong_password_in_five_minutes_is_not_even_tried"),
        ("With a second factor set up, a password alone does not sign in.",
         "tests/accounts/test_factors.py::a_password_alone_does_not_sign_in_any_more"),
        ("What protects, exports or ends an account asks again who it is, {fresh} after signing in.",
         "tests/accounts/test_fresh.py::more_than_five_minutes_after_signing_in_it_is_asked_who_it_is"),
        ("Connecting uses the authorization code with PKCE, state and nonce, and asks for the listed permissions only.",
         f"{_CONNECT}::what_is_asked_has_pkce_state_nonce_and_the_products_scopes_only"),
        ("An equal e-mail address alone takes over nobody’s account.",
         "tests/accounts/test_signin.py::an_address_alone_takes_over_nobodys_account"),
    ),
    "Separation and the web": (
        ("Another person’s ids open nothing, at any address, by any verb.",
         "tests/web/test_isolation.py::a_strangers_ids_are_not_found_and_nothing_changes"),
        ("Nothing is done without the token of a form of ours.",
         "tests/web/test_attacks.py::nothing_is_done_without_the_token_of_a_form"),
        ("Pages run no inline code and load nothing from other hosts.",
         "tests/hetk/test_headers.py::nothing_inline_and_nothing_foreign_may_run"),
        ("An address that a person gives never leads into a private network.",
         "tests/hetk/test_outbound.py::an_address_that_a_person_gives_never_leads_into_a_private_network"),
        ("A forged notification rings nothing.", "tests/webhooks/test_microsoft.py::what_does_not_carry_the_secret_rings_nothing"),
    ),
    "Access of staff": (
        ("The support desk opens only with a second factor, shown within {factor}.",
         f"{_DESK}::a_factor_that_was_shown_opens_it_for_eight_hours"),
        ("A staff session ends after {staff}.", f"{_SESSIONS}::of_somebody_who_works_here_after_eight_hours"),
        ("Whoever acts for a customer shows a passkey, and gives a reason that the customer reads.",
         f"{_RIGHTS}::whoever_acts_for_others_shows_a_passkey_and_digits_are_not_enough"),
        ("Support sees no titles and no names of calendars.", f"{_SUPPORT}::nobodys_calendar_names_and_nobodys_events_are_shown"),
        ("When support opens an account, its owner is told.",
         f"{_SUPPORT}::an_account_that_support_opens_is_told_to_its_owner_and_to_nobody_else"),
    ),
    "Record and restoring": (
        ("Each account has an audit in which every change of an entry is found where it was made; entries are kept {audit}.",
         "tests/accounts/test_audit.py::whatever_is_done_to_the_rows_is_found_where_it_was_done"),
        ("Logs name the kind and place of an error, never its words.",
         "tests/hetk/test_log.py::the_kind_and_the_place_of_an_error_are_told_and_its_words_are_not"),
        ("After a restored backup originals are as they were, and each has one copy.",
         "tests/engine/test_restored.py::originals_are_what_they_were_and_each_has_one_copy"),
        ("A package of ours with a published weakness turns the look-up red.",
         "tests/hetk/test_supply.py::a_weakness_of_our_version_is_red_and_named"),
    ),
    "Taking along and deleting": (
        ("A person downloads everything that is held about them.",
         "tests/web/test_export.py::an_export_holds_a_row_of_everything_that_is_the_persons"),
        ("When an account is deleted, what stays names nobody.",
         f"{_DELETION}::nothing_that_stays_names_the_person_and_no_row_but_those_told_of_is_left"),
        ("Copies are removed on request before the account goes.", f"{_DELETION}::the_account_goes_only_after_its_copies"),
        ("What is older than its retention goes every day.",
         "tests/engine/test_tasks.py::what_is_older_than_promised_goes_and_the_rest_stays"),
    ),
}  # fmt: skip

CLAIMS = tuple(Claim(area, *pair) for area, told in _BY_AREA.items() for pair in told)


def by_area() -> dict[str, list[Claim]]:
    return {area: [claim for claim in CLAIMS if claim.area == area] for area in _BY_AREA}

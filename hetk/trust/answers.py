"""Answers to what security questionnaires usually ask, in their order. Each names the test behind it, or says that none can be.

Figures and names come from `facts` and the settings, as in `claims`; the sentences of the claims are not repeated, they stand on the
same paper.
"""

from dataclasses import asdict, dataclass

from django.conf import settings

from hetk.trust.facts import figures

# What people do or leave undone: a promise, or a plain no. No code can show it.
OURS = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`proof`: the file of a test and its name without `test_`, or OURS."""

    area: str
    question: str
    sentence: str
    proof: str

    @property
    def said(self) -> str:
        company = {name: value or "not said" for name, value in asdict(settings.COMPANY).items()}
        contact = settings.SECURITY_CONTACT.removeprefix("mailto:")
        return self.sentence.format(**figures(), **company, security=contact, site=settings.SITE_URL)


_SAFETY, _CONNECT = "tests/engine/test_safety.py", "tests/accounts/test_connect.py"
_CANARIES = "tests/end_to_end/test_canaries.py::no_content_and_no_secret_stays_behind_anywhere"

# Area -> (question, answer, proof).
_BY_AREA = {
    "The company and the service": (
        ("Who provides the service?", "{name}, {country}, registry code {code}.", "tests/web/test_trust.py::the_foot_names_who_runs_this_installation"),
        ("Where is it hosted?", "At {host}, region {region}.", "tests/web/test_trust.py::sub_processors_are_those_of_the_settings"),
        ("Is anything installed in our network or tenant?", "No. People connect their own accounts; there is no agent, no add-in and no tenant-wide install.",
         f"{_CONNECT}::what_is_asked_has_pkce_state_nonce_and_the_products_scopes_only"),
        ("Which certificates do you hold?", "None: no ISO 27001, no SOC 2, no Microsoft 365 certification. In their place each claim names an automatic test.", OURS),
        ("Do you work by a standard?", "By OWASP ASVS 5.0, level 2. Every requirement is answered with its test, or as open with the reason.",
         "tests/house/test_asvs.py::a_requirement_is_proved_by_a_test_that_exists_or_says_why_not"),
    ),
    "Data": (
        ("Which data do you read?", "Events of the calendars that a person joins, and the list of that person’s calendars. No mail, files, contacts or chats.",
         f"{_CONNECT}::what_is_asked_has_pkce_state_nonce_and_the_products_scopes_only"),
        ("Which data do you store?", "Addresses and sealed credentials of accounts; names of calendars; ids, times and keyed fingerprints of events. Nothing that an event says.", _CANARIES),
        ("Is our data used to train models, for advertising, or sold?", "No.", OURS),
        ("How are customers kept apart?", "Every row belongs to one account, and is reached through functions that know no other.",
         "tests/web/test_isolation.py::a_strangers_ids_are_not_found_and_nothing_changes"),
        ("How long do you keep it?", "By kind: the table of retention on this paper is generated from the code that deletes.",
         "tests/web/test_trust.py::retention_is_told_as_it_is_kept"),
        ("How is it returned or deleted at the end?", "By the person, in the settings: one file with everything that is held, and a deletion that can remove all copies first.",
         "tests/engine/test_deletion.py::nothing_that_stays_names_the_person_and_no_row_but_those_told_of_is_left"),
    ),
    "Encryption and keys": (
        ("How is data in transit protected?", "By TLS. Hetk calls no server whose certificate nobody vouches for; browsers are told to insist on https.",
         "tests/hetk/test_addresses.py::a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent"),
        ("How is data at rest protected?", "Credentials and second factors are sealed with AES-{key_bits}-GCM, bound to their row, before they reach the database.",
         "tests/accounts/test_vault.py::a_text_moved_to_another_row_or_field_does_not_open"),
        ("How are keys changed?", "Beside the running site: everything is sealed anew, then the old key goes.", "tests/accounts/test_keys.py::the_new_key_seals_everything_and_the_old_one_can_go"),
    ),
    "Access": (
        ("Do you support single sign-on?", "People sign in with Microsoft or Google, and so under your rules for those accounts; with a passkey; or with a password.",
         "tests/accounts/test_signin.py::an_address_alone_takes_over_nobodys_account"),
        ("Is there a second factor?", "Passkeys, authenticator apps and recovery codes are offered to everybody. Staff cannot enter the support desk without one.",
         "tests/accounts/test_factors.py::a_password_alone_does_not_sign_in_any_more"),
        ("Can your staff read our events?", "No. Nothing of them is stored, and the desk shows neither titles nor names of calendars.",
         "tests/web/test_support.py::nobodys_calendar_names_and_nobodys_events_are_shown"),
        ("Would we learn that staff opened an account?", "Its owner reads it in the audit of the account, with what was done and why.",
         "tests/web/test_support.py::an_account_that_support_opens_is_told_to_its_owner_and_to_nobody_else"),
        ("Can administrators decide who uses it?", "Yes: by approval and assignment in Entra, or by API controls in the Google Admin console.",
         "tests/accounts/test_approvals.py::the_kit_names_the_tenant_the_scopes_and_nothing_wider"),
        ("Can administrators limit what leaves?", "Yes: one DNS record makes every copy from accounts of the domain say “Busy” and nothing else.",
         "tests/engine/test_policy.py::a_policy_published_while_a_cycle_plans_stops_the_very_next_request"),
    ),
    "Development and operation": (
        ("How are changes tested?", "Automatically, before each release, against clouds of our own that speak the providers’ protocols; no test may be skipped.",
         "tests/house/test_nothing_skipped.py::a_skipped_test_fails_the_run_in_ci_and_nowhere_else"),
        ("How are weaknesses of packages found?", "Every version is pinned and looked up among the published weaknesses; there is an inventory (SBOM, CycloneDX).",
         "tests/hetk/test_supply.py::a_weakness_of_our_version_is_red_and_named"),
        ("Was there a penetration test by others?", "Not yet. Anybody may test by the rules at {site}/reporting-a-weakness/.", OURS),
        ("What is logged?", "Ids, times, reasons and the providers’ request ids; each account has an audit that shows every change made to it afterwards.",
         "tests/accounts/test_audit.py::whatever_is_done_to_the_rows_is_found_where_it_was_done"),
        ("How are secrets kept out of the source?", "They come from the environment or from files of their own; every file of the source is searched for them.",
         "tests/house/test_secrets.py::no_tracked_file_holds_a_secret"),
    ),
    "When something goes wrong": (
        ("When would you tell us of a breach?", "At the latest {breach_hours} hours after we became aware of it.", OURS),
        ("What happens to calendars while you are down?", "Nothing. Copies stay as they are, and what changed meanwhile is caught up with.",
         f"{_SAFETY}::a_worker_killed_at_a_create_leaves_neither_a_gap_nor_a_double"),
        ("What happens after a backup is restored?", "Originals are as they were and each has one copy; nothing is doubled.",
         "tests/engine/test_restored.py::originals_are_what_they_were_and_each_has_one_copy"),
        ("What protects against deletion by mistake?", "A failed reading is never an empty calendar, and deletions that look like damage wait for the person’s word.",
         f"{_SAFETY}::many_deletions_wait_for_a_word_while_everything_else_flows"),
        ("To whom do we report a weakness?", "To {security}.", "tests/hetk/test_wellknown.py::security_txt_says_whom_to_tell_where_the_rules_are_and_where_it_belongs"),
    ),
    "Others who are involved": (
        ("Which sub-processors do you use?", "Those of the list on this paper, generated from the settings of this installation.",
         "tests/web/test_trust.py::sub_processors_are_those_of_the_settings"),
        ("Are changes announced?", "{notice_days} days ahead, by mail to whoever accepted the contract on data processing.",
         "tests/web/test_changes.py::each_customer_with_a_contract_is_told_once_and_nobody_else"),
        ("Do you sign a contract under Article 28 GDPR?", "Yes: it is accepted in the account, and kept as it was accepted.",
         "tests/web/test_contract.py::what_was_accepted_is_kept_whole_with_who_and_when"),
    ),
}  # fmt: skip

ANSWERS = tuple(Answer(area, *told) for area, rows in _BY_AREA.items() for told in rows)


def by_area() -> dict[str, list[Answer]]:
    return {area: [answer for answer in ANSWERS if answer.area == area] for area in _BY_AREA}

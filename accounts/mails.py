"""Which mails were sent to whom, so that "I never had one" has an answer: the name of each and when, never what stood in it."""

from allauth.account.models import EmailAddress

from accounts.models import SentMail, User

# Name of the files of a mail -> what the support desk and the person's own export call it.
WORDS = {
    "account-deleted": "the account is deleted",
    "account_already_exists": "somebody signed up with this address again",
    "approval-arrived": "the organization approved Hetk",
    "calendar-gone": "a calendar is gone",
    "confirm-change": "a code that confirms a change",
    "confirm-newcomer": "a code that proves the address",
    "connection-halted": "a connection was closed",
    "contract-accepted": "the contract on data processing was accepted",
    "deletion-begun": "the deletion of the account began",
    "deletions-held": "deletions wait for their word",
    "email-changed": "the main address was changed",
    "email_confirmation": "a code that proves the address",
    "factors-gone": "support removed the second factors",
    "first-sync": "a first sync is finished",
    "login_code": "a code to sign in",
    "lost-factor": "a second factor was called lost",
    "message-arrived": "a message by the contact form, to support",
    "password_reset_key": "a code for a new password",
    "payment-failed": "a payment failed",
    "plan-ending": "the plan ends",
    "policy-begun": "a domain made copies private",
    "policy-ended": "a domain no longer makes copies private",
    "security-event": "something about security changed",
    "subprocessor-change": "a change of sub-processors is ahead",
    "syncs-paused": "syncs are paused",
    "syncs-pausing": "syncs pause soon",
    "trial-ending": "the trial ends",
    "unknown_account": "nobody has an account with this address",
}


def note(name: str, address: str, *, taken: bool) -> None:
    """`taken`: the mail server took it. Mails to nobody known are not noted."""
    owner = User.objects.filter(email__iexact=address).values_list("pk", flat=True).first()
    if owner is None:
        known = EmailAddress.objects.filter(email__iexact=address).order_by("-verified", "pk")
        owner = known.values_list("user_id", flat=True).first()
    if owner is not None:
        SentMail.objects.create(user_id=owner, name=name, taken=taken)

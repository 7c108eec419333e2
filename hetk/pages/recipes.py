"""A recipe for each pairing: what is told of each kind of account once, and what is told of each pairing. One template shows them all.

Braces in a sentence hold a name of `facts.figures`, so that no number is written twice.
"""

from dataclasses import dataclass
from functools import cached_property

from hetk.trust import fields
from hetk.trust.facts import figures


@dataclass(frozen=True, slots=True)
class Side:
    """One kind of account. `column`: its properties in `fields`; `pushed`: whether it tells of changes; `page`: a route's name."""

    short: str
    name: str
    column: str
    page: str
    icon: str
    connect: str
    pushed: bool
    arrives: str
    notes: tuple[str, ...]

    @property
    def speed(self) -> str:
        if self.pushed:
            return "Usually within seconds: it tells Hetk that something changed"
        return "Within minutes: Hetk looks every {poll_busy} to {poll}, by how much happens there".format(**figures())


SIDES = {
    "outlook": Side(
        "Outlook", "Microsoft 365 or Outlook.com", "microsoft", "integration_microsoft-365", "microsoft",
        "Press “Connect Microsoft” and sign in at Microsoft. Hetk asks for calendars and nothing else.", True,
        "Free, tentative, busy, out of office and working elsewhere are all kept; so is the sensitivity.",
        ("If Microsoft says “Need admin approval”, your organization lets administrators alone decide. The page for administrators has the message to forward.",
         "A calendar that somebody shares with you can be a source. Hetk looks at it every few minutes."),
    ),
    "google": Side(
        "Google", "Google Workspace or Gmail", "google", "integration_google-workspace", "google",
        "Press “Connect Google” and sign in at Google. Tick both calendar permissions there; if one is missing, Hetk names it.", True,
        "Google knows free and busy alone: what is tentative or out of office elsewhere is busy here. The original keeps its value.",
        ("A working location or a birthday is no event for others and is not copied.",),
    ),
    "icloud": Side(
        "iCloud", "Apple iCloud", "icalendar", "integration_icloud-caldav", "icloud",
        "Make an app-specific password in your Apple Account, under Sign-In and Security, and paste it with your Apple address. It is tried at once.", False,
        "Copies stand in Calendar on iPhone, iPad and Mac like any other event, without an alarm.",
        ("Apple lets no program sign in with the password of the Apple Account itself. If you enter it by mistake, it is recognised, sent nowhere and not kept.",
         "When the password of the Apple Account changes, Apple ends all app-specific passwords. Hetk tells you, and goes on as soon as you paste a new one."),
    ),
    "caldav": Side(
        "CalDAV", "Nextcloud, Fastmail or another CalDAV server", "icalendar", "integration_icloud-caldav", "caldav",
        "Enter the address of the server, your name there and a password; where the server offers app passwords, take one of those.", False,
        "What the server cannot hold stays in a comment of the copy, so that Hetk knows its own hand again.",
        ("The server has to be reached from outside by https, on port 443 or 8443.",),
    ),
    "feed": Side(
        "Feed", "A published calendar (.ics, webcal:)", "icalendar", "integrations", "feed",
        "Paste the address of the published calendar. Nobody has to sign in, and nothing is ever written there.", False,
        "",
        ("From a published calendar of Microsoft 365, Outlook, Google or iCloud only “Busy” is copied. Of other feeds you choose what is shown.",
         "Publishers bring a feed up to date when they like: some after minutes, some after hours."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """`lead`: what somebody gets; `story`: when they want it; `both`: whether changes can travel back; `asked`: (question, answer)."""

    slug: str
    source: Side
    target: Side
    title: str
    lead: str
    story: str
    both: bool
    asked: tuple[tuple[str, str], ...]

    @cached_property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """(what, its properties at the source, at the target, what a private copy shows)."""
        return [(row.what, _names(row, self.source), _names(row, self.target), row.hidden) for row in fields.ROWS]

    @cached_property
    def notes(self) -> list[str]:
        """What is worth knowing of both sides, each once."""
        return list(dict.fromkeys((*self.source.notes, *self.target.notes)))

    @property
    def names(self) -> tuple[str, str]:
        """How the two calendars are called in the pictures."""
        if self.source is self.target:
            return f"{self.source.short}, first account", f"{self.target.short}, second account"
        return self.source.short, self.target.short


def _names(row: fields.Row, side: Side) -> str:
    return ", ".join(getattr(row, side.column))


_TOLD = (
    ("outlook-to-google", "outlook", "google", "Outlook calendar to Google Calendar",
     "Meetings at work block the same hours in your Google calendar, seconds after they are booked.",
     "Your day is planned in Outlook, and your family, your clients or your booking page look into Google. They need to see that an hour is taken, and seldom why.", True,
     (("Do I need my administrator?", "Only if your organization lets administrators alone approve applications. Hetk tells you so and gives you a message to forward; until then a published calendar works as a feed."),
      ("What becomes of Teams links?", "They stay in Outlook. Join links and dial-in data are not copied."))),
    ("google-to-outlook", "google", "outlook", "Google Calendar to Outlook calendar",
     "What stands in Google blocks the hour in Outlook, so that colleagues book around it.",
     "Private plans, or the calendar of a second business, live in Google; colleagues look for a free hour in Outlook. One sync makes both true at once.", True,
     (("Do colleagues see what my private event is?", "Not unless you choose full details. With “Mark as Private” they see “Busy”, and Outlook shows the event with a lock."),
      ("Does the Scheduling Assistant count the copies?", "Yes. A copy is an ordinary event of your calendar and blocks its time like any other."))),
    ("icloud-to-google", "icloud", "google", "iCloud calendar to Google Calendar",
     "The calendar of your iPhone blocks its hours in Google.",
     "You write down your life on the phone, and somebody else plans with your Google calendar. The hours arrive there by themselves.", True,
     (("Why does it take minutes?", "Apple does not tell programs that something changed, so Hetk has to look."),
      ("Does it need an app on my iPhone?", "No. Hetk works with Apple’s servers; the phone shows what stands there."))),
    ("google-to-icloud", "google", "icloud", "Google Calendar to iCloud calendar",
     "Events of Google stand in the calendar of your iPhone, and block their hours for the family you share it with.",
     "You share a family calendar in iCloud and work in Google. The family sees when you are taken, whatever device it uses.", True,
     (("Why not add the Google account on my iPhone?", "Then you see the events, and nobody you share the iCloud calendar with does. A copy stands in the calendar itself."),
      ("Will my iPhone ring for copies?", "No. Copies carry no alarm."))),
    ("icloud-to-outlook", "icloud", "outlook", "iCloud calendar to Outlook calendar",
     "Appointments from your iPhone block their hours at work, as “Busy”.",
     "The dentist stands in iCloud, the meeting in Outlook, and the two do not know of each other. With a private sync colleagues see a busy hour and nothing else.", True,
     (("Can my employer read my iCloud calendar?", "No. Only copies get into Outlook, with what you allow: “Busy” unless you choose otherwise."),
      ("What does my employer have to do?", "Nothing for iCloud. For Outlook some organizations ask for an administrator’s approval."))),
    ("outlook-to-icloud", "outlook", "icloud", "Outlook calendar to iCloud calendar",
     "Meetings of Outlook stand in iCloud, on every device of yours and for everybody you share it with.",
     "Work devices stay at work. What you need on your own phone is when you are taken, without the mail of the company on it.", True,
     (("Does a profile of my company get onto the phone?", "No. Nothing is installed; the copies come from iCloud."),
      ("May I show titles?", "If you choose full details and no policy of your organization’s domain says otherwise."))),
    ("two-microsoft-365-accounts", "outlook", "outlook", "Two Microsoft 365 accounts",
     "Two tenants, one day: what is booked in one account blocks the hour in the other.",
     "Consultants and people with two employers have two mailboxes in two organizations, and each books as if the other did not exist.", True,
     (("Are the tenants connected with each other?", "No. Each account signs in by itself, with delegated access; neither organization sees the other."),
      ("Is the sensitivity kept?", "Exactly, between two Microsoft accounts: normal, personal, private and confidential."))),
    ("two-google-accounts", "google", "google", "Two Google accounts",
     "Work and private Google accounts keep each other’s hours free.",
     "A Workspace account at work, a Gmail account at home; invitations arrive in either. Sharing calendars would show all of it or be forbidden; a sync shows what you decide.", True,
     (("Why not share one calendar with the other?", "Sharing shows the events beside yours and blocks nothing: whoever looks for a free hour with you does not see them."),
      ("Do guests get two invitations?", "No. A copy has no guests."))),
    ("caldav-to-google", "caldav", "google", "Nextcloud or Fastmail to Google Calendar",
     "A calendar on a server of your choice blocks its hours in Google.",
     "You keep your calendar on your own server, and others plan with Google. Hetk joins them without moving either.", True,
     (("Which servers work?", "Those that speak CalDAV, such as Nextcloud, Fastmail, Radicale and Cyrus."),
      ("Where does my password go?", "To the server that you named, over https, and nowhere else."))),
    ("caldav-to-outlook", "caldav", "outlook", "Nextcloud or Fastmail to Outlook calendar",
     "Your own server and Outlook show the same hours as taken.",
     "Associations, agencies and universities run calendars of their own, and their people sit in meetings that are booked in Outlook.", True,
     (("Can changes travel back to the server?", "Yes, if you choose both ways and may write there."),
      ("What if the server is down?", "Nothing is deleted. The sync waits, and catches up when the server answers."))),
    ("feed-to-google", "feed", "google", "Calendar feed (ICS) to Google Calendar",
     "A published calendar becomes events of your own that block their hours.",
     "Google can subscribe to an address, but shows such a calendar beside yours, brings it up to date when it likes, and blocks nothing. Copies are events of your own.", False,
     (("How soon do changes arrive?", "Hetk looks every few minutes. How soon a publisher renews its file is the publisher’s business."),
      ("Can I replace the feed by the account later?", "Yes. The account’s calendar takes the feed’s place, and its copies over; none is doubled."))),
    ("feed-to-outlook", "feed", "outlook", "Calendar feed (ICS) to Outlook calendar",
     "Matches, terms or a second employer’s published calendar block their hours in Outlook.",
     "The other organization does not let applications in, but lets you publish when you are busy. That is enough to be booked around.", False,
     (("Is that allowed?", "You publish what your organization lets you publish, and from such feeds Hetk copies “Busy” alone."),
      ("What happens when the address stops working?", "Copies stay. After half a day without a calendar you are told by mail."))),
)  # fmt: skip

RECIPES = {
    slug: Recipe(slug, SIDES[source], SIDES[target], title, lead, story, both, asked)
    for slug, source, target, title, lead, story, both, asked in _TOLD
}


def others(recipe: Recipe) -> list[Recipe]:
    """Recipes that begin or end with the same kinds of account, the closest first; at most four."""
    sides = {recipe.source.short, recipe.target.short}
    near = [(len(sides & {one.source.short, one.target.short}), one) for one in RECIPES.values() if one is not recipe]
    return [one for common, one in sorted(near, key=lambda pair: -pair[0]) if common][:4]

"""Who keeps calendars in step, and how they set it up: one template shows them all."""

from dataclasses import dataclass

from hetk.pages.recipes import RECIPES, Recipe


@dataclass(frozen=True)
class Case:
    """`event` and `copy`: what stands in the first calendar and what others see in the second, as (title, detail).

    `settings`: (setting, value, why); `asked`: (question, answer); `slugs`: recipes that fit.
    """

    slug: str
    title: str
    lead: str
    story: tuple[str, ...]
    calendars: tuple[str, str]
    event: tuple[str, str]
    copy: tuple[str, str]
    settings: tuple[tuple[str, str, str], ...]
    asked: tuple[tuple[str, str], ...]
    slugs: tuple[str, ...]

    @property
    def recipes(self) -> list[Recipe]:
        return [RECIPES[slug] for slug in self.slugs]


_ALL = (
    Case(
        "consultants", "Consultants and freelancers",
        "One calendar for each client, one day for all of them.",
        ("Each client gives you an account, and its people book you there. None of them may learn of the others, and all of them want to know when you are free.",
         "Join their calendars with each other and with your own. An hour that one client books is busy for the others a moment later, and says nothing but that."),
        ("Fabrikam", "Contoso"), ("Roadmap with Fabrikam", "Room 2, Tartu"), ("Busy", ""),
        (("Direction", "Both ways", "Each client has to see the hours of all others"),
         ("Privacy", "Mark as Private, both directions", "No client learns of another, not even by a title"),
         ("Show as", "Keep", "What is tentative stays movable"),
         ("What is copied", "Without declined invitations", "What you declined takes no time")),
        (("I have three calendars. How many syncs is that?", "Three: each two that have to know of each other. A copy is never copied on, so nothing goes round in circles."),
         ("The same meeting is in two of them. Is it copied twice?", "No. Hetk knows a meeting that stands in both calendars already, and makes no copy of it."),
         ("A client’s IT has to agree. What do I send?", "The page “For IT”, or its PDF. It answers what an assessment asks.")),
        ("two-microsoft-365-accounts", "outlook-to-google", "feed-to-google"),
    ),
    Case(
        "lawyers", "Law firms",
        "Court dates block the hour, and no name of a client leaves the firm.",
        ("A title is a secret already: who meets whom, about which matter. Yet assistants, partners and the lawyer’s own phone have to know when somebody is taken.",
         "Hetk copies the hour alone. Titles, places and guests pass through memory only where you show them, and are stored nowhere."),
        ("Firm", "Private"), ("Hearing in the matter of A", "Court house, room 12"), ("Busy", ""),
        (("Privacy", "Mark as Private", "The title, place and people stay in the firm"),
         ("Domain policy", "One DNS record of the firm", "Nobody in the firm can choose otherwise, by mistake or not"),
         ("All-day events", "Shown as free", "Deadlines stand on a day and take no hour"),
         ("Verification", "Every day, with a signed paper on request", "Shows that no copy says more than it may")),
        (("Can we prove that nothing leaked?", "Each complete verification gives an attestation: a signed paper about what was compared and found, without content."),
         ("Who at Hetk can read our calendar?", "Nobody. There is nothing stored to read, and the support desk shows no titles."),
         ("Is there a contract under Article 28?", "Yes, to accept in the account; it covers each point of Article 28(3) GDPR.")),
        ("outlook-to-icloud", "icloud-to-outlook", "google-to-outlook"),
    ),
    Case(
        "remote-teams", "Remote teams",
        "Colleagues book around school runs, without reading about them.",
        ("People who work from home live in two calendars at once. What is not in the work calendar gets booked over.",
         "Each person joins their own private calendar with the one at work. The team sees a busy hour; what it is stays at home."),
        ("Home", "Work"), ("School run", "Until 8:45"), ("Busy", ""),
        (("Direction", "One way, home to work", "The private calendar is not changed"),
         ("Working hours", "Monday to Friday, 8:00 to 18:00", "What happens in the evening is nobody’s business"),
         ("Keep one event out", "#nosync in its title", "For the rare event that should block nothing"),
         ("Privacy", "Mark as Private", "A busy hour is all the team needs")),
        (("Does each person need an account?", "Yes. Each signs in with their own, and nobody sees the calendars of another."),
         ("Can we forbid details for everybody?", "Yes, by one DNS record of your domain. It holds for every person and every provider."),
         ("Does it work across time zones?", "Yes. An event is copied with its zone, and working hours are those of the person.")),
        ("google-to-outlook", "icloud-to-outlook", "two-google-accounts"),
    ),
    Case(
        "executives", "Executives and assistants",
        "Boards, company and family in one truth that the assistant can plan with.",
        ("Seats on boards come with calendars of other organizations. An assistant sees one of them and books into the hours of the rest.",
         "Join each board’s calendar with the main one. The assistant sees which board it is by the title’s beginning and by the colour, and the boards see “Busy”."),
        ("Board", "Company"), ("Audit committee", "By telephone"), ("[Board] Audit committee", "By telephone"),
        (("Towards the main calendar", "Full details, titles as [Board] {title}", "The assistant has to know what it is"),
         ("Towards each board", "Mark as Private", "A board sees the hour and nothing else"),
         ("Label", "A colour for each board", "Told apart at a glance, in Outlook and Google"),
         ("Out of office", "Copied", "Absence counts everywhere")),
        (("Can the assistant move a copy?", "In a sync both ways moving a copy moves its original, where nobody else is invited."),
         ("What if an assistant deletes many events at once?", "Deletions that look like damage wait for your word; you get a mail with the number."),
         ("How does the assistant find out why something is missing?", "Explain: for any day Hetk says of each event whether it is copied, and by which rule.")),
        ("two-microsoft-365-accounts", "outlook-to-google", "outlook-to-icloud"),
    ),
)  # fmt: skip

CASES = {case.slug: case for case in _ALL}

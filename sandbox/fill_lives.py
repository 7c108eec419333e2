"""Whose days look like what: the material of the believable world."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Habit:
    """A kind of single event: what it is called, where, how long (minutes), how it shows."""

    title: str
    location: str = ""
    minutes: int = 30
    show_as: str = "busy"
    sensitivity: str = "normal"
    people: tuple[str, ...] = ()
    description: str = ""
    organizer: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Series:
    """A weekly series: `day` 0 is Monday, `at` hours and minutes, every `interval` weeks."""

    title: str
    day: int
    at: tuple[int, int]
    minutes: int = 30
    interval: int = 1
    location: str = ""
    people: tuple[str, ...] = ()
    sensitivity: str = "normal"


@dataclass(frozen=True)
class Life:
    """One calendar's contents. `a_week` single events on average; `calendar` None is the primary one."""

    person: str
    a_week: float
    habits: tuple[Habit, ...]
    series: tuple[Series, ...] = ()
    calendar: str | None = None
    evenings: bool = False
    holidays: bool = False
    away: bool = False
    kinds: tuple[str, ...] = ()
    birthdays: tuple[str, ...] = field(default=())


BOB, CHARLIE = "bob@northwind.example", "charlie@northwind.example"
NORTHWIND = (
    Habit("Route planning: Baltic depots", "Room Tern", 60, people=(BOB, CHARLIE)),
    Habit("Call with the warehouse team", "Teams", 30, people=(BOB,), description="Open points from last week."),
    Habit("Review of the pricing model", "Room Swift", 45, people=(CHARLIE,)),
    Habit("Steering committee", "Room Osprey", 90, people=(BOB, CHARLIE, "ceo@northwind.example")),
    Habit("Workshop: returns process", "Room Tern", 120, organizer=BOB, answer="accepted"),
    Habit("Supplier talk (to be confirmed)", "Teams", 45, "tentative", organizer=CHARLIE, answer="tentative"),
    Habit("Write up findings", "", 90),
    Habit("Read contracts", "", 60, sensitivity="confidential"),
    Habit("Lunch with Bob", "Kohvik Sinilind", 60, "free", people=(BOB,)),
    Habit("Dentist", "Kesklinna hambakliinik", 45, sensitivity="private"),
    Habit("Interview: junior analyst", "Teams", 60, sensitivity="private", people=("people@northwind.example",)),
)
FABRIKAM = (
    Habit("Plant visit", "Plant 2, gate B", 180, "oof", people=("marek@fabrikam.example",)),
    Habit("Quality figures, line 4", "Teams", 45, people=("marek@fabrikam.example", "liisa@fabrikam.example")),
    Habit("Downtime review", "Room 3.14", 60, organizer="liisa@fabrikam.example", answer="accepted"),
    Habit("Shift leads, questions and answers", "Canteen", 30, organizer="marek@fabrikam.example", answer="unanswered"),
    Habit("Prepare the board paper", "", 120, sensitivity="confidential"),
    Habit("Call with the insurer", "Phone", 30, sensitivity="private"),
    Habit("Travel to the plant", "Train 223", 75, "oof"),
)
HOME = (
    Habit("Run by the sea", "Pirita", 60, "free"),
    Habit("Physiotherapy", "Tervise 28", 45, sensitivity="private"),
    Habit("Choir", "Kultuurikatel", 120),
    Habit("Dinner at Mari’s", "Uus Maailm", 150),
    Habit("Car to the workshop", "Peterburi tee 50", 30),
    Habit("Parents’ evening", "School, room 12", 90),
    Habit("Call the tax office", "", 30, sensitivity="private"),
    Habit("Coffee with Kristjan", "Telliskivi", 60, people=("kristjan@example.net",)),
    Habit("Theatre", "Linnateater", 150),
)
FAMILY = (
    Habit("Football, Juhan", "Sports hall", 90),
    Habit("Piano lesson, Liis", "Music school", 45),
    Habit("Doctor, Liis", "Children’s clinic", 30, sensitivity="private"),
    Habit("Grandparents visit", "Home", 240, "free"),
    Habit("Swimming", "Kalev pool", 90),
    Habit("Birthday party of a classmate", "Climbing hall", 150),
)
CONTOSO = (
    Habit("Pipeline review", "Meet", 45, people=("ines@contoso.example", "omar@contoso.example")),
    Habit("Proposal: museum ticketing", "Meet", 60, people=("ines@contoso.example",)),
    Habit("Candidate lunch", "Canteen", 60, "free", people=("omar@contoso.example",)),
    Habit("Invoice run", "", 30),
    Habit("Partners’ circle", "Library", 90, organizer="ines@contoso.example", answer="accepted"),
    Habit("Salary talks", "Library", 45, sensitivity="private"),
    Habit("Demo for a client (hold)", "Meet", 60, "tentative", organizer="omar@contoso.example", answer="tentative"),
)
PLAIN = (
    Habit("Meeting", "Teams", 30),
    Habit("Site visit", "Harbour", 90),
    Habit("Report", "", 60),
    Habit("Doctor", "", 30, sensitivity="private"),
    Habit("Lunch", "Canteen", 45, "free"),
)
STAND_UP = "Stand-up"
LIVES = (
    Life(
        "alice-northwind",
        2.7,
        NORTHWIND,
        (
            Series(STAND_UP, 0, (9, 15), 15, people=(BOB, CHARLIE), location="Teams"),
            Series("Logistics weekly", 2, (14, 0), 60, people=(BOB,), location="Room Tern"),
            Series("One to one with Bob", 3, (11, 0), 30, interval=2, people=(BOB,), sensitivity="private"),
        ),
        holidays=True,
        away=True,
    ),
    Life("alice-northwind", 0.6, NORTHWIND[:3], calendar="Team Northwind"),
    Life("bob-northwind", 1.6, PLAIN, (Series("Depot round", 1, (8, 30), 30),), holidays=True, away=True),
    Life("bob-northwind", 0.3, (Habit("Board meeting", "Room Osprey", 120),), calendar="Board"),
    Life("charlie-northwind", 1.4, PLAIN, (Series("Finance weekly", 4, (10, 0), 45),), holidays=True),
    Life(
        "alice-fabrikam",
        2.4,
        FABRIKAM,
        (
            Series(STAND_UP, 1, (8, 45), 15, location="Teams", people=("marek@fabrikam.example",)),
            Series("Line 4 weekly", 3, (13, 0), 45, location="Room 3.14"),
        ),
        holidays=True,
        away=True,
    ),
    Life("alice-outlook", 1.5, HOME, evenings=True),
    Life(
        "alice-gmail",
        3.0,
        HOME,
        (
            Series("Yoga", 1, (18, 30), 75, location="Studio"),
            Series("Call home", 6, (17, 0), 30, sensitivity="private"),
        ),
        evenings=True,
        holidays=True,
        birthdays=("Mari", "Kristjan", "Ema", "Isa", "Liis", "Juhan"),
    ),
    Life("alice-gmail", 2.8, FAMILY, (Series("Football training", 2, (17, 30), 90),), calendar="Family", evenings=True),
    Life(
        "alice-contoso",
        2.5,
        CONTOSO,
        (
            Series(STAND_UP, 2, (9, 0), 15, people=("ines@contoso.example", "omar@contoso.example"), location="Meet"),
            Series("Partners weekly", 4, (15, 0), 60, location="Library"),
        ),
        holidays=True,
        away=True,
        kinds=("focus_time", "working_location"),
    ),
    Life("bob-gmail", 1.3, HOME, evenings=True),
    Life("alice-icloud", 1.4, FAMILY, (Series("Swimming school", 5, (10, 0), 60),), evenings=True, holidays=True),
    Life("bob-icloud", 0.9, HOME, evenings=True),
    Life("charlie-gmail", 1.2, HOME, evenings=True, birthdays=("Anna", "Bob")),
)
# Month, day, name: the fixed ones are enough to be believed.
HOLIDAYS = (
    (1, 1, "New Year’s Day"),
    (2, 24, "Independence Day"),
    (5, 1, "Spring Day"),
    (6, 23, "Victory Day"),
    (6, 24, "Midsummer Day"),
    (8, 20, "Restoration of Independence"),
    (12, 24, "Christmas Eve"),
    (12, 25, "Christmas Day"),
    (12, 26, "Boxing Day"),
)

"""What becomes of the colours of copies."""

from dataclasses import replace

from sync.core.event import Content, Field, Label
from sync.providers.base import Update
from tests.providers.promises.outside import ALL_FIELDS, MARK, Spoken, insert, timed


class Labels(Spoken):
    def shows(self, label: str) -> str:
        """What is to stand there after this label was written; nothing where there are none."""
        return label if self.outside.provider.traits.labels else ""

    def change(
        self, id: str, label: str = "", *, relabel: bool = False, coloured: bool = False, mark: str = f"{MARK}.1"
    ) -> None:
        said = Content(title="New", when=timed(11))
        fields = ALL_FIELDS if mark else frozenset({Field.TITLE})
        version = self.got(id).version
        write = Update(id=id, version=version, content=said, fields=fields, mark=mark, label=label)
        self.wrote(replace(write, relabel=relabel, coloured=coloured))

    def test_a_copy_is_made_with_each_label_or_with_none(self) -> None:
        for number, label in enumerate(["", *Label]):
            made = self.wrote(replace(insert(number), label=str(label)))
            assert self.got(made.id).label == made.label == self.shows(str(label))

    def test_a_label_outlives_every_update_of_its_copy_until_it_is_changed(self) -> None:
        made = self.wrote(replace(insert(1), label="blue"))
        self.change(made.id, "blue")
        assert self.got(made.id).label == self.shows("blue")
        self.change(made.id, "red", relabel=True)
        assert self.got(made.id).label == self.shows("red")
        # A person's choice, as far as this write can know.
        self.change(made.id, "blue")
        assert self.got(made.id).label == self.shows("red")
        self.change(made.id, relabel=True)
        assert self.got(made.id).label == ""

    def test_a_colour_that_a_person_gave_a_copy_without_a_label_outlives_its_updates(self) -> None:
        made = self.wrote(replace(insert(1), label="green"))
        self.change(made.id, coloured=True)
        assert self.got(made.id).label == self.shows("green")
        self.change(made.id, "red", relabel=True, coloured=True)
        assert self.got(made.id).label == self.shows("red")

    def test_somebodys_own_event_is_never_labelled(self) -> None:
        own = self.outside.create("Own", timed(9))
        self.change(own, "blue", relabel=True, mark="")
        assert (self.got(own).label, self.got(own).content.title) == ("", "New")

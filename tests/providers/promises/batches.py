"""Many writes at once."""

from sync.core.event import Content
from sync.providers.base import Remove, Update
from sync.providers.errors import Exists
from tests.providers.promises.outside import ALL_FIELDS, MARK, Spoken, insert, timed


class Batches(Spoken):
    def test_a_batch_is_one_request_and_answers_stay_in_order(self) -> None:
        size = self.outside.provider.traits.batch
        writes = [insert(n) for n in range(size + 3)]
        before = self.outside.requests()
        answers = self.write(*writes)
        assert self.outside.requests() - before == -(-len(writes) // size)
        assert [a.event.key for a in answers if a.event] == [write.key for write in writes]
        assert [a.event.content.title for a in answers if a.event] == [write.content.title for write in writes]
        assert len(self.read().events) == size + 3

    def test_a_batch_of_mixed_writes_answers_each(self) -> None:
        first, second = self.wrote(insert(1)), self.wrote(insert(2))
        said = Content(title="Changed", when=timed(9))
        answers = self.write(
            Update(id=first.id, version=first.version, content=said, fields=ALL_FIELDS, mark=first.mark),
            insert(3),
            Remove(id=second.id, version=second.version),
            insert(1),
        )
        assert [type(answer.error) for answer in answers] == [type(None), type(None), type(None), Exists]
        assert self.read().titles() == ["Changed", "Copy 3"]

    def test_many_are_got_in_few_requests(self) -> None:
        made = [a.event.id for a in self.write(*[insert(n) for n in range(30)]) if a.event]
        before = self.outside.requests()
        found = self.outside.provider.get(self.outside.calendar, made)
        assert self.outside.requests() - before == -(-30 // self.outside.provider.traits.fetch)
        assert {id: event.mark for id, event in found.items() if event} == {
            id: f"{MARK}.{n}" for n, id in enumerate(made)
        }

    def test_one_write_is_one_request(self) -> None:
        before = self.outside.requests()
        made = self.wrote(insert(1))
        self.wrote(Update(id=made.id, version=made.version, content=made.content, fields=ALL_FIELDS, mark=made.mark))
        self.write(Remove(id=made.id))
        assert self.outside.requests() - before == 3

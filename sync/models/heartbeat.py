"""Signs of life."""

from django.db import models


class Heartbeat(models.Model):
    """When what must go on was last done: the timetable, by a task of its own; a worker, by claiming; a backup, by its being complete."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"heartbeat of {self.name}"

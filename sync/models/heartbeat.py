"""Signs of life."""

from django.db import models


class Heartbeat(models.Model):
    """When a process last did what it is there for: the timetable, by a task of its own; a worker, by claiming."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"heartbeat of {self.name}"

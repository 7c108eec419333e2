"""What was measured of the service, day by day."""

from django.db import models


class PartDay(models.Model):
    """One part of the service on one day (UTC): how many measurements found it working, in some trouble, or not working. About nobody."""

    day = models.DateField()
    part = models.CharField(max_length=40)
    ok = models.PositiveIntegerField(default=0)
    warn = models.PositiveIntegerField(default=0)
    stop = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("day", "part"), name="one_row_of_a_part_a_day"),)

    def __str__(self) -> str:
        return f"{self.part} on {self.day}"

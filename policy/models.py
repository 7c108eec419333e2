"""What is known of the policies that organizations publish: one row a domain that somebody's account or a check has named."""

from dataclasses import asdict

from django.db import models

from policy.record import Problem
from policy.standing import Standing, State


class Domain(models.Model):
    """`Standing` as a row, field by field (`policy/standing.py` says what each means)."""

    name = models.CharField(max_length=253, unique=True)
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in State], default=State.UNKNOWN
    )
    since = models.DateTimeField(null=True, blank=True)
    text = models.CharField(max_length=2048, blank=True)
    problem = models.CharField(max_length=16, blank=True)
    subdomains = models.BooleanField(default=False)
    signed = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    gone = models.PositiveSmallIntegerField(default=0)
    gone_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    # The last time a calendar in use rested on it.
    needed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Standing:
        return Standing(
            state=State(self.state),
            since=self.since,
            text=self.text,
            problem=Problem(self.problem) if self.problem else None,
            subdomains=self.subdomains,
            signed=self.signed,
            answered_at=self.answered_at,
            asked_at=self.asked_at,
            gone=self.gone,
            gone_since=self.gone_since,
            failures=self.failures,
        )

    def keep(self, standing: Standing) -> None:
        for name, value in asdict(standing).items():
            setattr(self, name, value)
        self.problem = standing.problem or ""
        self.text = standing.text[:2048]
        self.save()

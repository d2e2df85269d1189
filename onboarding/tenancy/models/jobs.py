from django.db import models


class JobSlot(models.Model):
    """A beat job's time slot, claimed once whichever beat comes first."""

    job = models.CharField(max_length=80)
    slot = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="job_slot_once")]

    def __str__(self):
        return f"{self.job} at {self.slot}"

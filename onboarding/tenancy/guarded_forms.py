"""Forms that two people may have open at once: the second to save is told what the first did, and loses nothing typed."""

import hashlib
import json

from django import forms
from django.forms.utils import ErrorList


class GuardedForm(forms.Form):
    """Knows which state its editor looked at. Put `{{ form.seen }}` into it where fields are laid out by hand.

    `initial` is what is stored now. A save over another state is refused once, with what it says now beside what was typed;
    saving again is a decision, and goes through.
    """

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data=None, *args, **options):
        super().__init__(data, *args, **options)
        self.now = stamp(self.initial)
        self.fields["seen"].initial = self.now
        self.looked_at = None
        if self.is_bound:
            key = self.add_prefix("seen")
            self.looked_at = self.data.get(key)
            self.data = self.data.copy()
            self.data[key] = self.now  # a form that is shown again has seen what it says now

    def clean(self):
        said = super().clean()
        if self.looked_at and self.initial and self.looked_at != self.now:
            self.add_error(None, ErrorList([_told(self)]))
        return said


def stamp(stored: dict) -> str:
    """The state that a form shows, as a short text."""
    text = json.dumps(stored, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _told(form: GuardedForm) -> str:
    """What somebody else has saved meanwhile, where it is not what was typed here."""
    differs = []
    for name, value in form.initial.items():
        field = form.fields.get(name)
        if field is not None and _plain(form[name].data) != _plain(value):
            differs.append(f"{field.label or name.replace('_', ' ').capitalize()}: {_plain(value) or 'nothing'}"[:200])
    now = f" It says now: {'; '.join(differs)}." if differs else ""
    return (
        f"Somebody else has saved this since you opened it.{now} What you typed is below; save again to let it stand."
    )


def _plain(value) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else " ".join(str(value).split())

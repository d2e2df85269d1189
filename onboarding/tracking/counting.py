"""People and accounts that are there to try things out: by a rule or by hand. They are left out of every number, visibly."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from onboarding.tracking.models import Account, Exclusion, Person

Kind = Exclusion.Kind


def real(prefix: str = "") -> Q:
    """The filter that leaves tests out; `prefix` leads to a seat, such as "enrollment__seat"."""
    to = f"{prefix}__" if prefix else ""
    no_account = Q(**{f"{to}account__isnull": True})
    return Q(**{f"{to}person__is_test": False}) & (no_account | Q(**{f"{to}account__is_test": False}))


def rules() -> list[Exclusion]:
    return list(Exclusion.objects.order_by("kind", "trait", "value"))


def judge(subjects: Iterable[Person | Account], known: list[Exclusion]) -> None:
    """Set is_test on people or accounts whose traits have changed; the caller saves them."""
    for subject in subjects:
        subject.is_test = is_test(subject, known)


def is_test(subject: Person | Account, known: list[Exclusion]) -> bool:
    """What a member said by hand, else whether any rule fits."""
    if subject.test_said is not None:
        return subject.test_said
    return any(_fits(rule, subject) for rule in known)


def _fits(rule: Exclusion, subject: Person | Account) -> bool:
    is_person = isinstance(subject, Person)
    if rule.kind == Kind.DOMAIN:
        return is_person and subject.email.lower().endswith(f"@{rule.value}")
    if (rule.kind == Kind.PERSON) != is_person:
        return False
    if is_person and not subject.trait_times.get(rule.trait, [False])[0]:
        return False  # a browser's word takes nobody out of the numbers
    return _text(subject.traits.get(rule.trait)).lower() == rule.value.lower()


def _text(value) -> str:
    """A trait's value as it is compared: true, 3, text."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def judge_everybody() -> tuple[int, int]:
    """Set is_test of everybody after the rules have changed: (people, accounts) that are tests now."""
    return _judge_all(Person), _judge_all(Account)


def _judge_all(model: type[Person | Account]) -> int:
    fitting = Q(test_said=True)
    rows = model.objects.all()
    for number, rule in enumerate(rules()):
        if rule.kind == Kind.DOMAIN:
            fitting |= Q(test_said=None, email__iendswith=f"@{rule.value}") if model is Person else Q()
        elif (rule.kind == Kind.PERSON) == (model is Person):
            rows = rows.annotate(**{f"trait_{number}": KeyTextTransform(rule.trait, "traits")})
            fits = Q(test_said=None, **{f"trait_{number}__iexact": rule.value})
            if model is Person:
                told = KeyTextTransform("0", KeyTransform(rule.trait, "trait_times"))
                rows = rows.annotate(**{f"trusted_{number}": told})
                fits &= Q(**{f"trusted_{number}": "true"})
            fitting |= fits
    tests = set(rows.filter(fitting).values_list("pk", flat=True))
    model.objects.filter(is_test=True).exclude(pk__in=tests).update(is_test=False)
    model.objects.filter(is_test=False, pk__in=tests).update(is_test=True)
    return len(tests)


def say(subject: Person | Account, *, test: bool | None) -> None:
    """Note by hand that somebody is a test, or is not; None leaves it to the rules."""
    subject.test_said = test
    subject.is_test = is_test(subject, rules())
    subject.save(update_fields=["test_said", "is_test"])


def counted() -> tuple[int, int]:
    """(people, accounts) that are left out."""
    return Person.objects.filter(is_test=True).count(), Account.objects.filter(is_test=True).count()

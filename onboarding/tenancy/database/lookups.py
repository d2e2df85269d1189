"""`field__among=values`: like `__in`, for thousands of values, which travel as one array instead of one parameter each."""

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignKey, Lookup

from onboarding.tenancy.database import arrays


class Among(Lookup):
    """`lhs = any(array)`. The values are plain numbers and texts of the column's own type, or rows with such a key."""

    lookup_name = "among"
    prepare_rhs = False

    def get_prep_lookup(self):
        return [getattr(value, "pk", value) for value in self.rhs]

    def as_sql(self, compiler, connection):
        lhs, parameters = self.process_lhs(compiler, connection)
        if not self.rhs:
            raise EmptyResultSet  # Django knows the answer without asking
        if type(self.rhs[0]) is int:
            return f"{lhs} = any(%s::bigint[])", [*parameters, arrays.integers(self.rhs)]
        return f"{lhs} = any(%s::text[])", [*parameters, arrays.texts(self.rhs)]


def register() -> None:
    """Teach every field the lookup; foreign keys keep a list of their own."""
    Field.register_lookup(Among)
    ForeignKey.register_lookup(Among)

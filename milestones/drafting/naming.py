"""Keys for what is named in the browser."""

from django.utils.text import slugify

RESERVED = {"new"}  # an address of its own beside the keys


def free_key(model, name: str) -> str:
    """A key made from a name that no row of the open workspace has yet; `model` has a `key`."""
    base = slugify(name)[:80].strip("-") or model._meta.model_name
    taken = set(model.objects.filter(key__startswith=base).values_list("key", flat=True)) | RESERVED
    return base if base not in taken else next(key for n in range(2, 100_000) if (key := f"{base}-{n}") not in taken)

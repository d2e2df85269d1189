"""Pages that exist in the demo and in tests only."""

from functools import wraps

from django.conf import settings
from django.http import Http404


def demo_only(view):
    """In production the address does not exist, whoever asks."""

    @wraps(view)
    def shown(request, *args, **kwargs):
        if settings.CAIRN_MODE not in ("demo", "test"):
            raise Http404
        return view(request, *args, **kwargs)

    return shown

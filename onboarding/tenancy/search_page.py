"""`/w/<slug>/search/`: everything of a name. The field of the top bar asks for its results as one types."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.search import LONGEST, SHORTEST, search


@require_safe
@open_to(Access.MANAGER)
def search_page(request, slug):
    """`?q=`: a part of a name, an id or an e-mail address."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    context = {"q": words, "found": search(words, slug), "is_short": 0 < len(words) < SHORTEST, "nav_current": "search"}
    return render(request, "tenancy/_found.html" if request.htmx else "tenancy/search.html", context)

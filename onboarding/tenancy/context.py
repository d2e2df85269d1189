"""What every page knows: the workspace, who is looking, and where else they may go."""

from onboarding.tenancy.notifications import unread


def tenancy(request):
    member = getattr(request, "member", None)
    return {
        "workspace": getattr(request, "workspace", None),
        "member": member,
        "unread": (lambda: unread(member)) if member else 0,  # asked where a page shows it
        "memberships": getattr(request, "memberships", []),
    }

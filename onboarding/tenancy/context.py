"""What every page knows: the workspace, who is looking, and where else they may go."""


def tenancy(request):
    return {
        "workspace": getattr(request, "workspace", None),
        "member": getattr(request, "member", None),
        "memberships": getattr(request, "memberships", []),
    }

"""The lease: workspaces, members, keys, isolation, access and audit."""

"""How an account is doing: its pace, with the reasons in words."""

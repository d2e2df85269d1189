"""The doors of the house: who is asking, and for which workspace."""

from onboarding.tenancy.doors.api_keys import ApiKeyDoor
from onboarding.tenancy.doors.members import MemberDoor

member = MemberDoor()
api_key = ApiKeyDoor()

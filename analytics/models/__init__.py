from analytics.models.counting import CountingRules
from analytics.models.results import Kept
from analytics.models.rollups import Climb, Keeping, MatrixRow, PersonDay

__all__ = ["Climb", "CountingRules", "Keeping", "Kept", "MatrixRow", "PersonDay"]

from analytics.models.bands import Band
from analytics.models.counting import CountingRules
from analytics.models.reports import Kind, Report, ReportLink, ReportMail, ReportSchedule
from analytics.models.results import Kept
from analytics.models.rollups import Climb, Keeping, MatrixRow, PersonDay
from analytics.models.views import SavedView

__all__ = [
    "Band",
    "Climb",
    "CountingRules",
    "Keeping",
    "Kept",
    "Kind",
    "MatrixRow",
    "PersonDay",
    "Report",
    "ReportLink",
    "ReportMail",
    "ReportSchedule",
    "SavedView",
]

"""Metrics that have left the band in which the team wants them: each becomes a matter of the review queue, with its figure."""

from dataclasses import dataclass
from datetime import datetime

from analytics.asking import Asked, read_asked
from analytics.models import Band
from analytics.reading import Reader, read_sheet
from analytics.rollups.keeping import standing
from analytics.sentences import ENOUGH
from milestones.models import Ladder
from milestones.studio.titles import rung_titles
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Matter
from playbooks.reviewing.queue import tell

PERIOD = "90"  # days of beginnings
REACH_BY, DONE_BY = 30, 60
Metric = Band.Metric


@dataclass(frozen=True)
class BandNow:
    """A band and its metric now; `value` is None while too few are known."""

    band: Band
    name: str
    value: float | None
    unit: str

    @property
    def side(self) -> str:
        """ "low" or "high" where it is outside, else nothing."""
        if self.value is None:
            return ""
        if self.band.low is not None and self.value < self.band.low:
            return "low"
        return "high" if self.band.high is not None and self.value > self.band.high else ""


def check_bands(now: datetime) -> int:
    """Raise what is outside, let go what is back; how much is new."""
    if standing() is None:
        return 0  # nothing is counted yet
    found = {}
    for each in stand():
        if each.side:
            limit = each.band.low if each.side == "low" else each.band.high
            figures = {"name": each.name, "value": each.value, "unit": each.unit, "side": each.side, "limit": limit}
            place = {"ladder": each.band.ladder.key, "rung": each.band.step}
            found[f"{each.band.metric} {each.band.ladder.key} {each.band.step}".strip()] = figures | place
    return tell(Matter.Kind.BAND, found, now=now)


def stand() -> list[BandNow]:
    """Every band with its metric as it is now."""
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    bands: dict[Ladder, list[Band]] = {}
    for band in Band.objects.select_related("ladder").order_by("ladder__position", "metric", "step"):
        bands.setdefault(band.ladder, []).append(band)
    titles = rung_titles((band.ladder.key, band.step) for of_one in bands.values() for band in of_one)
    return [each for ladder, of_one in bands.items() for each in _stand(ladder, of_one, titles, zone)]


def _stand(ladder: Ladder, bands: list[Band], titles: dict, zone) -> list[BandNow]:
    """Those of one ladder, from one sheet."""
    asked = read_asked({"ladder": ladder.key, "period": PERIOD}, zone)
    reader = Reader(asked, read_sheet(asked, [_measure(band) for band in bands])) if isinstance(asked, Asked) else None
    return [
        BandNow(
            band,
            f"{Metric(band.metric).label.partition(',')[0]}{f' “{titles.get((ladder.key, band.step), band.step)}”' if band.step else ''} of “{ladder.name}”",
            _value(band, reader) if reader else None,
            " days" if band.metric == Metric.FIRST_VALUE else " %",
        )
        for band in bands
    ]


def _measure(band: Band) -> str:
    return {Metric.COMPLETION: "done", Metric.REACH: f"rung:{band.step}"}.get(band.metric, "first_value")


def _value(band: Band, reader: Reader) -> float | None:
    curve = reader.curve(_measure(band))
    if curve.people < ENOUGH:
        return None
    if band.metric == Metric.FIRST_VALUE:
        middle = curve.time_of()
        return None if middle is None else float(middle)
    by = curve.by(DONE_BY if band.metric == Metric.COMPLETION else REACH_BY)
    return None if by is None else round(100 * float(by), 1)

"""Charts as Plotly figures in plain dicts. Colours are names of the design's tokens; the page puts the theme's own in when it draws."""

from datetime import date

from analytics.statistics.survival import Curve

AXIS = {
    "showgrid": True,
    "gridcolor": "--chart-grid",
    "zeroline": False,
    "linecolor": "--line-strong",
    "tickcolor": "--chart-grid",
    "fixedrange": True,
}
STEP = {"shape": "hv"}
SHARES = [0, 25, 50, 75, 100]


def waiting(curve: Curve, before: Curve | None, band: dict | None, *, days: int) -> dict:
    """The share still waiting by whole day: this time, the time before, and the interval; `days` is how far it is drawn."""
    traces = []
    if band:
        last = min(days, len(band["low"]) - 1)
        place = list(range(last + 1))
        high = [_percent(1 - share) for share in band["low"][: last + 1]]
        low = [_percent(1 - share) for share in band["high"][: last + 1]]
        traces += [
            {"x": place, "y": high, "mode": "lines", "line": {"width": 0, **STEP}, "hoverinfo": "skip"},
            {
                "x": place,
                "y": low,
                "mode": "lines",
                "line": {"width": 0, **STEP},
                "fill": "tonexty",
                "fillcolor": "--chart-1 / 0.15",
                "hoverinfo": "skip",
                "name": "95% interval",
            },
        ]
    if before is not None and len(before.arrived):
        line = {"color": "--chart-base", "width": 1.75, "dash": "dot", **STEP}
        traces.append(_line(before, days, "The time before", line))
    if len(curve.arrived):
        traces.append(_line(curve, days, "This time", {"color": "--chart-1", "width": 2.25, **STEP}))
    ticks = list(range(0, days + 1, 10 if days > 30 else 5))
    layout = {
        "xaxis": {
            **AXIS,
            "range": [0, days],
            "showgrid": False,
            "tickvals": ticks,
            "ticktext": [f"{day}<br>{_watched(curve, day)}" for day in ticks],
            "title": {"text": "Days since they began, and how many of those watched so long still waited"},
        },
        "yaxis": {**AXIS, "range": [0, 102], "tickvals": SHARES, "ticktext": [f"{share}%" for share in SHARES]},
        "shapes": _guides(curve, days),
        "margin": {"l": 44, "r": 8, "t": 8, "b": 64},
        "showlegend": False,
        "hovermode": "x unified",
    }
    return {"data": [{"type": "scatter", **trace} for trace in traces], "layout": layout}


def _line(curve: Curve, days: int, name: str, line: dict) -> dict:
    shares = [_percent(1 - share) for share in curve.arrived[: days + 1]]
    return {
        "x": list(range(len(shares))),
        "y": shares,
        "mode": "lines",
        "line": line,
        "name": name,
        "hovertemplate": "%{y:.0f}% still waiting",
    }


def arrivals(named: list[tuple[str, list[float]]]) -> dict:
    """The share of each group that has got there by whole day; at most four, told apart by dash as well as by colour."""
    styles = (("--chart-1", "solid"), ("--chart-2", "dash"), ("--chart-3", "dot"), ("--chart-4", "dashdot"))
    days = max((len(shares) for _, shares in named), default=1) - 1
    traces = [
        {
            "type": "scatter",
            "x": list(range(len(shares))),
            "y": [_percent(share) for share in shares],
            "mode": "lines",
            "line": {"color": colour, "dash": dash, "width": 2.25, **STEP},
            "name": name,
            "hovertemplate": "%{y:.0f}%",
        }
        for (name, shares), (colour, dash) in zip(named, styles, strict=False)
    ]
    layout = {
        "xaxis": {**AXIS, "range": [0, max(days, 1)], "showgrid": False, "title": {"text": "Days"}},
        "yaxis": {**AXIS, "range": [0, 102], "tickvals": SHARES, "ticktext": [f"{share}%" for share in SHARES]},
        "margin": {"l": 44, "r": 8, "t": 8, "b": 44},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.12, "x": 0},
        "hovermode": "x unified",
    }
    return {"data": traces, "layout": layout}


def weeks(counts: list[tuple[date, int]], *, since: date, mark: tuple[date, str] | None = None) -> dict:
    """A bar for each week, by the day on which it begins; those before `since` are grey. `mark` is a day with its words."""
    names = [f"{start:%-d %b}" for start, _ in counts]
    colours = ["--chart-fill" if start >= since else "--chart-base / 0.55" for start, _ in counts]
    trace = {
        "type": "bar",
        "x": list(range(len(counts))),
        "y": [n for _, n in counts],
        "text": names,
        "textposition": "none",
        "marker": {"color": colours},
        "hovertemplate": "%{text}: %{y}<extra></extra>",
    }
    every = max(1, len(names) // 9 + (len(names) % 9 > 0))
    shown = list(range(0, len(names), every))
    layout = {
        "xaxis": {**AXIS, "showgrid": False, "tickvals": shown, "ticktext": [names[place] for place in shown]},
        "yaxis": {**AXIS, "rangemode": "tozero"},
        "margin": {"l": 44, "r": 8, "t": 28, "b": 36},
        "showlegend": False,
        "bargap": 0.4,
    }
    place = _place(counts, mark[0]) if mark else None
    if place is not None:
        line = {"color": "--ink-3", "width": 1, "dash": "dot"}
        layout["shapes"] = [{"type": "line", "x0": place, "x1": place, "y0": 0, "y1": 1, "yref": "paper", "line": line}]
        layout["annotations"] = [
            {
                "x": place,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": mark[1],
                "showarrow": False,
                "font": {"color": "--ink-2"},
            }
        ]
    return {"data": [trace], "layout": layout}


def _place(counts: list[tuple[date, int]], day: date) -> int | None:
    """Which of the weeks a day lies in."""
    return next((place for place, (start, _) in enumerate(counts) if 0 <= (day - start).days < 7), None)


def _guides(curve: Curve, days: int) -> list[dict]:
    """Dotted lines to where half have got there."""
    median = curve.time_of()
    if median is None or median > days:
        return []
    line = {"color": "--ink-3", "width": 1, "dash": "dot"}
    return [
        {"type": "line", "x0": 0, "x1": median, "y0": 50, "y1": 50, "line": line},
        {"type": "line", "x0": median, "x1": median, "y0": 0, "y1": 50, "line": line},
    ]


def _percent(share: float) -> float:
    return round(100 * float(share), 2)


def _watched(curve: Curve, day: int) -> str:
    return f"{int(curve.at_risk[day]):,}" if day < len(curve.at_risk) else ""

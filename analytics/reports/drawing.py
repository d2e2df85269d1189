"""Charts for paper and mail: the page's own figures, drawn without a browser. Slow to import, so in the worker only."""

from io import BytesIO

# The design's tokens in the light theme, for where no stylesheet is.
COLOURS = {
    "--chart-1": "#0f6a5b",
    "--chart-2": "#3b62a3",
    "--chart-3": "#b9722c",
    "--chart-4": "#8b5a94",
    "--chart-base": "#8a928f",
    "--chart-fill": "#0f6a5b",
    "--chart-grid": "#e6e8e6",
    "--line-strong": "#c9cdca",
    "--ink": "#16211e",
    "--ink-2": "#47524e",
    "--ink-3": "#6a736f",
}
DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
WIDE, HIGH, DOTS = 7.2, 2.9, 180


def draw(figure: dict) -> bytes:
    """A figure as `analytics.figures` makes them, as a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(WIDE, HIGH), dpi=DOTS, layout="constrained")
    axes = canvas.subplots()
    previous = None
    for trace in figure["data"]:
        previous = _trace(axes, trace, previous)
    _lay_out(axes, figure["layout"])
    file = BytesIO()
    canvas.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _trace(axes, trace: dict, previous: dict | None) -> dict:
    x, y = trace["x"], trace["y"]
    if trace["type"] == "bar":
        axes.bar(x, y, width=0.6, color=[_colour(each) for each in trace["marker"]["color"]])
        return trace
    line = trace["line"]
    if trace.get("fill") == "tonexty" and previous is not None:
        axes.fill_between(x, y, previous["y"], step="post", color=_colour(trace["fillcolor"]), linewidth=0)
    if line["width"]:
        style = {
            "color": _colour(line["color"]),
            "linewidth": line["width"] * 0.8,
            "linestyle": DASHES[line.get("dash", "solid")],
        }
        axes.step(x, y, where="post", label=trace.get("name"), **style)
    return trace


def _lay_out(axes, layout: dict) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(COLOURS["--line-strong"])
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=COLOURS["--chart-grid"], linewidth=0.8)
    axes.tick_params(colors=COLOURS["--ink-3"], labelsize=8, length=0)
    x, y = layout["xaxis"], layout["yaxis"]
    if "range" in x:
        axes.set_xlim(*x["range"])
    if "range" in y:
        axes.set_ylim(*y["range"])
    axes.set_xticks(x["tickvals"], [text.replace("<br>", "\n") for text in x["ticktext"]]) if "tickvals" in x else None
    axes.set_yticks(y["tickvals"], y["ticktext"]) if "tickvals" in y else None
    if "title" in x:
        axes.set_xlabel(x["title"]["text"], fontsize=8, color=COLOURS["--ink-3"])
    for shape in layout.get("shapes", []):
        style = {"color": _colour(shape["line"]["color"]), "linewidth": 0.8, "linestyle": ":"}
        if shape.get("yref") == "paper":
            axes.axvline(shape["x0"], **style)
        else:
            axes.plot([shape["x0"], shape["x1"]], [shape["y0"], shape["y1"]], **style)
    for note in layout.get("annotations", []):
        axes.annotate(
            note["text"],
            (note["x"], 1),
            xycoords=("data", "axes fraction"),
            fontsize=8,
            ha="center",
            va="bottom",
            color=COLOURS["--ink-2"],
        )
    if layout.get("showlegend"):
        axes.legend(frameon=False, fontsize=8, loc="lower right")


def _colour(text: str) -> str | tuple:
    """A token, or one with its opacity, "--chart-1 / 0.15"."""
    token, _, opacity = text.partition(" / ")
    if not opacity:
        return COLOURS[token]
    from matplotlib.colors import to_rgba

    return to_rgba(COLOURS[token], float(opacity))

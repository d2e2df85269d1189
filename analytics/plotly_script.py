"""Plotly's own script, served from the package that is installed: found as the static file plotly/plotly.min.js."""

from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FOLDER, NAME = "plotly", "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds that one file, without importing the package."""

    def __init__(self, app_names=None, *args, **options):
        self.storage = FileSystemStorage(location=Path(find_spec("plotly").origin).parent / "package_data")
        self.storage.prefix = FOLDER

    def check(self, **options):
        return []

    def find(self, path, find_all=False, **options):
        found = self.storage.path(NAME) if Path(path) == Path(FOLDER, NAME) else None
        return ([found] if found else []) if find_all or options.get("all") else found

    def list(self, ignore_patterns):
        yield NAME, self.storage

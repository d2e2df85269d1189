"""The numbers behind a report, as files: CSV for people, Parquet for whoever reads on by machine."""

import csv
from io import BytesIO, StringIO

from onboarding.tenancy.csv_cells import harmless

COLUMNS = ("section", "name", "value", "unit", "low", "high", "n", "before")


def as_csv(said: dict) -> str:
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for datum in said["data"]:
        rows.writerow([harmless(datum[name]) for name in COLUMNS])
    return out.getvalue()


def as_parquet(said: dict) -> bytes:
    """The same, typed; what the report says of itself is in the file's metadata. In the worker only: pyarrow is slow to import."""
    import pyarrow as pa
    from pyarrow import parquet

    types = {"section": pa.string(), "name": pa.string(), "unit": pa.string(), "n": pa.int64()}
    schema = pa.schema([(name, types.get(name, pa.float64())) for name in COLUMNS], metadata=_about(said))
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist(said["data"], schema=schema), file)
    return file.getvalue()


def _about(said: dict) -> dict[str, str]:
    return {key: str(said[key]) for key in ("title", "first", "last", "data_version") if key in said}

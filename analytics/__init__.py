"""Looks at everyone: metrics, cohorts, dashboards and reports. Not built yet."""

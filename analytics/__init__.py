"""Looks at everyone: metrics, cohorts, dashboards and reports."""

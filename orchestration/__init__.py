"""Dagster definitions and the `stationmanager` command line: thin, they call the other packages."""

"""The cluster's configuration, derived from the machine: memory and cores are left for loaders and dbt as well."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024**2
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

# Every role's limit (see the first migration) together, and a few for the owner and for superusers
CONNECTIONS = 110


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share out."""

    memory_mb: int
    cores: int

    @classmethod
    def here(cls) -> Machine:
        """This machine, or the container's share of it."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        for limit in CGROUP_LIMITS:
            if limit.exists() and (text := limit.read_text().strip()).isdigit():
                memory = min(memory, int(text))
        return cls(memory // MEGABYTE, os.cpu_count() or 1)


def configuration(machine: Machine, *, port: int, socket_folder: Path, log_folder: Path) -> str:
    """The text of postgresql.auto.conf's sibling that the cluster includes."""
    memory = machine.memory_mb
    settings: dict[str, str | int] = {
        "shared_preload_libraries": "timescaledb",
        "timescaledb.telemetry_level": "off",
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": _quoted_name(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": CONNECTIONS,
        "password_encryption": "scram-sha-256",
        # a quarter of the memory at most; the rest is the file cache's and the workers'
        "shared_buffers": f"{_within(memory // 4, 128, 8192)}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "maintenance_work_mem": f"{_within(memory // 16, 64, 1024)}MB",
        "work_mem": f"{_within(memory // 256, 8, 128)}MB",
        "max_wal_size": f"{_within(memory // 4, 1024, 8192)}MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        # what a load wrote can wait for the breaks: two cores are the load's
        "autovacuum_vacuum_cost_delay": "10ms",
        "max_worker_processes": machine.cores * 2 + 8,
        "max_parallel_workers": machine.cores,
        "max_parallel_workers_per_gather": max(1, machine.cores // 2),
        "timescaledb.max_background_workers": 4,
        # its library is not there in the private prefix, and it never paid off here
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_destination": "stderr",
        "logging_collector": "on",
        "log_directory": str(log_folder),
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        "log_line_prefix": "%m [%p] %u@%d %a ",
        "log_min_duration_statement": "10s",
    }
    lines = [f"{name} = '{_escaped(str(value))}'" for name, value in settings.items()]
    return (
        "# Written by `stationmanager up`; settings of your own belong into postgresql.conf, below the include.\n"
        + ("\n".join(lines) + "\n")
    )


HOST_BASED_AUTHENTICATION = """\
# Passwords only, from this machine only; written by `stationmanager up`.
local all all                scram-sha-256
host  all all 127.0.0.1/32   scram-sha-256
"""


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))


def _escaped(value: str) -> str:
    return value.replace("'", "''")


def _quoted_name(folder: Path) -> str:
    """A folder in a list of folders: PostgreSQL splits the list at commas and blanks."""
    return '"' + str(folder).replace('"', '""') + '"'

"""The one family of errors that people meet: what is wrong, where, and what to do about it."""


class StationManagerError(Exception):
    """Base of all errors that the user can act on.

    Attributes:
        what: what is wrong, as a sentence: what was found and what was expected.
        where: file and line, table, or document path; empty where there is no place.
        remedy: what to do; empty where nothing helps but reporting it.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def as_dict(self) -> dict[str, str]:
        """The same for programs and the ledger: `what`, `where`, `remedy`."""
        return {"what": self.what, "where": self.where, "remedy": self.remedy}


class SetupError(StationManagerError):
    """The machine, the home or the embedded database is not as it must be."""


class DatabaseUnavailable(StationManagerError):
    """No database answers."""


class MetadataError(StationManagerError):
    """A metadata document or table is not valid, or doesn't say what is needed."""


class UsageError(StationManagerError):
    """The command can't be carried out as it was given."""

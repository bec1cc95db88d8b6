"""What rows tell of how a file is to be read, in a form to which what others of its rows tell can be added.

So the rows of a file that is too large for memory decide together, piece by piece, as those of a small one do at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar


class Evidence(Protocol):
    """Of one kind: whether columns hold words, which numbers come... What it comes to is asked of all together."""

    def __add__(self, later: Self, /) -> Self:
        """This, and what rows behind these tell."""


Kind = TypeVar("Kind", bound=Evidence)


@dataclass(slots=True)
class Hearing:
    """What the rows under one header have told so far: of a file that is read whole, at the time they are asked.

    Attributes:
        is_over: whether all rows have been heard, so that nothing is added any more.
    """

    is_over: bool = False
    heard: dict[type, Any] = field(default_factory=dict)

    def together(self, own: Kind) -> Kind:
        """What some rows tell, together with what the others do."""
        kind = type(own)
        if not self.is_over:
            self.heard[kind] = self.heard[kind] + own if kind in self.heard else own
        told: Kind = self.heard.get(kind, own)
        return told

"""A finished picture: bytes to store or to embed, with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Media", "Picture"]

Media = Literal["svg", "png"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes
    ----------
    name : str
        File name without its ending; stable, for example ``axial-L4-L5``.
    title : str
        What is shown, in a few words.
    caption : str
        What a reader should know beside it: how it was cut, what is derived, what is lacking.
    alt : str
        The picture in words, for those who do not see it.
    media : str
        ``svg`` or ``png``.
    data : bytes
        The same for the same input, on every run.
    width, height : int
        Pixels at the size at which it is meant to be seen.
    """

    name: str
    title: str
    caption: str
    alt: str
    media: Media
    data: bytes
    width: int
    height: int

    @property
    def file_name(self) -> str:
        """Name of the file it belongs in."""
        return f"{self.name}.{self.media}"

    @property
    def mime(self) -> str:
        """Media type for a web page."""
        return "image/svg+xml" if self.media == "svg" else "image/png"

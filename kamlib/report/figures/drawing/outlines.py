"""Outlines of an SVG's shapes: read from what Matplotlib writes, moved, measured, and written short."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from matplotlib.path import Path

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_PARTS = re.compile(r"([MLQCz])([^MLQCz]*)")
_CODES = {"M": [Path.MOVETO], "L": [Path.LINETO], "Q": [Path.CURVE3] * 2, "C": [Path.CURVE4] * 3}


@dataclass(frozen=True)
class Outline:
    """Steps of a path: a letter and the points that belong to it."""

    steps: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]

    @classmethod
    def read(cls, told: str, x: float = 0, y: float = 0) -> Outline:
        """The outline of a `d` of absolute commands, moved by x and y."""
        steps = []
        for letter, rest in _PARTS.findall(told):
            numbers = [float(number) for number in rest.split()]
            steps.append((letter, tuple((a + x, b + y) for a, b in zip(numbers[::2], numbers[1::2], strict=True))))
        return cls(tuple(steps))

    def points(self) -> np.ndarray:
        """All points, those that bend curves too; a row each."""
        return np.array([point for _, points in self.steps for point in points]).reshape(-1, 2)

    def box(self) -> Box:
        """What it lies within."""
        points = self.points()
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        codes = [code for letter, _ in self.steps if letter != "z" for code in _CODES[letter]]
        return bool(Path(self.points(), codes).contains_point((x, y)))

    def circle(self) -> tuple[float, float, float] | None:
        """Centre and radius, where it is the circle of eight arcs that Matplotlib draws."""
        if "".join(letter for letter, _ in self.steps) != "MCCCCCCCCz":
            return None
        ends = np.array([points[-1] for letter, points in self.steps if letter == "C"])
        centre = ends.mean(axis=0)
        radii = np.hypot(*(ends - centre).T)
        if np.ptp(radii) > 0.02 * radii.max() + 1e-9:
            return None
        return float(centre[0]), float(centre[1]), float(radii.mean())

    def written(self) -> str:
        """A `d` to a tenth of a point; what runs along an axis with one number."""
        told, here, last = [], ("", ""), ""
        for letter, points in self.steps:
            if letter == "z":
                told.append("z")
                last = ""
                continue
            ends = [(short(x), short(y)) for x, y in points]
            across, up = ends[-1][0] != here[0], ends[-1][1] != here[1]
            if letter == "L" and not (across and up):
                if across or up or last == "M":  # a line to where it is draws a dot
                    told.append(f"H{ends[-1][0]}" if across or not up else f"V{ends[-1][1]}")
                    last = "H"
            else:
                told.append((" " if letter == last == "L" else letter) + " ".join(f"{x} {y}" for x, y in ends))
                last = letter
            here = ends[-1]
        return "".join(told)


def short(value: float) -> str:
    """A length to a tenth of a point."""
    told = f"{value:.1f}".removesuffix(".0")
    return "0" if told == "-0" else told.replace("0.", ".", 1) if told.startswith(("0.", "-0.")) else told

"""What row T2 is raced against: the same least clearances by scipy's samples and by VTK's closest points."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEP_MM", "scipy_minima", "vtk_minima"]

Floats = NDArray[np.float64]
STEP_MM = 0.2
"""Distance of the samples along a ray."""


def scipy_minima(field: Any, lines: Floats) -> Floats:
    """The peer: every ray sampled with map_coordinates at the same step."""
    from scipy.ndimage import map_coordinates

    s = np.arange(0, 45.0 + STEP_MM / 2, STEP_MM)
    points = lines[:, None, :3] + s[None, :, None] * lines[:, None, 3:6]
    index = ((points - field.origin_lps) / field.spacing_mm).reshape(-1, 3).T
    found = map_coordinates(field.values, index, order=1, mode="nearest").reshape(len(lines), len(s))
    least: Floats = found.min(axis=1)
    return least


def _tube_surface(tubes: list[tuple[Floats, Floats]]) -> Any:
    """The tubes as one surface of triangles."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkFiltersCore import vtkAppendPolyData, vtkTriangleFilter, vtkTubeFilter

    together = vtkAppendPolyData()
    for places, radii in tubes:
        points, cells, line = vtkPoints(), vtkCellArray(), vtkPolyData()
        points.SetData(numpy_to_vtk(places, deep=True))
        cells.InsertNextCell(len(places), list(range(len(places))))
        line.SetPoints(points)
        line.SetLines(cells)
        line.GetPointData().SetScalars(numpy_to_vtk(radii, deep=True))
        tube, triangles = vtkTubeFilter(), vtkTriangleFilter()
        tube.SetInputData(line)
        tube.SetVaryRadiusToVaryRadiusByAbsoluteScalar()
        tube.SetNumberOfSides(32)
        tube.CappingOn()
        triangles.SetInputConnection(tube.GetOutputPort())
        triangles.Update()
        together.AddInputData(triangles.GetOutput())
    together.Update()
    return together.GetOutput()


def vtk_minima(tubes: list[tuple[Floats, Floats]], lines: Floats) -> Callable[[], Floats]:
    """The peer: a static cell locator on the tubes' triangles, the closest point of every sample."""
    from vtkmodules.vtkCommonCore import reference
    from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

    locator = vtkStaticCellLocator()
    locator.SetDataSet(_tube_surface(tubes))
    locator.BuildLocator()

    def run() -> Floats:
        out = np.empty(len(lines))
        near, cell, sub, square = [0.0] * 3, reference(0), reference(0), reference(0.0)
        for n, line in enumerate(lines):
            s, least = 0.0, math.inf
            while s <= 45.0:
                locator.FindClosestPoint(line[:3] + s * line[3:6], near, cell, sub, square)
                gap = math.sqrt(float(square.get()))
                least = min(least, gap)
                s += max(gap - least, STEP_MM)
            out[n] = least
        return out

    return run

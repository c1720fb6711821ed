"""The intervertebral foramen of one level and side, measured in the plane through its two pedicles.

The plane holds the disc's posterior direction and the middles of the upper and the lower pedicle. In it the
anti-aliased fields of the two bones (and of the disc, where the map gives it) are sampled finely. The foramen
is the free piece between the pedicles: in front it ends at the bodies and the disc, where the disc is not
given at the line between the two posterior corners; behind it ends at the facet joint, whose gap is closed by
the shortest line between the superior process and the bone above. A piece that still leaks was not measured.
"""

from kambin.anatomy.foramina.opening import Opening, measure_opening
from kambin.anatomy.foramina.plane import SegmentBones, Slice

__all__ = ["Opening", "SegmentBones", "Slice", "measure_opening"]

"""The reading gate: from a file that is believed in nothing to named structures in one frame.

`read_label_map` reads a label map, `read_image` a CT or MR; both refuse what can not be trusted
(`kambin.anatomy.refusal`). From here on structures have names, and numbers are not used again.
"""

from kambin.anatomy.reading.image import check_shows, read_image
from kambin.anatomy.reading.labelmap import Box, LabelMap, label_map_of, read_label_map

__all__ = ["Box", "LabelMap", "check_shows", "label_map_of", "read_image", "read_label_map"]

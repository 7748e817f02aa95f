"""Partners' pictures made harmless: decoded within bounds, turned upright, and written anew in our widths.

What comes in is hostile until it is written anew. So decoding happens in a process of its own (confined.py), which a
picture may crash, fill or keep busy without harm; rendering.py is what happens there.
"""

from aggregator.pictures.confined import rendered
from aggregator.pictures.made import TOO_SLOW, Rendition, Unusable

__all__ = ["TOO_SLOW", "Rendition", "Unusable", "rendered"]

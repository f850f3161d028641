"""An image that Python and TypeScript generate identically, so that no pixels are committed: squares of random bytes."""
import numpy as np


def noise(width, height, block=1):
    y, x, c = np.ogrid[:height, :width, :3]
    h = (x // block).astype(np.uint32) * np.uint32(374761393) + (y // block).astype(np.uint32) * np.uint32(668265263) + c.astype(np.uint32) * np.uint32(2246822519)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1274126177)
    return ((h ^ (h >> np.uint32(16))) & np.uint32(255)).astype(np.uint8)

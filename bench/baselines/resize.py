"""Pillow's resizing: reads lines `WIDTH HEIGHT TO_WIDTH TO_HEIGHT REPEATS` and answers each with the mean milliseconds of one."""
import sys
import time

import numpy as np
from PIL import Image

print("ready", flush=True)
for line in sys.stdin:
    width, height, *to, repeats = map(int, line.split())
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))
    started = time.perf_counter()
    for _ in range(repeats):
        image.resize(to, Image.BICUBIC)
    print(1000 * (time.perf_counter() - started) / repeats, flush=True)

"""Affinities of queries with keys in NumPy, two threads. Answers a line with the number of queries, and how often, by milliseconds.

python keys.py KEYS DIMENSIONS
"""
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
import numpy as np

keys, dimensions = map(int, sys.argv[1:3])
random = np.random.default_rng(1)
F = random.standard_normal((keys, dimensions), dtype=np.float32)
queries = {}
print("ready", flush=True)
for line in sys.stdin:
    n, repeats = map(int, line.split())
    T = queries.setdefault(n, random.standard_normal((n, dimensions), dtype=np.float32))
    started = time.perf_counter()
    # As many queries at a time as their affinities take 64 MB, so that memory does not grow with the number of keys.
    step = max(1, 2**24 // keys)
    for _ in range(repeats):
        for start in range(0, n, step):
            T[start : start + step] @ F.T
    print((time.perf_counter() - started) * 1000, flush=True)

"""Eigenvalues of NumPy: test/golden/eigh.json. `python eigh.py time` prints the seconds of numpy.linalg.eigh at 976."""
import json
import sys
import time
from pathlib import Path

import numpy as np


def kernel(n, d):
    x = np.random.default_rng(1).normal(size=(n, d))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.exp(-5.5 * (1 - x @ x.T))


if sys.argv[1:] == ["time"]:
    seconds = []
    for _ in range(7):
        a = kernel(976, 512)
        begin = time.perf_counter()
        np.linalg.eigh(a)
        seconds.append(time.perf_counter() - begin)
    print(np.median(seconds))
else:
    a = kernel(24, 8).round(8)
    target = Path(__file__).resolve().parents[2] / "test/golden/eigh.json"
    target.write_text(json.dumps({"matrix": a.tolist(), "values": np.linalg.eigvalsh(a).tolist()}) + "\n")

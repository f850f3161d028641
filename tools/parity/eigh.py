"""Eigenvalues of NumPy: test/golden/eigh.json."""
import json
from pathlib import Path

import numpy as np

x = np.random.default_rng(1).normal(size=(24, 8))
x /= np.linalg.norm(x, axis=1, keepdims=True)
kernel = np.exp(-5.5 * (1 - x @ x.T)).round(8)
target = Path(__file__).resolve().parents[2] / "test/golden/eigh.json"
target.write_text(json.dumps({"matrix": kernel.tolist(), "values": np.linalg.eigvalsh(kernel).tolist()}) + "\n")

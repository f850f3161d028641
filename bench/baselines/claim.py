"""What explains the gain of a space: measures of overlap against the accuracy of class means, in NumPy.

python claim.py FOLDER   # with the folders caltech61-clip-vit-b32 …, and generic-clip-vit-b32
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools/parity"))
from generic import power, scatters, spaces, unit  # noqa: E402


def load(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    types = {"F16": np.float16, "F32": np.float32, "I32": np.int32}
    tensors = {}
    for name, each in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            start, end = each["data_offsets"]
            array = np.frombuffer(data[8 + size + start : 8 + size + end], types[each["dtype"]]).reshape(each["shape"])
            tensors[name] = array.astype(np.float64) if array.dtype.kind == "f" else array
    return tensors


def overlap(a, b, bins):
    share = lambda x: np.histogram(x, bins)[0] / len(x)
    return np.minimum(share(a), share(b)).sum()


def ranks(x):
    return np.argsort(np.argsort(x))


def all_spaces(F, y, sources):
    mean, d = F.mean(0), F.shape[1]
    one_shot = len(np.unique(y)) == len(y)
    deviations = F - (mean if one_shot else np.stack([F[y == c].mean(0) for c in range(y.max() + 1)])[y])
    scatter = deviations.T @ deviations
    whitened = power(0.5 * scatter * d / np.trace(scatter) + 0.5 * np.eye(d), -0.5)
    return {
        "clip": unit,
        "centred": lambda x: unit(x - mean),
        "whitened": lambda x: unit((x - mean) @ whitened),
        **{name: into for name, into in spaces(F, y, sources).items() if name in ("generic+shrunk", "plda")},
    }


def measure(into, F, y, Q, q):
    keys, queries = into(F), into(Q)
    A = queries @ unit(np.stack([keys[y == c].mean(0) for c in range(y.max() + 1)])).T
    own = np.zeros(A.shape, bool)
    own[np.arange(len(q)), q] = True
    Z = (A - A.mean(1, keepdims=True)) / A.std(1, keepdims=True)
    some = np.random.default_rng(0).permutation(len(q))[:1500]
    pairs = (queries[some] @ queries[some].T)[np.triu_indices(len(some), 1)]
    same = (q[some][:, None] == q[some])[np.triu_indices(len(some), 1)]
    cosines = np.linspace(-1, 1, 201)
    return {
        "accuracy": 100 * (A.argmax(1) == q).mean(),
        "all pairs": overlap(pairs[same], pairs[~same], cosines),
        "images with class means": overlap(A[own], A[~own], cosines),
        "the same, standardised for each image": overlap(Z[own], Z[~own], np.linspace(-10, 10, 201)),
    }


folder = Path(sys.argv[1])
generic = load(folder / "generic-clip-vit-b32/features.safetensors")
sources = [scatters(generic["features"], generic["labels"])]
points = []
for dataset in ("caltech61", "dtd", "flowers102", "sun397"):
    tensors = load(folder / f"{dataset}-clip-vit-b32/features.safetensors")
    for shots in (1, 2, 4, 8, 16):
        if f"support_{shots}_features" in tensors:
            F, y = tensors[f"support_{shots}_features"], tensors[f"support_{shots}_labels"]
            Q, q = tensors["test_features"], tensors["test_labels"]
            found = {name: measure(into, F, y, Q, q) for name, into in all_spaces(F, y, sources).items()}
            clip = found.pop("clip")
            points += [{key: (each[key] - clip[key]) * (1 if key == "accuracy" else -1) for key in clip} for each in found.values()]
gain = np.array([point["accuracy"] for point in points])
for key in points[0]:
    if key != "accuracy":
        less = np.array([point[key] for point in points])
        print(f"{key:40} Spearman {np.corrcoef(ranks(gain), ranks(less))[0, 1]:.2f} of {len(points)}")

"""Results of NumPy for the methods gda and prototype: test/golden/discriminants.json.

python gda.py                        # synthetic features, committed with their results
python gda.py FEATURES.safetensors   # prints accuracies and logits on a file of features instead
"""
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
ALPHA, BETA = 0.5, 5.5


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def gda(T, F, y, W, alpha, scale=100):
    """arXiv 2402.04087, by the definition of the paper: an unbiased covariance, its trace, a pseudo-inverse."""
    n, d = F.shape
    means = np.stack([F[y == c].mean(0) for c in range(len(W))])
    centred = F - (means[y] if len(F) > len(W) else F.mean(0))
    covariance = centred.T @ centred / (n - 1)
    inverse = d * np.linalg.pinv((n - 1) * covariance + np.trace(covariance) * np.eye(d))
    V = means @ inverse
    return scale * T @ W.T + alpha * (T @ V.T - (V * means).sum(1) / 2)


def prototype(T, F, y, W, alpha, beta, scale=100):
    P = unit(np.stack([F[y == c].mean(0) for c in range(len(W))]))
    return scale * T @ W.T + alpha * np.exp(-beta * (1 - T @ P.T))


def synthetic(seed, classes, dimensions, shots, queries):
    rng = np.random.default_rng(seed)
    shared, centres = rng.normal(size=dimensions), rng.normal(size=(classes, dimensions))
    spread = np.exp(rng.normal(size=dimensions))  # directions in which the images of all classes differ more
    image = lambda c: unit(shared + 0.7 * centres[c] + 0.6 * spread * rng.normal(size=dimensions)).round(6)
    y = np.repeat(np.arange(classes), shots)
    rows = lambda labels: np.stack([image(c) for c in labels])
    W = unit(rng.normal(size=dimensions) + 0.5 * centres).round(6)
    return {"F": rows(y), "y": y, "T": rows(np.arange(queries) % classes), "W": W}


def committed():
    cases = []
    for title, options in {
        "more dimensions than images": dict(seed=1, classes=4, dimensions=24, shots=3, queries=6),
        "more images than dimensions": dict(seed=2, classes=5, dimensions=12, shots=[8, 3, 1, 6, 4], queries=7),
        "one image a class": dict(seed=3, classes=6, dimensions=16, shots=1, queries=6),
    }.items():
        problem = synthetic(**options)
        T, F, y, W = (problem[name].astype(np.float64 if name != "y" else int) for name in "TFyW")
        logits = {"gda": gda(T, F, y, W, ALPHA), "prototype": prototype(T, F, y, W, ALPHA, BETA)}
        cases.append({"title": title, **{name: value.tolist() for name, value in problem.items()}, "logits": {name: value.round(8).tolist() for name, value in logits.items()}})
    (ROOT / "test/golden/discriminants.json").write_text(json.dumps({"alpha": ALPHA, "beta": BETA, "cases": cases}) + "\n")


def printed(file):
    from safetensors.numpy import load_file

    tensors = load_file(file)
    W, T, truth = tensors["text_features"].astype(float), tensors["test_features"].astype(float), tensors["test_labels"]
    for shots in (1, 2, 4, 8, 16):
        F, y = tensors[f"support_{shots}_features"].astype(float), tensors[f"support_{shots}_labels"]
        for name, logits in {"gda": gda(T, F, y, W, ALPHA), "prototype": prototype(T, F, y, W, ALPHA, BETA)}.items():
            accuracy = 100 * (logits.argmax(1) == truth).mean()
            print(json.dumps({"method": name, "shots": shots, "accuracy": accuracy, "logits": logits[:4, :6].round(6).tolist()}))


printed(sys.argv[1]) if len(sys.argv) > 1 else committed()

"""Results of NumPy for the spaces that know how generic images scatter: test/golden/generic.json.

python generic.py                                    # synthetic features, committed with their results
python generic.py FEATURES.safetensors GENERIC.safetensors   # prints accuracies with images alone instead
"""
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
KAPPA, LIFT = 0.5, 0.5


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values**exponent) @ vectors.T


def scatters(features, labels):
    """S_w and S_b of one source, of the trace d of S_w; classes of one image are left out."""
    kept = [c for c in np.unique(labels) if (labels == c).sum() > 1]
    means = np.stack([features[labels == c].mean(0) for c in kept])
    residuals = np.concatenate([features[labels == c] - mean for c, mean in zip(kept, means)])
    within = residuals.T @ residuals / (len(residuals) - len(kept))
    scale = features.shape[1] / np.trace(within)
    return within * scale, np.cov(means.T) * scale, len(kept)


def dimensions(scatter, f):
    """(tr Σ)²/tr Σ² from a scatter with f degrees of freedom: two linear equations for the unbiased estimates."""
    d, trace, squares = len(scatter), np.trace(scatter), (scatter**2).sum()
    if f < 2:
        return d
    across, along = np.linalg.solve([[f * f, 2 * f], [f, f * (f + 1)]], [trace**2, squares])
    return d if along <= 1e-9 * squares else np.clip(across / along, 1, d)


def shrunk(features, labels):
    """T: the inverse root of the support covariance; the identity where each class has one image."""
    d, classes = features.shape[1], np.unique(labels)
    if len(classes) == len(labels):
        return np.eye(d)
    deviations = np.concatenate([features[labels == c] - features[labels == c].mean(0) for c in classes])
    f = len(labels) - len(classes)
    scatter = deviations.T @ deviations
    prior = 8 * dimensions(scatter, f)
    share = prior / (prior + f)
    return power((1 - share) * scatter * d / np.trace(scatter) + share * np.eye(d), -0.5)


def spaces(features, labels, sources):
    """From support features and (within, between, classes) of each source to the function of each space."""
    within, between = (np.mean([source[i] for source in sources], axis=0) for i in (0, 1))
    eta = 64 / (64 + sum(source[2] for source in sources))
    d, mean = len(within), features.mean(0)
    A = power((1 - KAPPA) * within + KAPPA * np.eye(d), -0.5)
    AT = A @ shrunk(features @ A, labels)
    B = AT.T @ between @ AT * d / np.trace(AT.T @ within @ AT)
    B = (1 - eta) * B + eta * np.trace(B) / d * np.eye(d)
    n = len(labels) / len(np.unique(labels))
    M = power(np.linalg.inv(B) + (n + 1) * np.eye(d), -0.5)

    def lifted(transform):
        square = LIFT * (((features - mean) @ transform) ** 2).sum(1).mean()
        return lambda x: unit(np.concatenate([(x - mean) @ transform, np.full((len(x), 1), square**0.5)], 1))

    return {
        "generic": lambda x: unit(x @ A),
        "generic+centred": lambda x: unit((x - mean) @ A),
        "generic+shrunk": lifted(AT),
        "plda": lifted(AT @ M),
    }


def synthetic(seed, classes, d, shots, queries):
    rng = np.random.default_rng(seed)
    spread, shared = np.exp(rng.normal(size=d)), rng.normal(size=d)

    def images(labels, spread):
        centres = rng.normal(size=(labels.max() + 1, d))
        return unit(2 * shared + centres[labels] + spread * rng.normal(size=(len(labels), d))).round(6)

    y = np.repeat(np.arange(classes), shots)
    sources = []
    for count in (9, 5):
        labels = np.sort(rng.integers(0, count, 8 * count))
        sources.append({"features": images(labels, spread), "labels": labels})
    return {"F": images(y, spread), "y": y, "T": images(np.arange(queries) % classes, spread), "sources": sources}


def committed():
    cases = []
    for title, options in {
        "more dimensions than images": dict(seed=1, classes=4, d=16, shots=3, queries=5),
        "more images than dimensions": dict(seed=2, classes=5, d=10, shots=[8, 3, 1, 6, 4], queries=6),
        "one image a class": dict(seed=3, classes=6, d=12, shots=1, queries=5),
        "one class": dict(seed=4, classes=1, d=8, shots=5, queries=4),
    }.items():
        given = synthetic(**options)
        sources = [scatters(source["features"], source["labels"]) for source in given["sources"]]
        affinities = {name: (into(given["T"]) @ into(given["F"]).T).round(8) for name, into in spaces(given["F"], given["y"], sources).items()}
        cases.append({"title": title, **given, "affinities": affinities})
    text = json.dumps({"cases": cases}, default=lambda each: each.tolist())
    (ROOT / "test/golden/generic.json").write_text(text + "\n")


def accuracies(file, generic):
    from safetensors.numpy import load_file

    tensors = {name: each.astype(np.float64 if each.dtype.kind == "f" else int) for name, each in load_file(file).items()}
    source = load_file(generic)
    sources = [scatters(source["features"].astype(np.float64), source["labels"])]
    for shots in (1, 2, 4, 8, 16):
        if f"support_{shots}_features" not in tensors:
            continue
        F, y = tensors[f"support_{shots}_features"], tensors[f"support_{shots}_labels"]
        for name, into in spaces(F, y, sources).items():
            keys = into(F)
            P = unit(np.stack([keys[y == c].mean(0) for c in range(y.max() + 1)]))
            right = (into(tensors["test_features"]) @ P.T).argmax(1) == tensors["test_labels"]
            print(f"{shots:2} {name:15} {100 * right.mean():.2f}")


if __name__ == "__main__":
    accuracies(*sys.argv[1:]) if len(sys.argv) > 1 else committed()

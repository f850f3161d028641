"""Results of NumPy for the methods in test/plugins/outside: test/golden/outside-methods.json.

python outside_methods.py            # synthetic features, committed with their results

Each method follows its paper's published code, in double precision: APE (yangyangyang127/APE), TIMO (lyymuwu/TIMO), ProKeR
(ybendou/ProKeR), CALIP (ZiyuGuo99/CALIP).
"""
import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def knn(p, alpha, neighbours):
    T, F, y, W = p["T"], p["F"], p["y"], p["W"]
    votes = np.zeros((len(T), len(W)))
    for i, similarities in enumerate(T @ F.T):
        for s in np.argsort(-similarities)[:neighbours]:
            votes[i, y[s]] += 1 / neighbours
    return 100 * T @ W.T + alpha * votes


def ape(p, alpha, beta, gamma, share):
    T, F, y, W = p["T"], p["F"], p["y"], p["W"]
    C, d = W.shape
    # The sum over all pairs of samples of different classes, pair by pair.
    samples, classes = np.concatenate([W, F]), np.concatenate([np.arange(C), y])
    sums, count = np.zeros(d), 0
    for i in range(len(samples)):
        for j in range(len(samples)):
            if classes[i] != classes[j]:
                sums += samples[i] * samples[j]
                count += 1
    criterion = -0.7 * sums / count + 0.3 * W.var(0, ddof=1)
    chosen = np.argsort(-criterion)[: max(1, int(np.floor(share * d + 0.5)))]
    t, f, w = (unit(x[:, chosen]) for x in (T, F, W))
    onehot = np.eye(C)[y]
    divergence = (onehot * np.log2((onehot + 1e-6) / (softmax(f @ w.T) + 1e-6))).sum(1, keepdims=True)
    return 100 * T @ W.T + alpha * np.exp(-beta * (1 - t @ f.T)) @ (onehot * np.exp(gamma * divergence))


def timo(p, alpha, gamma):
    T, F, y, W, prompts, classes = p["T"], p["F"], p["y"], p["W"], p["prompts"], p["promptClasses"]
    C, d = W.shape
    guided, instances = np.zeros((C, d)), []
    for c in range(C):
        t = prompts[classes == c]
        matching = t @ unit(F[y == c].mean(0))
        guided[c] = softmax(gamma * matching / np.linalg.norm(matching)) @ t
        instances.append(matching[:, None] * t)
    X, labels = np.concatenate([*instances, F]), np.concatenate([classes, y])
    means = np.stack([X[labels == c].mean(0) for c in range(C)])
    covariance = np.cov((X - means[labels]).T)
    inverse = d * np.linalg.pinv((len(X) - 1) * covariance + np.trace(covariance) * np.eye(d))
    V = means @ inverse
    return alpha * T @ unit(guided).T + T @ V.T - (V * means).sum(1) / 2


def proker(p, beta, lmbda):
    T, F, y, W = p["T"], p["F"], p["y"], p["W"]
    kernel = lambda a, b: np.exp(-beta * (1 - a @ b.T))
    coefficients = np.linalg.solve(kernel(F, F) / lmbda + np.eye(len(F)), np.eye(len(W))[y] - F @ W.T)
    return T @ W.T + kernel(T, F) @ coefficients


def label_propagation(p, alpha, beta, reach):
    T, F, y, W = p["T"], p["F"], p["y"], p["W"]
    X = np.concatenate([F, T])
    graph = np.exp(-beta * (1 - X @ X.T))
    np.fill_diagonal(graph, 0)
    root = np.diag(graph.sum(1) ** -0.5)
    S = root @ graph @ root
    Y = np.concatenate([np.eye(len(W))[y], np.zeros((len(T), len(W)))])
    spread = Y
    for _ in range(20):
        spread = reach * S @ spread + (1 - reach) * Y
    spread = spread[len(F) :]
    return 100 * T @ W.T + alpha * spread / spread.sum(1, keepdims=True)


def calip(p, beta2, beta3):
    T, W = p["T"], p["W"]
    logits = 100 * T @ W.T
    for i, patches in enumerate(p["patches"]):
        fit = 2 * patches @ W.T
        texts_seen = softmax(fit.T) @ patches
        seen = softmax(fit) @ W
        image_seen = seen.mean(0) + seen.max(0)
        logits[i] += 100 * (beta2 * T[i] @ texts_seen.T + beta3 * image_seen @ W.T)
    return logits


METHODS = {
    "knn": (knn, [dict(alpha=5, neighbours=3), dict(alpha=2, neighbours=5)]),
    "ape": (ape, [dict(alpha=1, beta=5.5, gamma=0.1, share=0.7), dict(alpha=3, beta=2, gamma=0.5, share=0.5)]),
    "timo": (timo, [dict(alpha=100, gamma=50), dict(alpha=10, gamma=5)]),
    "proker": (proker, [{"beta": 5.5, "lambda": 1}, {"beta": 2, "lambda": 0.1}]),
    "calip": (calip, [dict(beta2=0.5, beta3=0.02), dict(beta2=5, beta3=0.2)]),
    "label-propagation": (label_propagation, [dict(alpha=10, beta=20, reach=0.5), dict(alpha=50, beta=5, reach=0.9)]),
}


def synthetic(seed, classes, dimensions, shots, queries, prompts):
    rng = np.random.default_rng(seed)
    shared, centres = rng.normal(size=dimensions), rng.normal(size=(classes, dimensions))
    of_texts = rng.normal(size=dimensions)
    image = lambda c: unit(shared + 0.8 * centres[c] + 0.6 * rng.normal(size=dimensions)).round(6)
    text = lambda c: unit(of_texts + 0.6 * centres[c] + 0.4 * rng.normal(size=dimensions)).round(6)
    y, of_prompts = np.repeat(np.arange(classes), shots), np.repeat(np.arange(classes), prompts)
    problem = {
        "F": np.stack([image(c) for c in y]),
        "y": y,
        "T": np.stack([image(c) for c in np.arange(queries) % classes]),
        "prompts": np.stack([text(c) for c in of_prompts]),
        "promptClasses": of_prompts,
    }
    # Drawn after the others, which so stay what they were.
    problem["patches"] = np.stack([[unit(t + 0.1 * rng.normal(size=dimensions)).round(6) for _ in range(7)] for t in problem["T"]])
    W = np.stack([unit(problem["prompts"][of_prompts == c].mean(0)) for c in range(classes)])
    return {**problem, "W": W.round(6)}


cases = []
for title, options in {
    "more dimensions than images": dict(seed=1, classes=4, dimensions=20, shots=3, queries=8, prompts=3),
    "more images than dimensions, uneven": dict(seed=2, classes=5, dimensions=12, shots=[8, 3, 1, 6, 4], queries=10, prompts=[1, 4, 2, 3, 5]),
}.items():
    problem = synthetic(**options)
    results = [
        {"method": name, "values": values, "logits": compute(problem, **{k.replace("lambda", "lmbda"): v for k, v in values.items()}).round(8).tolist()}
        for name, (compute, points) in METHODS.items()
        for values in points
    ]
    cases.append({"title": title, **{name: value.tolist() for name, value in problem.items()}, "results": results})
(ROOT / "test/golden/outside-methods.json").write_text(json.dumps({"cases": cases}) + "\n")

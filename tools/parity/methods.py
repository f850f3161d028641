"""Results of NumPy for kNN, LDA, ridge regression, prototypes with texts and shared prototypes, TransCLIP, APE, TIMO
and ProKeR.

python methods.py   # synthetic features, with their results: test/golden/methods.json
"""
import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SCALE = 100


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def means(F, y, C):
    return np.stack([F[y == c].mean(0) for c in range(C)])


def one_hot(y, C):
    return np.eye(C)[y]


def knn(T, F, y, W, P, p, alpha=2, k=3, beta=4):
    A = T @ F.T
    votes = np.zeros((len(T), len(W)))
    for i, row in enumerate(A):
        for j in np.argsort(-row)[:k]:
            votes[i, y[j]] += np.exp(-beta * (1 - row[j]))
    return SCALE * T @ W.T + alpha * votes


def lda(T, F, y, W, P, p, alpha=0.5):
    C, (n, d) = len(W), F.shape
    M, m = means(F, y, C), F.mean(0)
    X = F - (M[y] if n > C else m)
    S = X.T @ X / n
    target = np.trace(S) / d * np.eye(d)
    noise = sum(np.linalg.norm(np.outer(x, x) - S) ** 2 for x in X) / n**2
    rho = min(1, noise / np.linalg.norm(S - target) ** 2)
    inverse = np.linalg.inv((1 - rho) * S + rho * target)
    # log density up to what is equal for all classes, about the overall mean
    scores = np.array([[-0.5 * (t - mc) @ inverse @ (t - mc) + 0.5 * (t - m) @ inverse @ (t - m) for mc in M] for t in T])
    return SCALE * T @ W.T + alpha * scores


def ridge(T, F, y, W, P, p, alpha=3, penalty=0.1):
    C, d = len(W), F.shape[1]
    # the same as a regression with an intercept that is not penalised
    X = np.hstack([F, np.ones((len(F), 1))])
    D = np.diag([penalty] * d + [0])
    V = np.linalg.solve(X.T @ X + D, X.T @ one_hot(y, C))
    return SCALE * T @ W.T + alpha * np.hstack([T, np.ones((len(T), 1))]) @ V


def text_prototype(T, F, y, W, P, p, alpha=2, k=2, beta=4):
    C = len(W)
    n, M = np.bincount(y, minlength=C)[:, None], means(F, y, C)
    m, t = M.mean(0), W - W.mean(0)
    g = np.linalg.norm(M - m, axis=1).mean() / np.linalg.norm(t, axis=1).mean()
    Q = unit(m + (n * (M - m) + k * g * t) / (n + k))
    return SCALE * T @ W.T + alpha * np.exp(-beta * (1 - T @ Q.T))


def evenness(R):
    return max(0, 1 - 2 * np.var(R.shape[1] * R.mean(0)))


def even_shares(A, known):
    R = softmax(60 * A)
    e = evenness(R)
    return A - (2 * e - known * (1 - e)) * np.log((R.shape[1] * R.mean(0) + 0.5) / 1.5) / 60


def whitened_together(T, F, y, R):
    C, (n, d) = R.shape[1], F.shape
    X, Z = np.concatenate([F, T]), np.concatenate([one_hot(y, C), 0.5 * R])
    M = (Z / Z.sum(0)).T @ X
    S = sum(Z[:, c] * (X - M[c]).T @ (X - M[c]) for c in range(C))  # about every class, weighted
    freedom = n + 0.5 * len(T) - C
    trace, squares = np.trace(S), (S * S).sum()
    along = freedom * squares - trace**2
    e = np.clip(((freedom + 1) * trace**2 - 2 * squares) / along, 1, d) if along > 0 else d
    share = 8 * e / (8 * e + freedom)
    values, vectors = np.linalg.eigh((1 - share) * S * d / trace + share * np.eye(d))
    root = vectors / np.sqrt(values)
    V = (X - X.mean(0)) @ root
    lift = np.sqrt((V[:n] ** 2).sum(1).mean() / 2)
    V = unit(np.hstack([V, np.full((len(V), 1), lift)]))
    return V[n:], V[:n]


def shared_prototype(T, F, y, W, P, p, alpha=2, beta=4):
    C = len(W)
    weight, neighbours = 0.5 * min(1, 3 * C / len(F)), min(5, len(T) // (4 * C))  # w and ν alike
    known = np.clip(len(F) / C / 4 - 1, 0, 1)
    apart = T @ T.T - 9 * np.eye(len(T))
    near = np.argsort(-apart, axis=1, kind="stable")[:, :neighbours]

    def refine(U, G):
        sums = np.stack([G[y == c].sum(0) for c in range(C)])
        A = U @ unit(sums).T
        alone = softmax(60 * even_shares(A, known))
        for _ in range(4):
            R = softmax(60 * even_shares(A, known))
            own = (R * alone).sum(0) / R.sum(0)
            shares = C * R.mean(0)
            trust = np.minimum(1, own / np.median(own)) ** 2 * np.minimum(1, 2 * shares / (shares + 1))
            trust = trust ** (1 - evenness(R))
            A = U @ unit(sums + weight * trust[:, None] * (R.T @ U)).T + weight / 60 * R[near].sum(1)
        return even_shares(A, known)

    A = refine(*whitened_together(T, F, y, softmax(60 * refine(T, F))))
    return SCALE * T @ W.T + alpha * len(F) / C * np.exp(-beta * (1 - A))


def ape(T, F, y, W, P, p, alpha=2, beta=4, gamma=0.2):
    C, d = W.shape
    X, label = np.vstack([W, F]), np.concatenate([np.arange(C), y])
    apart = label[:, None] != label[None]
    similarity = np.array([np.outer(X[:, k], X[:, k])[apart].mean() for k in range(d)])
    criterion = -0.7 * similarity + 0.3 * W.var(0, ddof=1)
    best = np.argsort(-criterion)[: round(0.8 * d)]
    t, f, w = unit(T[:, best]), unit(F[:, best]), unit(W[:, best])
    L = one_hot(y, C)
    divergence = (L * np.log2((L + 1e-6) / (softmax(f @ w.T) + 1e-6))).sum(1)
    return SCALE * T @ W.T + alpha * np.exp(-beta * (1 - t @ f.T)) @ (L * np.exp(gamma * divergence)[:, None])


def gda(T, F, y, C, alpha):
    n, d = F.shape
    M = means(F, y, C)
    X = F - M[y]
    covariance = X.T @ X / (n - 1)
    inverse = d * np.linalg.pinv((n - 1) * covariance + np.trace(covariance) * np.eye(d))
    V = M @ inverse
    return alpha * (T @ V.T - (V * M).sum(1) / 2)


def timo(T, F, y, W, P, p, alpha=0.5, gamma=50, prompts=None):
    C = len(W)
    v = unit(means(F, y, C))
    texts, guiding, labels = [], [], []
    for c in range(C):
        own = P[p == c]
        match = own @ v[c]
        texts.append(softmax(gamma * match / np.linalg.norm(match)) @ own)
        for i in np.argsort(-match)[:prompts]:
            guiding.append(match[i] * own[i])
            labels.append(c)
    vectors, classes = np.vstack([guiding, F]), np.concatenate([labels, y])
    return SCALE * T @ unit(np.stack(texts)).T + gda(T, vectors, classes, C, alpha)


def proker(T, F, y, W, P, p, alpha=2, beta=4, penalty=0.1):
    kernel = lambda a, b: np.exp(-beta * (1 - a @ b.T))
    wrong = one_hot(y, len(W)) - softmax(SCALE * F @ W.T)
    return SCALE * T @ W.T + alpha * kernel(T, F) @ np.linalg.solve(kernel(F, F) + penalty * np.eye(len(F)), wrong)


def transclip(T, F, y, W, P, p, gamma=0.02, penalty=0.5):
    n, s, C, d = len(T), len(F), len(W), T.shape[1]
    y_hat, Y, weight = softmax(SCALE * T @ W.T), one_hot(y, len(W)), 50 * gamma
    similar = np.concatenate([T, F]) @ T.T
    similar[np.arange(n), np.arange(n)] = -np.inf
    affinity = np.zeros((n + s, n))
    for i, row in enumerate(similar):
        for j in np.argsort(-row, kind="stable")[:3]:
            affinity[i, j] = row[j]
    z, mu, var = y_hat, unit(Y.T @ F), np.full(d, 1 / d)
    for k in range(11):
        density = -0.5 * (((T[:, None] - mu) ** 2) / var).sum(2)
        for _ in range(5):
            pull = affinity.T @ np.concatenate([z, Y]) + affinity[:n] @ z
            z = y_hat**penalty * np.exp((density + 50 / 6 * pull) / 50)
            z = z / z.sum(1, keepdims=True)
        if k == 10:
            return np.log(z)
        mu = unit(z.T @ T / n + weight / s * Y.T @ F)
        spread = np.einsum("ic,icd->d", z, (T[:, None] - mu) ** 2) / n
        spread += weight / s * np.einsum("ic,icd->d", Y, (F[:, None] - mu) ** 2)
        var = spread / (1 + weight)


METHODS = {
    "knn": (knn, dict(alpha=2, k=3, beta=4)),
    "lda": (lda, dict(alpha=0.5)),
    "ridge": (ridge, dict(alpha=3, penalty=0.1)),
    "text-prototype": (text_prototype, dict(alpha=2, k=2, beta=4)),
    "shared-prototype": (shared_prototype, dict(alpha=2, beta=4)),
    "transclip": (transclip, dict(gamma=0.02, penalty=0.5)),
    "ape": (ape, dict(alpha=2, beta=4, gamma=0.2)),
    "timo": (timo, dict(alpha=0.5)),
    "timo-s": (timo, dict(alpha=0.5, gamma=20, prompts=2)),
    "proker": (proker, dict(alpha=2, beta=4, penalty=0.1)),
}


def synthetic(seed, classes, d, shots, queries):
    rng = np.random.default_rng(seed)
    shared, centres, spread = rng.normal(size=d), rng.normal(size=(classes, d)), np.exp(rng.normal(size=d))
    image = lambda c: unit(shared + 0.7 * centres[c] + 0.5 * spread * rng.normal(size=d))
    y = np.repeat(np.arange(classes), shots)
    gap = rng.normal(size=d)
    p = np.repeat(np.arange(classes), [1 + c % 4 for c in range(classes)])
    P = unit(gap + 0.6 * centres[p] + 0.3 * rng.normal(size=(len(p), d))).round(6)
    W = unit(means(P, p, classes)).round(6)
    rows = lambda labels: np.stack([image(c) for c in labels]).round(6)
    return {"T": rows(np.arange(queries) % classes), "F": rows(y), "y": y, "W": W, "P": P, "p": p}


cases = []
for title, options in {
    "more dimensions than images": dict(seed=1, classes=4, d=20, shots=3, queries=6),
    "more images than dimensions": dict(seed=2, classes=5, d=10, shots=[8, 3, 1, 6, 4], queries=7),
    "one image a class": dict(seed=3, classes=6, d=16, shots=1, queries=6),
    "many queries a class": dict(seed=4, classes=3, d=8, shots=4, queries=30),
}.items():
    given = synthetic(**options)
    results = {
        name: {"values": {("lambda" if key == "penalty" else key): value for key, value in values.items()}, "logits": run(*given.values(), **values).round(7)}
        for name, (run, values) in METHODS.items()
    }
    cases.append({"title": title, **given, "methods": results})
(ROOT / "test/golden/methods.json").write_text(json.dumps({"cases": cases}, default=lambda each: each.tolist()) + "\n")

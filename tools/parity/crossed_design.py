"""Intervals, tests and degrees of freedom of a crossed design, by NumPy and SciPy: test/golden/crossed-design.json.

python crossed_design.py ../../test/golden/crossed-design.json
"""
import json
import sys

import numpy as np
from scipy import stats


def estimate(y, is_difference=False):
    """y: [support sets, images]. The mean, its standard error and degrees of freedom: Satterthwaite's, or Hillis's of a difference."""
    sets, images = y.shape
    of_sets, of_images, mean = y.mean(1), y.mean(0), y.mean()
    ms_images = sets * ((of_images - mean) ** 2).sum() / (images - 1)
    if sets == 1:
        return mean, np.sqrt(ms_images / images), images - 1
    ms_sets = images * ((of_sets - mean) ** 2).sum() / (sets - 1)
    rest = y - of_sets[:, None] - of_images[None] + mean
    ms_rest = (rest**2).sum() / ((images - 1) * (sets - 1))
    total = ms_images + ms_sets - ms_rest
    greatest = max(total, ms_images, ms_sets)
    if is_difference:
        hillis = greatest**2 / (ms_sets**2 / (sets - 1)) if ms_sets > 0 else np.inf
        degrees = sets - 1 if greatest == ms_sets else min(hillis, images - 1)
    elif total >= greatest * (1 - 1e-9):
        below = (
            ms_images**2 / (images - 1)
            + ms_sets**2 / (sets - 1)
            + ms_rest**2 / ((images - 1) * (sets - 1))
        )
        degrees = total**2 / below
    else:
        degrees = images - 1 if greatest == ms_images else sets - 1
    return mean, np.sqrt(greatest / (images * sets)), degrees


def interval(mean, error, degrees):
    low, high = stats.t.interval(0.95, degrees, loc=mean, scale=error)
    return [float(low), float(high)]


def case(rng, sets, images):
    hard = rng.normal(size=images)
    scores = 0.7 + hard + 0.3 * rng.normal(size=(sets, 1)) + rng.normal(size=(sets, images))
    others = 0.4 + hard + 0.3 * rng.normal(size=(sets, 1)) + rng.normal(size=(sets, images))
    y, z = (scores > 0).astype(float), (others > 0).astype(float)
    added = np.broadcast_to([1.0, 1, 0, 0], (sets, 4))
    low, high = interval(*estimate(np.concatenate([y, added], 1)))
    difference = estimate(y - z, is_difference=True)
    return {
        "outcomes": y.astype(int).tolist(),
        "others": z.astype(int).tolist(),
        "accuracy": [max(0.0, low), min(1.0, high)],
        "difference": interval(*difference),
        "degrees": float(difference[2]),
        "pValue": float(2 * stats.t.sf(abs(difference[0] / difference[1]), difference[2])),
    }


rng = np.random.default_rng(7)
cases = [case(rng, s, n) for s, n in [(1, 40), (2, 9), (3, 8), (3, 60), (5, 25), (10, 30), (30, 12)]]
student = [
    {"t": t, "degrees": d, "pValue": float(2 * stats.t.sf(t, d)), "quantile": float(stats.t.ppf(0.975, d))}
    for d in [1, 1.3, 2, 2.7, 5.5, 17.25, 80, 1999.5]
    for t in [0.01, 0.5, 1.96, 4.3, 12]
]
json.dump({"cases": cases, "student": student}, open(sys.argv[1], "w"))

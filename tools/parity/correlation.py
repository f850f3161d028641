"""Pearson's and Spearman's correlation with their p-values, from SciPy, for test/evaluation/overlap/correlation.test.ts.

python correlation.py
"""
import json
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr

random = np.random.default_rng(5)


def case(name, x, y):
    x, y = (np.round(np.asarray(v, float), 6) for v in (x, y))
    (pearson, pearson_p), (spearman, spearman_p) = pearsonr(x, y), spearmanr(x, y)
    values = dict(pearson=[pearson, pearson_p], spearman=[spearman, spearman_p])
    return {"name": name, "x": x.tolist(), "y": y.tolist()} | {k: [float(v) for v in pair] for k, pair in values.items()}


cases = [case(f"{n} points, slope {slope}", x := random.standard_normal(n), slope * x + random.standard_normal(n)) for n in (3, 4, 5, 9, 10, 37, 200) for slope in (0, -0.4, 3)]
cases += [
    case("ties", [1, 2, 2, 3, 3, 3, 4, 5], [2, 1, 1, 1, 5, 5, 7, 7]),
    case("ties in all but one", [0, 0, 0, 0, 1], [3, 1, 4, 1, 5]),
    case("far from zero", 1e6 + random.standard_normal(20), -1e6 + random.standard_normal(20)),
    case("next to a line", x := random.standard_normal(60), 2 * x + 1e-3 * random.standard_normal(60)),
]
target = Path(__file__).resolve().parents[2] / "test/evaluation/overlap/fixtures/correlation.json"
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps(cases, indent=1) + "\n")

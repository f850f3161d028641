"""Results of PyTorch's AdamW for a few steps of known gradients: test/golden/adam-w.json.

python adam_w.py ../../test/golden/adam-w.json
"""
import json
import sys

import torch

torch.manual_seed(0)
steps, size = 5, 6
gradients = torch.randn(steps, size)
start = torch.randn(size)
out = {"torch": torch.__version__, "start": start.tolist(), "gradients": gradients.tolist(), "runs": []}
for rate, decay in ((0.008, 0.01), (0.1, 0.2), (0.001, 0.0)):
    p = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.AdamW([p], lr=rate, weight_decay=decay)
    trajectory = []
    for g in gradients:
        p.grad = g.clone()
        optimizer.step()
        trajectory.append(p.detach().tolist())
    out["runs"].append({"rate": rate, "weightDecay": decay, "trajectory": trajectory})
json.dump(out, open(sys.argv[1], "w"))

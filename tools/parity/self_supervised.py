"""Self-distillation and the interpolation of position embeddings in PyTorch: test/golden/self-supervised.json.

npx tsx tools/parity/self-supervised.ts DUMP.safetensors
python self_supervised.py DUMP.safetensors ../../test/golden/self-supervised.json
"""
import json
import os
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import adapters
from mini_clip import Tower

here = os.path.dirname(os.path.abspath(__file__))
adapters.blocks_of = lambda m: [(b, b.ln_2) for b in m.blocks]
t = {k: v.requires_grad_(v.ndim < 4) for k, v in load_file(sys.argv[1]).items()}
scale, batch, crops = 2.0, 2, 4


def resized(table, to):
    width, size = table.shape[1], round((len(table) - 1) ** 0.5)
    grid = table[1:].T.reshape(1, width, size, size)
    return torch.cat([table[:1], F.interpolate(grid, size=(to, to), mode="bicubic", align_corners=False)[0].reshape(width, -1).T])


def tower(size):
    tower = Tower(f"{here}/../../models/mini-clip/vision.onnx")
    if size != 64:
        tower.positional_embedding = resized(tower.positional_embedding, size // 16)
    return tower


def answers(who, pixels):
    get = lambda name: t[who + name]
    parts = [(n, part) for n in range(6) for part in ("down.weight", "down.bias", "up.weight", "up.bias")]
    turned = lambda w: w.T if w.ndim == 2 else w
    weights = {f"blocks.{n}.{part}": turned(get(f"shotboard.adapter.{n}.{part}")) for n, part in parts}
    features = []
    for x in pixels:
        model = tower(x.shape[-1])
        with adapters.Adapted(model, weights, scale):
            features.append(model(x))
    y = torch.cat(features)
    for n in range(3):
        y = y @ get(f"head.{n}.weight") + get(f"head.{n}.bias")
        y = F.gelu(y) if n < 2 else y
    return F.normalize(y, dim=-1) @ F.normalize(get("head.prototypes.weight"), dim=-1).T


student = (answers("", [t["global"], t["local"]]) / 0.1).chunk(crops)
with torch.no_grad():
    raw = answers("teacher ", [t["global"]])
    teacher = F.softmax((raw - t["centre"]) / 0.04, dim=-1).chunk(2)
# As in the published DINOLoss: every view of the student except the teacher's own.
pairs = [(q, v) for q in range(2) for v in range(crops) if v != q]
loss = sum(-(teacher[q] * F.log_softmax(student[v], dim=-1)).sum(-1).mean() for q, v in pairs) / len(pairs)
loss.backward()
own = [k for k in t if not k.startswith("teacher ") and k not in ("centre", "global", "local")]
torch.manual_seed(0)
tables = []
for a, b in ((4, 2), (7, 3), (3, 5)):
    table = torch.randn(a * a + 1, 3)
    tables.append({"from": a, "to": b, "width": 3, "table": table[1:].flatten().tolist(), "expected": resized(table, b)[1:].flatten().tolist()})
json.dump(
    {
        "loss": loss.item(),
        "gradients": {k: {"norm": t[k].grad.norm().item(), "first": t[k].grad.flatten()[:4].tolist()} for k in own},
        "meanAnswer": raw.mean(0).tolist(),
        "tables": tables,
    },
    open(sys.argv[2], "w"),
)
print("loss", loss.item())

"""A training step of an image tower's adapters in PyTorch: python training.py MODEL BATCH CLASSES

MODEL is models/mini-clip/vision.onnx, or what tools/export-clip/export.py wrote with --weights. Answers each line `step` with
the milliseconds of a step, and `memory` with the peak resident MiB of the process.
"""
import os
import resource
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/parity"))
import adapters
from training import load

model, batch, classes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(os.cpu_count())
features, whole = load(model)
mini = model.endswith(".onnx")
if mini:
    adapters.blocks_of = lambda m: [(b, b.ln_2) for b in m.blocks]
size, width = (64, 192) if mini else (224, 768)
blocks = len(adapters.blocks_of(whole))
weights = {k: w.requires_grad_() for k, w in adapters.random_adapter(range(blocks), width, 64).items()}
with torch.no_grad():
    dimensions = features(torch.zeros(1, 3, size, size)).shape[1]
head = torch.randn(classes, dimensions).mul_(dimensions**-0.5).requires_grad_()
bias = torch.zeros(classes, requires_grad=True)
optimizer = torch.optim.AdamW([*weights.values(), head, bias], lr=0.008, weight_decay=0.01)
pixels = torch.rand(batch, 3, size, size, generator=torch.Generator().manual_seed(0)) * 4 - 2
labels = torch.arange(batch) % classes
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "memory":
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
        continue
    started = time.perf_counter()
    with adapters.Adapted(whole, weights, 0.03):
        y = features(pixels) @ head.T + bias
    loss = torch.nn.functional.cross_entropy(y, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(1000 * (time.perf_counter() - started), flush=True)

"""ONNX Runtime and PyTorch on the image tower of a model that tools/export-clip/export.py wrote with --weights: python clip.py MODEL_DIR

Reads lines `onnxruntime N REPEATS` or `pytorch N REPEATS` and answers each with the milliseconds that a batch of N images took, on
average over batches one after the other, so that the caller can let it take turns with others.
"""
import os
import sys
import time

import numpy as np
import onnxruntime
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/export-clip"))
from export import build

folder = sys.argv[1]
threads = os.cpu_count()
torch.set_num_threads(threads)
saved = torch.load(f"{folder}/weights.pt")
# The attention that PyTorch would choose, not the one that is easiest to export.
model, vision, _ = build(saved["architecture"], attention="sdpa")
model.load_state_dict(saved["state"])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(f"{folder}/onnx/vision_model.onnx", options, providers=["CPUExecutionProvider"])
outputs = [o.name for o in session.get_outputs() if o.name == "image_embeds"] or None


def run(name, pixels):
    if name == "onnxruntime":
        return session.run(outputs, {"pixel_values": pixels})
    with torch.inference_mode():
        return vision(torch.from_numpy(pixels))


print("ready", flush=True)
for line in sys.stdin:
    name, count, repeats = line.split()
    pixels = np.random.default_rng(0).standard_normal((int(count), 3, 224, 224), dtype=np.float32)
    started = time.perf_counter()
    for _ in range(int(repeats)):
        run(name, pixels)
    print(1000 * (time.perf_counter() - started) / int(repeats), flush=True)

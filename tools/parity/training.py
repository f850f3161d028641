"""Trains adapters in PyTorch as Shotboard did and compares: gradients of the first step, the loss of every step, the time.

npx tsx tools/parity/training.ts VISION.onnx DUMP.safetensors
python training.py MODEL DUMP.safetensors

MODEL is models/mini-clip/vision.onnx, or what tools/export-clip/export.py wrote with --weights.
"""
import os
import sys
import time

import torch
from safetensors import safe_open

import adapters

torch.set_num_threads(len(os.sched_getaffinity(0)))


def load(model):
    """The image tower as a function of pixels, and the module whose blocks are adapted."""
    if model.endswith(".onnx"):
        from mini_clip import Tower

        tower = Tower(model)
        return tower, tower
    saved = torch.load(f"{model}/weights.pt")
    whole, vision, _ = adapters.build(saved["architecture"])
    whole.load_state_dict(saved["state"])
    whole.requires_grad_(False)

    def features(pixels):
        y = vision(pixels)
        return y if torch.is_tensor(y) else dict(zip(vision.outputs, y)).get("image_embeds", y[-1])

    return features, whole


def main():
    model, dump = sys.argv[1:3]
    features, whole = load(model)
    if model.endswith(".onnx"):
        adapters.blocks_of = lambda m: [(b, b.ln_2) for b in m.blocks]
    with safe_open(dump, "pt") as f:
        meta, tensors = f.metadata(), {k: f.get_tensor(k) for k in f.keys()}
    batch, classes = int(meta["batch"]), int(meta["classes"])
    weights, ours = {}, {}
    for name, tensor in tensors.items():
        if not name.startswith("start/"):
            continue
        ours[name[6:]] = leaf = tensor.clone().requires_grad_()
        parts = name.split(".")
        if name.startswith("start/shotboard.adapter."):
            weights[f"blocks.{parts[2]}.{parts[3]}.{parts[4]}"] = leaf
    optimizer = torch.optim.AdamW(ours.values(), lr=float(meta["rate"]), weight_decay=float(meta["weightDecay"]))
    pixels = [tensors[f"pixels/{i}"] for i in range(8)]
    losses, times = [], []
    for step in range(len(tensors["losses"])):
        start = time.perf_counter()
        # In the graph, the rows of a weight are its inputs.
        turned = {k: (w.T if w.ndim == 2 else w) for k, w in weights.items()}
        with adapters.Adapted(whole, turned, float(meta["scale"])):
            y = features(pixels[step % 8]) @ ours["head.weight"].T + ours["head.bias"]
        labels = (torch.arange(batch) + step) % classes
        loss = torch.nn.functional.cross_entropy(y, labels)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            worst = max((float((p.grad - tensors[f"gradient/{k}"]).norm() / p.grad.norm()), k) for k, p in ours.items())
        optimizer.step()
        times.append(time.perf_counter() - start)
        losses.append(loss.item())
    apart = max(abs(a - b) / b for a, b in zip(tensors["losses"].tolist(), losses))
    median = 1000 * sorted(times)[len(times) // 2]
    print(f"gradients: largest relative error {worst[0]:.1e} ({worst[1]})")
    print(f"loss over {len(losses)} steps, {losses[0]:.4f} to {losses[-1]:.4f}: largest difference {100 * apart:.2f} %")
    print(f"a step of {batch}: PyTorch {median:.1f} ms, ours {float(meta['milliseconds']):.1f} ms, {float(meta['milliseconds']) / median:.2f} times")


if __name__ == "__main__":
    main()

"""An image encoder with adapters inside its blocks, in PyTorch, as reference for a rewritten ONNX graph.

python adapters.py MODEL_DIR OUT_DIR [--images 4] [--bottleneck 64] [--scale 0.5]

MODEL_DIR is what tools/export-clip/export.py wrote with --weights. OUT_DIR gets adapter.safetensors, of random numbers,
and expected.safetensors: `pixels`, and the image features `clip` and `imo`, without and with adapters.
"""
import argparse
import os
import sys

import torch
from safetensors.torch import save_file

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../export-clip"))
from export import build, image_size


def blocks_of(model):
    """Every block with the norm of its MLP; the input of that norm is the residual stream after attention."""
    if hasattr(model, "vision_model"):
        return [(b, b.layer_norm2) for b in model.vision_model.encoder.layers]
    return [(b, b.ln_2) for b in model.visual.transformer.resblocks]


def random_adapter(blocks, width, bottleneck, seed=1):
    g = torch.Generator().manual_seed(seed)
    draw = lambda *shape, std: torch.randn(*shape, generator=g) * std
    weights = {}
    for n in range(len(blocks)):
        weights[f"blocks.{n}.down.weight"] = draw(bottleneck, width, std=width**-0.5)
        weights[f"blocks.{n}.down.bias"] = draw(bottleneck, std=0.3)
        weights[f"blocks.{n}.up.weight"] = draw(width, bottleneck, std=bottleneck**-0.5)
        weights[f"blocks.{n}.up.bias"] = draw(width, std=0.3)
    return weights


class Adapted:
    """Inside the context, every block of the model adds its bottleneck: x + MLP(LN(x)) + s·(up(relu(down(x))))."""

    def __init__(self, model, weights, scale):
        self.handles, self.scale, self.weights = [], scale, weights
        for n, (block, norm) in enumerate(blocks_of(model)):
            self.handles.append(norm.register_forward_pre_hook(self.remember(n)))
            self.handles.append(block.register_forward_hook(self.add(n)))
        self.streams = {}

    def remember(self, n):
        def hook(_, inputs):
            self.streams[n] = inputs[0]

        return hook

    def add(self, n):
        def hook(_, __, output):
            w, x = self.weights, self.streams[n]
            h = torch.relu(x @ w[f"blocks.{n}.down.weight"].T + w[f"blocks.{n}.down.bias"])
            a = self.scale * (h @ w[f"blocks.{n}.up.weight"].T + w[f"blocks.{n}.up.bias"])
            return (output[0] + a, *output[1:]) if isinstance(output, tuple) else output + a

        return hook

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for handle in self.handles:
            handle.remove()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("out")
    p.add_argument("--images", type=int, default=4)
    p.add_argument("--bottleneck", type=int, default=64)
    p.add_argument("--scale", type=float, default=0.5)
    a = p.parse_args()
    torch.backends.mha.set_fastpath_enabled(False)
    saved = torch.load(f"{a.model}/weights.pt")
    name = saved["architecture"]
    model, vision, _ = build(name)
    model.load_state_dict(saved["state"])
    blocks = blocks_of(model)
    width = blocks[0][1].weight.numel()
    weights = random_adapter(blocks, width, a.bottleneck)
    pixels = torch.randn(a.images, 3, image_size(name), image_size(name), generator=torch.Generator().manual_seed(2))

    def features():
        with torch.no_grad():
            y = vision(pixels)
        return (y if torch.is_tensor(y) else dict(zip(vision.outputs, y)).get("image_embeds", y[-1])).contiguous()

    clip = features()
    with Adapted(model, weights, a.scale):
        imo = features()
    cosine = torch.nn.functional.cosine_similarity(clip, imo)
    print(f"{name}: {len(blocks)} blocks of {width}; cosine of imo to clip {cosine.min():.3f} to {cosine.max():.3f}")
    os.makedirs(a.out, exist_ok=True)
    metadata = {"bottleneck": str(a.bottleneck), "scale": str(a.scale), "encoder": name, "provenance": "random numbers"}
    save_file(weights, f"{a.out}/adapter.safetensors", metadata=metadata)
    save_file({"pixels": pixels, "clip": clip, "imo": imo}, f"{a.out}/expected.safetensors")


if __name__ == "__main__":
    main()

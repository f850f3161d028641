"""Converts a checkpoint of the paper's training code to an adapter file.

python convert.py CHECKPOINT.pth ADAPTER.safetensors --encoder ID [--scale 0.03] [--prefix teacher.]

Takes every tensor `…transformer.resblocks.N.adaptmlp.{down,up}_proj.{weight,bias}`, anywhere in the checkpoint:
`image_encoder.` of supervised training, the student and the teacher of self-supervised training (DINO). If there
are several sets, takes the teacher's, which DINO evaluates; --prefix chooses another.
"""
import argparse
import os
import re
import sys

import torch
from safetensors.torch import save_file

PATTERN = re.compile(r"^(.*?)((?:visual\.)?transformer\.resblocks)\.(\d+)\.adaptmlp\.(down|up)_proj\.(weight|bias)$")


def flat(value, name=""):
    """Every tensor of a checkpoint with its path, from nested dictionaries too."""
    if torch.is_tensor(value):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from flat(each, f"{name}.{key}" if name else str(key))


def adapters_in(checkpoint):
    """{prefix: {(block, side, kind): tensor}}"""
    sets = {}
    for name, tensor in flat(checkpoint):
        found = PATTERN.match(name)
        if found:
            prefix, _, block, side, kind = found.groups()
            sets.setdefault(prefix, {})[int(block), side, kind] = tensor
    return sets


def chosen(sets, prefix):
    if not sets:
        sys.exit("The checkpoint has no tensor named …transformer.resblocks.N.adaptmlp.{down,up}_proj.{weight,bias}.")
    if prefix is None:
        teachers = [p for p in sets if "teacher" in p]
        candidates = teachers or list(sets)
        if len(candidates) > 1:
            sys.exit(f"The checkpoint has several adapters; choose one with --prefix: {', '.join(repr(p) for p in sets)}.")
        prefix = candidates[0]
    if prefix not in sets:
        sys.exit(f"The checkpoint has no adapter under {prefix!r}; it has {', '.join(repr(p) for p in sets)}.")
    return prefix, sets[prefix]


def convert(checkpoint, encoder, scale, prefix=None, source=""):
    """(tensors, metadata) of the adapter file."""
    prefix, parts = chosen(adapters_in(checkpoint), prefix)
    depth = 1 + max(block for block, _, _ in parts)
    tensors, bottleneck = {}, None
    for block in range(depth):
        for side in ("down", "up"):
            for kind in ("weight", "bias"):
                tensor = parts.get((block, side, kind))
                if tensor is None:
                    sys.exit(f"Block {block} has no adaptmlp.{side}_proj.{kind}.")
                tensors[f"blocks.{block}.{side}.{kind}"] = tensor.detach().float().contiguous().clone()
        bottleneck = tensors[f"blocks.{block}.down.weight"].shape[0]
    metadata = {"bottleneck": str(bottleneck), "scale": repr(scale), "encoder": encoder, "provenance": f"{source}, {prefix}" if prefix else source}
    return tensors, metadata


def main():
    p = argparse.ArgumentParser()
    p.add_argument("checkpoint")
    p.add_argument("adapter")
    p.add_argument("--encoder", required=True, help="the encoder's id in Shotboard")
    p.add_argument("--scale", type=float, default=0.03, help="0.03 in the paper's supervised training")
    p.add_argument("--prefix")
    a = p.parse_args()
    checkpoint = torch.load(a.checkpoint, map_location="cpu", weights_only=True)
    tensors, metadata = convert(checkpoint, a.encoder, a.scale, a.prefix, os.path.basename(a.checkpoint))
    save_file(tensors, a.adapter, metadata=metadata)
    print(f"{a.adapter}: {len(tensors) // 4} blocks, bottleneck {metadata['bottleneck']}, scale {metadata['scale']}, from {metadata['provenance']}")


if __name__ == "__main__":
    main()

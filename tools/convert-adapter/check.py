"""Makes random checkpoints of both kinds of training, converts them and compares. Prints ok."""
import torch

from convert import convert


def parts(prefix, seed, depth=3, width=16, bottleneck=4):
    g = torch.Generator().manual_seed(seed)
    shapes = {"down_proj.weight": (bottleneck, width), "down_proj.bias": (bottleneck,), "up_proj.weight": (width, bottleneck), "up_proj.bias": (width,)}
    return {f"{prefix}transformer.resblocks.{n}.adaptmlp.{k}": torch.randn(*s, generator=g) for n in range(depth) for k, s in shapes.items()}


def same(tensors, state, prefix):
    assert len(tensors) == 12
    for name, tensor in state.items():
        block, rest = name.removeprefix(f"{prefix}transformer.resblocks.").split(".adaptmlp.")
        side, kind = rest.split("_proj.")
        assert torch.equal(tensors[f"blocks.{block}.{side}.{kind}"], tensor)


supervised = parts("image_encoder.", 0)
tensors, metadata = convert({"state_dict": {**supervised, "image_encoder.conv1.weight": torch.ones(1)}, "epoch": 3}, "e", 0.03, source="a.pth")
assert metadata == {"bottleneck": "4", "scale": "0.03", "encoder": "e", "provenance": "a.pth, state_dict.image_encoder."}
same(tensors, supervised, "image_encoder.")

student, teacher = parts("module.backbone.", 1), parts("backbone.", 2)
tensors, metadata = convert({"student": student, "teacher": teacher}, "e", 0.1, source="b.pth")
assert metadata["provenance"] == "b.pth, teacher.backbone."
same(tensors, teacher, "backbone.")
tensors, _ = convert({"student": student, "teacher": teacher}, "e", 0.1, prefix="student.module.backbone.")
same(tensors, student, "module.backbone.")

for broken in ({"weights": torch.ones(2)}, {k: v for k, v in supervised.items() if "resblocks.1.adaptmlp.up_proj.bias" not in k}):
    try:
        convert(broken, "e", 0.1)
    except SystemExit as error:
        assert "resblocks" in str(error) or "Block 1 lacks" in str(error)
    else:
        raise AssertionError("converted a file without an adapter")
print("ok")

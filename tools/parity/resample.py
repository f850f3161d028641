"""Results of Pillow's bicubic resizing and torchvision's CLIP preprocessing for some images: test/encoders/fixtures/{resample,preprocess}.json.

python resample.py
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms.functional import InterpolationMode

from noise import noise

ROOT = Path(__file__).resolve().parents[2]
MODEL = json.loads((ROOT / "models/mini-clip/model.json").read_text())
sha256 = lambda a: hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()


def source(case):
    if "file" in case:
        return Image.open(ROOT / case["file"]).convert("RGB")
    return Image.fromarray(noise(case["width"], case["height"], case.get("block", 1)))


def resampled(case):
    image = source(case)
    if "region" in case:
        left, top, width, height = case["region"]
        image = image.crop((left, top, left + width, top + height))
    pixels = np.asarray(image.resize(tuple(case["to"]), Image.BICUBIC))
    return {**case, "corner": pixels[0, :4].tobytes().hex(), "sha256": sha256(pixels)}


def preprocessed(case):
    size = case["size"]
    square = transforms.Compose([transforms.Resize(size, InterpolationMode.BICUBIC), transforms.CenterCrop(size)])(source(case))
    tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MODEL["mean"], MODEL["std"])])(square)
    pixels = np.asarray(square)
    means = tensor.double().mean((1, 2)).tolist()
    return {**case, "corner": pixels[0, :4].tobytes().hex(), "sha256": sha256(pixels), "means": " ".join(f"{m:.6f}" for m in means)}


DEMO = "demo/fashion-mnist/test"
RESAMPLE = {
    "a 28×28 product photo to 64×64": {"file": f"{DEMO}/sandal/000.png", "to": [64, 64]},
    "28×28 noise to 64×64": {"width": 28, "height": 28, "to": [64, 64]},
    "32×32 noise to 64×64": {"width": 32, "height": 32, "to": [64, 64]},
    "500×375 noise to 298×224": {"width": 500, "height": 375, "to": [298, 224]},
    "500×375 hard-edged squares to 298×224": {"width": 500, "height": 375, "block": 9, "to": [298, 224]},
    "640×480 squares to 85×64": {"width": 640, "height": 480, "block": 5, "to": [85, 64]},
    "333×17 to a square": {"width": 333, "height": 17, "to": [64, 64]},
    "5×211 to a square": {"width": 5, "height": 211, "to": [64, 64]},
    "37×53 to 71×64, one side up and the other up less": {"width": 37, "height": 53, "to": [71, 64]},
    "one pixel to 7×9": {"width": 1, "height": 1, "to": [7, 9]},
    "1000×1 to 64×64": {"width": 1000, "height": 1, "to": [64, 64]},
    "64×64 to itself": {"width": 64, "height": 64, "to": [64, 64]},
    "a region of 100×80, up": {"width": 100, "height": 80, "region": [13, 7, 41, 50], "to": [64, 64]},
    "3×400 to a square, the vertical pass first": {"width": 3, "height": 400, "to": [64, 64]},
    "2×60000 to a square, the vertical pass first": {"width": 2, "height": 60000, "to": [224, 224]},
    "2×400 to a taller one": {"width": 2, "height": 400, "to": [32, 500]},
    "a region of 2×3000, the vertical pass first": {"width": 9, "height": 3500, "region": [3, 77, 2, 3000], "to": [64, 40]},
    "3001×2003 squares, in several bands": {"width": 3001, "height": 2003, "block": 7, "to": [336, 224]},
    "a region of 3001×2003, up and in several bands": {"width": 3001, "height": 2003, "block": 3, "region": [5, 9, 700, 1900], "to": [901, 2222]},
    "a region of 300×200, down": {"width": 300, "height": 200, "block": 3, "region": [101, 11, 199, 157], "to": [64, 64]},
}
PREPROCESS = {
    "28×28": {"width": 28, "height": 28, "size": 64},
    "65×64, an offset of 0.5": {"width": 65, "height": 64, "size": 64},
    "67×64, an offset of 1.5": {"width": 67, "height": 64, "size": 64},
    "64×69, an offset of 2.5": {"width": 64, "height": 69, "size": 64},
    "64×71, an offset of 3.5": {"width": 64, "height": 71, "size": 64},
    "500×375 to 224": {"width": 500, "height": 375, "block": 4, "size": 224},
    "375×500 to 224": {"width": 375, "height": 500, "block": 4, "size": 224},
    "333×97": {"width": 333, "height": 97, "block": 3, "size": 64},
    "17×1000": {"width": 17, "height": 1000, "size": 64},
    "1000×1": {"width": 1000, "height": 1, "size": 64},
}


def write(name, cases):
    (ROOT / f"test/encoders/fixtures/{name}.json").write_text(json.dumps(cases, indent=2, ensure_ascii=False) + "\n")


write("resample", {name: resampled(case) for name, case in RESAMPLE.items()})
write("preprocess", {name: preprocessed(case) for name, case in PREPROCESS.items()})

"""The intra-modal overlap of every fifth test image of each class of a data set with the mini CLIP, without and with its adapters, for test/encoders/overlap.test.ts.

python overlap.py DATASET_DIR...
"""
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded

import numpy as np
import onnxruntime
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "models/mini-clip"
MODEL = json.loads((FOLDER / "model.json").read_text())
SIZE, TOWER = MODEL["imageSize"], MODEL["vision"]
session = onnxruntime.InferenceSession(FOLDER / TOWER["file"])


def pixels(path):
    image = Image.open(path).convert("RGB")
    assert image.width == image.height  # so nothing is cropped
    x = np.asarray(image.resize((SIZE, SIZE), Image.BICUBIC), np.float32) / 255
    return ((x - np.float32(MODEL["mean"])) / np.float32(MODEL["std"])).transpose(2, 0, 1)


def features(files, scale):
    batches = [files[i : i + 128] for i in range(0, len(files), 128)]
    y = np.concatenate([session.run([TOWER["output"]], {TOWER["input"]: np.stack([pixels(f) for f in b]), TOWER["adapterScaleInput"]: np.float32([scale])})[0] for b in batches])
    return y / np.linalg.norm(y, axis=1, keepdims=True)


def overlap(f, labels):
    pairs = np.triu_indices(len(f), 1)
    similarities, same = (f @ f.T)[pairs], (labels[:, None] == labels[None])[pairs]
    a, b = (np.histogram(similarities[s], 200, (-1, 1))[0] for s in (same, ~same))
    return np.minimum(a / a.sum(), b / b.sum()).sum()


for folder in map(Path, sys.argv[1:]):
    classes = sorted((folder / "test").iterdir())
    files = [f for c in classes for f in sorted(c.iterdir())[::5]]
    labels = np.unique([f.parent.name for f in files], return_inverse=True)[1]
    clip, imo = (overlap(features(files, scale), labels) for scale in (0, MODEL["adapter"]["scale"]))
    print(f"{folder.name}: {len(files)} images, clip {clip:.3f}, imo {imo:.3f}")

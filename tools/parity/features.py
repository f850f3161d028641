"""Features of demo images and prompts from Pillow, ONNX Runtime and the mini CLIP: test/encoders/fixtures/features.json.

python features.py
"""
import base64
import json
import os
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded

import numpy as np
import onnxruntime
from PIL import Image
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
FOLDER, DEMO = ROOT / "models/mini-clip", "demo/fashion-mnist"
MODEL = json.loads((FOLDER / "model.json").read_text())
CLASSES = json.loads((ROOT / DEMO / "dataset.json").read_text())["classes"]
IMAGES = [f"{DEMO}/test/{c['folder']}/000.png" for c in CLASSES]
TEXTS = [c["prompts"][0] for c in CLASSES]


def pixels(path):
    image, size = Image.open(ROOT / path).convert("RGB"), MODEL["imageSize"]
    assert image.width == image.height  # so nothing is cropped
    x = np.asarray(image.resize((size, size), Image.BICUBIC), np.float32) / 255
    return ((x - np.float32(MODEL["mean"])) / np.float32(MODEL["std"])).transpose(2, 0, 1)


def run(tower, feeds):
    y = onnxruntime.InferenceSession(FOLDER / MODEL[tower]["file"]).run([MODEL[tower]["output"]], feeds)[0]
    return y / np.linalg.norm(y, axis=1, keepdims=True)


def vision(scale):
    tower = MODEL["vision"]
    feeds = {tower["input"]: np.stack([pixels(p) for p in IMAGES]), tower["adapterScaleInput"]: np.float32([scale])}
    return {p: encoded(row) for p, row in zip(IMAGES, run("vision", feeds))}


def text():
    tokenizer = Tokenizer.from_file(str(FOLDER / MODEL["tokenizer"]))
    rows = [tokenizer.encode(t).ids for t in TEXTS]
    tokens = np.full((len(rows), max(map(len, rows))), MODEL["padToken"], np.int64)
    for i, ids in enumerate(rows):
        tokens[i, : len(ids)] = ids
    return {t: encoded(row) for t, row in zip(TEXTS, run("text", {MODEL["text"]["input"]: tokens}))}


encoded = lambda row: base64.b64encode(row.astype("<f4").tobytes()).decode()
features = {"clip": vision(0), "imo": vision(MODEL["adapter"]["scale"]), "texts": text()}
(ROOT / "test/encoders/fixtures/features.json").write_text(json.dumps(features, indent=2) + "\n")

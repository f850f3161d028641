"""ONNX Runtime or PyTorch on the image tower of a model that tools/export-clip/export.py wrote with --weights:
python clip.py MODEL_DIR onnxruntime|pytorch

Reads lines `N REPEATS` and answers each with the mean milliseconds of a batch of N images, over batches one after
the other, so that the caller can run several in turns.
"""
import os
import sys
import time

import numpy as np

folder, library = sys.argv[1:]
threads = os.cpu_count()


def open_onnxruntime():
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        f"{folder}/onnx/vision_model.onnx", options, providers=["CPUExecutionProvider"]
    )
    outputs = [o.name for o in session.get_outputs() if o.name == "image_embeds"] or None
    return lambda pixels: session.run(outputs, {"pixel_values": pixels})


def open_pytorch():
    import torch

    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/export-clip"))
    from export import build

    torch.set_num_threads(threads)
    saved = torch.load(f"{folder}/weights.pt")
    # The attention that PyTorch chooses by default, not the one that is easiest to export.
    model, vision, _ = build(saved["architecture"], attention="sdpa")
    model.load_state_dict(saved["state"])

    def run(pixels):
        with torch.inference_mode():
            return vision(torch.from_numpy(pixels))

    return run


run = {"onnxruntime": open_onnxruntime, "pytorch": open_pytorch}[library]()

print("ready", flush=True)
for line in sys.stdin:
    count, repeats = line.split()
    pixels = np.random.default_rng(0).standard_normal((int(count), 3, 224, 224), dtype=np.float32)
    started = time.perf_counter()
    for _ in range(int(repeats)):
        run(pixels)
    print(1000 * (time.perf_counter() - started) / int(repeats), flush=True)

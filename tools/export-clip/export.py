"""Writes a CLIP of a real architecture with random weights, in the layout of optimum and transformers.js.

python export.py OUT_DIR ARCHITECTURE [--precision fp32 fp16 q8] [--opset 14] [--attention eager|sdpa|older] [--weights]

OUT_DIR then holds config.json (open_clip_config.json), preprocessor_config.json, tokenizer.json and onnx/. With --weights also
what load() below needs to make the PyTorch model again: weights.pt.
"""
import argparse
import functools
import json
import os
import warnings

import onnx
import torch

import architectures
import towers
from older_attention import older_attention
from tokenizers_of import clip_tokenizer, siglip_tokenizer

SUFFIX = {"fp32": "", "fp16": "_fp16", "q8": "_quantized", "qdq": "_qdq"}
CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


def build(name, seed=0, attention="eager"):
    """The PyTorch model and its towers for the export."""
    if name in architectures.VIT:
        from transformers import CLIPModel

        older = attention == "older"
        model = CLIPModel._from_config(architectures.clip_config(name), attn_implementation="eager" if older else attention)
        for layer in model.vision_model.encoder.layers if older else []:
            layer.self_attn.forward = functools.partial(older_attention, layer.self_attn)
        pair = towers.ClipVision, towers.ClipText
    elif name in architectures.SIGLIP:
        from transformers import SiglipModel

        model = SiglipModel._from_config(architectures.siglip_config(name), attn_implementation=attention)
        torch.nn.init.constant_(model.logit_scale, 4.76)
        torch.nn.init.constant_(model.logit_bias, -12.93)
        pair = towers.SiglipVision, towers.SiglipText
    else:
        import open_clip

        what = architectures.OPEN_CLIP[name]
        model = open_clip.CLIP(**what) if isinstance(what, dict) else open_clip.create_model(what, load_weights=False)
        pair = towers.OpenClipVision, towers.OpenClipText
    architectures.randomise(model, seed)
    vision, text = (tower(model).eval() for tower in pair)
    architectures.calibrate(vision, image_size(name), seed)
    return model, vision, text


def image_size(name):
    for table in (architectures.VIT, architectures.SIGLIP):
        if name in table:
            return table[name]["image"]
    what = architectures.OPEN_CLIP[name]
    if isinstance(what, dict):
        return what["vision_cfg"]["image_size"]
    import open_clip

    return open_clip.get_model_config(what)["vision_cfg"]["image_size"]


def write_configuration(folder, name, model):
    os.makedirs(folder, exist_ok=True)
    put = lambda file, content: open(os.path.join(folder, file), "w").write(json.dumps(content, indent=2) + "\n")
    size = image_size(name)
    if name in architectures.OPEN_CLIP:
        what = architectures.OPEN_CLIP[name]
        import open_clip

        config = what if isinstance(what, dict) else open_clip.get_model_config(what)
        siglip = isinstance(what, str) and "SigLIP" in what
        preprocess = dict(mean=[0.5] * 3, std=[0.5] * 3, interpolation="bicubic", resize_mode="squash") if siglip else dict(mean=CLIP_MEAN, std=CLIP_STD, interpolation="bicubic", resize_mode="shortest")
        if isinstance(what, str) and "MobileCLIP-S" in what:
            preprocess = dict(mean=[0.0] * 3, std=[1.0] * 3, interpolation="bilinear", resize_mode="shortest")
        put("open_clip_config.json", {"model_cfg": config, "preprocess_cfg": preprocess})
        text = config["text_cfg"]
        if siglip:
            siglip_tokenizer(folder, text["vocab_size"], text["context_length"])
        else:
            clip_tokenizer(folder, text["vocab_size"], "<start_of_text>", "<end_of_text>")
    elif name in architectures.SIGLIP:
        model.config.architectures = ["SiglipModel"]
        model.config.save_pretrained(folder)
        put("preprocessor_config.json", dict(image_processor_type="SiglipImageProcessor", do_resize=True, size=dict(height=size, width=size), resample=3, do_rescale=True, rescale_factor=1 / 255, do_normalize=True, image_mean=[0.5] * 3, image_std=[0.5] * 3))
        text = model.config.text_config
        siglip_tokenizer(folder, text.vocab_size, text.max_position_embeddings)
    else:
        model.config.architectures = ["CLIPModel"]
        model.config.save_pretrained(folder)
        put("preprocessor_config.json", dict(image_processor_type="CLIPImageProcessor", do_resize=True, size=dict(shortest_edge=size), resample=3, do_center_crop=True, crop_size=dict(height=size, width=size), do_rescale=True, rescale_factor=1 / 255, do_normalize=True, image_mean=CLIP_MEAN, image_std=CLIP_STD, do_convert_rgb=True))
        clip_tokenizer(folder, model.config.text_config.vocab_size)
    scalars = {k: v.detach().reshape(()).clone() for k, v in model.named_parameters() if k in ("logit_scale", "logit_bias")}
    from safetensors.torch import save_file

    # Only these two weights: the others are in the graphs.
    save_file(scalars, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


def export_tower(tower, example, file, input_name, dynamic, opset):
    axes = {input_name: dynamic, **{o: {0: f"{o}_batch"} for o in tower.outputs}}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(tower, (example,), file, input_names=[input_name], output_names=tower.outputs, dynamic_axes=axes, opset_version=opset, dynamo=False)


def without_idle_casts(model):
    """Fixes casts from float to float, which the converter to float16 leaves with a wrong type."""
    inferred = onnx.shape_inference.infer_shapes(model).graph
    kinds = {v.name: v.type.tensor_type.elem_type for v in [*inferred.value_info, *inferred.input, *inferred.output]}
    renamed, kept = {}, []
    for node in model.graph.node:
        node.input[:] = [renamed.get(i, i) for i in node.input]
        if node.op_type == "Cast" and node.attribute[0].i == onnx.TensorProto.FLOAT and kinds.get(node.input[0]) == onnx.TensorProto.FLOAT:
            renamed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
    return model


def convert(source, target, precision):
    if precision == "fp16":
        from onnxruntime.transformers.float16 import convert_float_to_float16

        onnx.save(convert_float_to_float16(without_idle_casts(onnx.load(source)), keep_io_types=True), target)
    elif precision == "q8":
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=False, reduce_range=False, extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True})
    elif precision == "qdq":
        from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

        session_input = onnx.load(source).graph.input[0]

        class Reader(CalibrationDataReader):
            def __init__(self):
                import numpy as np

                shape = [d.dim_value or 4 for d in session_input.type.tensor_type.shape.dim]
                shape = [4 if i == 0 else (s if s > 4 else (3 if i == 1 else 32)) for i, s in enumerate(shape)]
                self.data = iter([{session_input.name: np.random.default_rng(i).standard_normal(shape).astype(np.float32)} for i in range(4)])

            def get_next(self):
                return next(self.data, None)

        quantize_static(source, target, Reader(), quant_format=QuantFormat.QDQ, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("architecture", choices=architectures.NAMES)
    p.add_argument("--precision", nargs="+", default=["fp32"], choices=list(SUFFIX))
    p.add_argument("--opset", type=int, default=14)
    p.add_argument("--attention", default="eager", choices=["eager", "sdpa", "older"])
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--weights", action="store_true")
    a = p.parse_args()
    # The fused attention of evaluation mode has no ONNX operator.
    torch.backends.mha.set_fastpath_enabled(False)
    torch.manual_seed(a.seed)
    model, vision, text = build(a.architecture, a.seed, a.attention)
    write_configuration(a.out, a.architecture, model)
    os.makedirs(f"{a.out}/onnx", exist_ok=True)
    size = image_size(a.architecture)
    context = model.config.text_config.max_position_embeddings if hasattr(model, "config") else getattr(model, "context_length", 77)
    export_tower(vision, torch.randn(2, 3, size, size), f"{a.out}/onnx/vision_model.onnx", "pixel_values", {0: "batch_size"}, a.opset)
    fixed = a.architecture in architectures.OPEN_CLIP or a.architecture in architectures.SIGLIP
    dynamic = {0: "batch_size"} if fixed else {0: "batch_size", 1: "sequence_length"}
    export_tower(text, torch.ones(2, context, dtype=torch.long), f"{a.out}/onnx/text_model.onnx", "input_ids", dynamic, a.opset)
    for tower in ("vision", "text"):
        for precision in a.precision:
            if precision != "fp32":
                convert(f"{a.out}/onnx/{tower}_model.onnx", f"{a.out}/onnx/{tower}_model{SUFFIX[precision]}.onnx", precision)
        if "fp32" not in a.precision:
            os.remove(f"{a.out}/onnx/{tower}_model.onnx")
    if a.weights:
        torch.save({"architecture": a.architecture, "state": model.state_dict()}, f"{a.out}/weights.pt")


if __name__ == "__main__":
    main()

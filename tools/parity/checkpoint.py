"""Results of transformers or open_clip for texts and images, with a model that tools/export-clip/export.py wrote with --weights.

python checkpoint.py MODEL_DIR IMAGES_DIR [--processor pil|torchvision]

Writes MODEL_DIR/expected.json: the images' files and texts' token ids, hashed, and expected-features.safetensors: `images` and
`texts`, features that are not of unit length. `npx tsx tools/parity/checkpoint.ts MODEL_DIR IMAGES_DIR` compares.
"""
import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import torch
from PIL import Image, ImageOps
from safetensors.torch import save_file

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../export-clip"))
import architectures
from export import build
from texts import texts


def open_clip_tokenizer(folder, context):
    """open_clip's tokenizer with the vocabulary of the folder's tokenizer.json, which is shorter in the small models."""
    from open_clip.tokenizer import SimpleTokenizer

    file = json.loads((folder / "tokenizer.json").read_text())
    tokenizer = SimpleTokenizer(context_length=context)
    tokenizer.encoder = {**file["model"]["vocab"], **{t["content"]: t["id"] for t in file["added_tokens"]}}
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split()) for m in file["model"]["merges"]]
    tokenizer.bpe_ranks = {m: i for i, m in enumerate(merges)}
    tokenizer.sot_token_id, tokenizer.eot_token_id = (tokenizer.encoder[t] for t in ("<start_of_text>", "<end_of_text>"))
    return tokenizer


def tokenizer_of(folder, name, config):
    if name in architectures.OPEN_CLIP and "siglip" not in name:
        context = config["model_cfg"]["text_cfg"].get("context_length", 77)
        tokenizer = open_clip_tokenizer(folder, context)
        return lambda batch: tokenizer(batch)
    from transformers import PreTrainedTokenizerFast

    settings = json.loads((folder / "tokenizer_config.json").read_text())
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), pad_token=settings["pad_token"], eos_token=settings["eos_token"])
    context = settings["model_max_length"] if "text_cfg" not in config.get("model_cfg", {}) else config["model_cfg"]["text_cfg"]["context_length"]
    clean = lambda t: t
    if name in architectures.OPEN_CLIP:
        from open_clip.tokenizer import get_clean_fn

        clean = get_clean_fn(config["model_cfg"]["text_cfg"].get("tokenizer_kwargs", {}).get("clean", "whitespace"))
    return lambda batch: tokenizer([clean(t) for t in batch], padding="max_length", truncation=True, max_length=context, return_tensors="pt").input_ids


def preprocessing_of(folder, name, config, backend):
    if name in architectures.OPEN_CLIP:
        from open_clip.transform import PreprocessCfg, image_transform_v2

        size = config["model_cfg"]["vision_cfg"]["image_size"]
        transform = image_transform_v2(PreprocessCfg(size=size, **config["preprocess_cfg"]), is_train=False)
        return lambda image: transform(image)
    import transformers

    kind = config["image_processor_type"] if "image_processor_type" in config else json.loads((folder / "preprocessor_config.json").read_text())["image_processor_type"]
    processor = getattr(transformers, kind + ("Pil" if backend == "pil" else "")).from_pretrained(folder)
    return lambda image: processor(image, return_tensors="pt").pixel_values[0]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model", type=Path)
    p.add_argument("images", type=Path)
    p.add_argument("--processor", default="pil", choices=["pil", "torchvision"])
    p.add_argument("--texts", type=int, default=2200)
    a = p.parse_args()
    torch.backends.mha.set_fastpath_enabled(False)
    saved = torch.load(a.model / "weights.pt")
    name = saved["architecture"]
    model, vision, text = build(name)
    model.load_state_dict(saved["state"])
    config = json.loads((a.model / ("open_clip_config.json" if name in architectures.OPEN_CLIP else "config.json")).read_text())
    first = lambda tower, y: y if torch.is_tensor(y) else next(v for k, v in zip(tower.outputs, y) if k != "last_hidden_state")

    strings = texts(a.texts)
    ids = tokenizer_of(a.model, name, config)(strings)
    hashes = [hashlib.sha256(" ".join(map(str, row.tolist())).encode()).hexdigest()[:8] for row in ids]
    preprocess = preprocessing_of(a.model, name, config, a.processor)
    files = sorted(f.name for f in a.images.iterdir())
    features = []
    with torch.no_grad():
        for at in range(0, len(files), 32):
            batch = [preprocess(ImageOps.exif_transpose(Image.open(a.images / f)).convert("RGB")) for f in files[at : at + 32]]
            features.append(first(vision, vision(torch.stack(batch))))
        text_features = first(text, text(ids[:64]))
    (a.model / "expected.json").write_text(json.dumps({"processor": a.processor, "files": files, "texts": strings, "ids": hashes}))
    save_file({"images": torch.cat(features).contiguous(), "texts": text_features.contiguous()}, a.model / "expected-features.safetensors")


if __name__ == "__main__":
    main()

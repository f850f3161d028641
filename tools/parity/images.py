"""Makes about 230 image files of all kinds: python images.py OUT_DIR [REAL_IMAGES_DIR...]

Portrait and landscape, tiny and huge, palette, alpha, grey, CMYK, rotated by EXIF, JPEG, PNG, WebP, GIF, from smooth and from
noisy content and from real images if folders are given.
"""
import io
import os
import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZES = [(1, 1), (2, 3), (7, 5), (32, 32), (64, 48), (224, 224), (225, 224), (223, 301), (500, 375), (375, 500), (640, 360), (333, 777), (1024, 683), (97, 400), (1500, 60), (60, 900), (2400, 1800), (3000, 2001)]


def scene(r, width, height):
    """Gradients, shapes, text-like strokes and grain."""
    rng = np.random.default_rng(r.randrange(2**31))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    waves = [127 + 90 * np.sin(x / (r.uniform(5, 200)) + c) + 60 * np.cos(y / r.uniform(5, 200)) for c in range(3)]
    image = Image.fromarray(np.clip(np.stack(waves, -1), 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        box = sorted(r.randrange(width) for _ in range(2)), sorted(r.randrange(height) for _ in range(2))
        colour = tuple(r.randrange(256) for _ in range(3))
        (draw.ellipse if r.random() < 0.5 else draw.rectangle)([box[0][0], box[1][0], box[0][1], box[1][1]], fill=colour)
    if r.random() < 0.5:
        grain = rng.normal(0, r.uniform(2, 40), (height, width, 3))
        image = Image.fromarray(np.clip(np.asarray(image, np.float32) + grain, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(r.uniform(0, 2))) if r.random() < 0.4 else image


def saved(image, kind, r):
    """(extension, bytes) of an image in one of the kinds."""
    out, options = io.BytesIO(), {}
    if kind == "jpeg":
        image.save(out, "JPEG", quality=r.randrange(40, 97), subsampling=r.choice([0, 1, 2]), progressive=r.random() < 0.3)
    elif kind == "exif":
        exif = Image.Exif()
        exif[0x0112] = r.randrange(2, 9)
        image.save(out, "JPEG", quality=90, exif=exif)
    elif kind == "cmyk":
        image.convert("CMYK").save(out, "JPEG", quality=92)
    elif kind == "grey-jpeg":
        image.convert("L").save(out, "JPEG", quality=85)
    elif kind == "grey":
        image.convert("L").save(out, "PNG")
    elif kind == "grey-alpha":
        image.convert("LA").save(out, "PNG")
    elif kind == "palette":
        image.quantize(r.choice([4, 16, 200])).save(out, "PNG")
    elif kind == "palette-transparent":
        image.quantize(32).save(out, "PNG", transparency=3)
    elif kind == "alpha":
        image.putalpha(image.convert("L").point(lambda v: (v * 3) % 256))
        image.save(out, "PNG")
    elif kind == "webp":
        image.save(out, "WEBP", lossless=r.random() < 0.5, quality=85)
    elif kind == "gif":
        image.quantize(128).save(out, "GIF")
    elif kind == "binary":
        image.convert("1").save(out, "PNG")
    else:
        image.save(out, "PNG")
    extension = {"jpeg": "jpg", "exif": "jpg", "cmyk": "jpg", "grey-jpeg": "jpg", "webp": "webp", "gif": "gif"}.get(kind, "png")
    return extension, out.getvalue()


KINDS = ["jpeg", "png", "exif", "cmyk", "grey", "grey-jpeg", "grey-alpha", "palette", "palette-transparent", "alpha", "webp", "gif", "binary"]


def main(out, *real):
    r = random.Random(7)
    os.makedirs(out, exist_ok=True)
    files = [f for folder in real for f in sorted(Path(folder).rglob("*")) if f.suffix.lower() in (".png", ".jpg", ".jpeg")]
    r.shuffle(files)
    plans = [(size, KINDS[(i + j) % len(KINDS)]) for i, size in enumerate(SIZES) for j in range(0, 13, 2 if max(size) < 2000 else 5)]
    for n, (size, kind) in enumerate(plans):
        extension, data = saved(scene(r, *size), kind, r)
        (Path(out) / f"{n:03d}-{kind}-{size[0]}x{size[1]}.{extension}").write_bytes(data)
    for n, file in enumerate(files[:110]):
        kind = KINDS[n % len(KINDS)]
        image = Image.open(file).convert("RGB")
        if n % 3:
            image = image.resize((r.randrange(40, 900), r.randrange(40, 900)), Image.LANCZOS)
        extension, data = saved(image, kind, r)
        (Path(out) / f"r{n:03d}-{kind}.{extension}").write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])

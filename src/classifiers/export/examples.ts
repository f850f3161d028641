import type { Preprocessing } from '../../images/preprocess.js'

/** Programs of about 20 lines that classify an image with the exported files, by file name. */
export const examples = (preprocessing: Preprocessing): Readonly<Record<string, string>> => ({
  'classify.py': python(preprocessing),
  'classify.mjs': javascript(preprocessing),
})

/** Needs onnxruntime, numpy and Pillow. */
const python = ({
  imageSize,
  shorterSide,
  borders,
  centre,
}: Preprocessing): string => `# pip install onnxruntime numpy pillow
# python classify.py IMAGE…
import json, os, sys
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # ONNX Runtime reads it when it is loaded
import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps

here = os.path.dirname(os.path.abspath(__file__))
config = json.load(open(os.path.join(here, "preprocessor_config.json")))
labels = json.load(open(os.path.join(here, "labels.json")))
session = ort.InferenceSession(os.path.join(here, "model.onnx"))

def pixels(path, size=${imageSize}):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
${
  borders
    ? '    image = ImageOps.pad(image, (size, size), config["resample"], tuple(config["pad_color"]))'
    : shorterSide === null
      ? '    image = image.resize((size, size), config["resample"])'
      : `    short, shortest = min(image.size), config["size"]["shortest_edge"]
    image = image.resize([max(shortest, side * shortest // short) for side in image.size], config["resample"])
    left, top = [${centre === 'even' ? 'round((side - size) / 2)' : '(side - size) // 2'} for side in image.size]
    image = image.crop((left, top, left + size, top + size))`
}
    values = np.asarray(image, np.float32) * config["rescale_factor"]
    return ((values - config["image_mean"]) / config["image_std"]).transpose(2, 0, 1).astype(np.float32)

probabilities, = session.run(["probabilities"], {"pixel_values": np.stack([pixels(path) for path in sys.argv[1:]])})
for path, row in zip(sys.argv[1:], probabilities):
    print(f"{path}\\t{labels[row.argmax()]}\\t{row.max():.4f}")
`

/** Needs onnxruntime-node and sharp. */
const javascript = ({
  imageSize,
  shorterSide,
  borders,
  centre,
}: Preprocessing): string => `// npm install onnxruntime-node sharp
// node classify.mjs IMAGE…
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'

process.env.ORT_DISABLE_TELEMETRY ??= '1' // ONNX Runtime reads it when it is loaded
const { default: ort } = await import('onnxruntime-node')
const file = (name) => new URL(name, import.meta.url)
const [config, labels] = await Promise.all(
  ['preprocessor_config.json', 'labels.json'].map(async (name) => JSON.parse(await readFile(file(name), 'utf8'))),
)
const session = await ort.InferenceSession.create(await readFile(file('model.onnx')))
const size = ${imageSize}
${
  borders || shorterSide === null
    ? ''
    : centre === 'even'
      ? 'const half = (pixels) => (pixels % 2 ? 2 * Math.round(pixels / 4) : pixels / 2)\n'
      : 'const half = (pixels) => Math.floor(pixels / 2)\n'
}
for (const path of process.argv.slice(2)) {
  const image = sharp(path).autoOrient().removeAlpha().toColourspace('srgb')
${
  borders
    ? "  const [r, g, b] = config.pad_color\n  const square = image.resize(size, size, { fit: 'contain', kernel: 'cubic', background: { r, g, b } })"
    : shorterSide === null
      ? "  const square = image.resize(size, size, { fit: 'fill', kernel: 'cubic' })"
      : "  const shortest = config.size.shortest_edge\n  const { data, info } = await image.resize(shortest, shortest, { fit: 'outside', kernel: 'cubic' }).png().toBuffer({ resolveWithObject: true })\n  const square = sharp(data).extract({ left: half(info.width - size), top: half(info.height - size), width: size, height: size })"
}
  const bytes = await square.raw().toBuffer()
  const pixels = Float32Array.from({ length: 3 * size * size }, (_, at) => {
    const [channel, place] = [Math.floor(at / (size * size)), at % (size * size)]
    return (bytes[3 * place + channel] * config.rescale_factor - config.image_mean[channel]) / config.image_std[channel]
  })
  const feeds = { pixel_values: new ort.Tensor('float32', pixels, [1, 3, size, size]) }
  const { probabilities } = await session.run(feeds)
  const best = probabilities.data.indexOf(Math.max(...probabilities.data))
  console.log([path, labels[best], probabilities.data[best].toFixed(4)].join('\\t'))
}
`

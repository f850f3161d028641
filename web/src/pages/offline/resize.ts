/** An image of 8 bits a channel, [height, width, 3]. */
export interface Rgb {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** Pillow's filters by their numbers: how far each reaches, and its curve. */
const filters: Readonly<Record<number, { reach: number; at: (x: number) => number }>> = {
  1: { reach: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
  2: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { reach: 2, at: cubic },
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** Keys' cubic with a = −0.5. */
function cubic(x: number): number {
  const a = -0.5
  const t = Math.abs(x)
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a
  return 0
}

/** Pillow's whole numbers have so many bits after the point. */
const one = 2 ** 22

/** Resizes as Pillow does, to the byte: across, then down, each rounded. `resample` is Pillow's number of a filter. */
export function resize(image: Rgb, width: number, height: number, resample: number): Rgb {
  const filter = filters[resample]
  if (!filter) throw new Error(`The filter ${resample} is not known here.`)
  const across = width === image.width ? image : pass(image, width, filter, 3, image.width * 3)
  if (height === image.height) return across
  const turned = turn(across)
  return turn(pass(turned, height, filter, 3, turned.width * 3))
}

/** Changes the width. */
function pass(
  { width, height, data }: Rgb,
  size: number,
  { reach, at }: (typeof filters)[number],
  channels: number,
  rowLength: number,
): Rgb {
  const result = new Uint8ClampedArray(size * height * channels)
  const scale = width / size
  const stretch = Math.max(scale, 1)
  for (let x = 0; x < size; x++) {
    const centre = (x + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - reach * stretch + 0.5))
    const end = Math.min(width, Math.trunc(centre + reach * stretch + 0.5))
    const raw = Array.from({ length: end - first }, (_, i) => at((i + first - centre + 0.5) / stretch))
    const sum = raw.reduce((total, weight) => total + weight, 0)
    const weights = raw.map((weight) => Math.trunc((weight / sum) * one + (weight / sum < 0 ? -0.5 : 0.5)))
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let total = one / 2
        let from = y * rowLength + first * channels + c
        for (const weight of weights) {
          total += (data[from] as number) * weight
          from += channels
        }
        result[(y * size + x) * channels + c] = Math.floor(total / one)
      }
    }
  }
  return { width: size, height, data: result }
}

/** Rows become columns. */
function turn({ width, height, data }: Rgb): Rgb {
  const result = new Uint8ClampedArray(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * 3, (x * height + y) * 3]
      for (let c = 0; c < 3; c++) result[to + c] = data[from + c] as number
    }
  }
  return { width: height, height: width, data: result }
}

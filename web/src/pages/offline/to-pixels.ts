import { type Rgb, resize } from './resize'

/** The parts of the export's `preprocessor_config.json` that are used here. */
export interface PreprocessorConfig {
  readonly size: { readonly shortest_edge: number } | { readonly height: number; readonly width: number }
  readonly crop_size: { readonly height: number; readonly width: number }
  readonly resample: number
  readonly rescale_factor: number
  readonly image_mean: readonly number[]
  readonly image_std: readonly number[]
  readonly pad_color?: readonly number[]
  /** How a crop that starts at a half pixel is rounded. */
  readonly crop_rounding: 'even' | 'down'
}

/** What the exported model takes of an image: [3, side, side]. */
export function toPixels(image: Rgb, config: PreprocessorConfig): Float32Array<ArrayBuffer> {
  const side = config.crop_size.width
  const square = toSquare(image, config, side)
  const pixels = new Float32Array(3 * side * side)
  for (let c = 0; c < 3; c++) {
    const [mean, deviation] = [config.image_mean[c] ?? 0, config.image_std[c] ?? 1]
    for (let i = 0; i < side * side; i++) {
      pixels[c * side * side + i] =
        ((square.data[3 * i + c] as number) * config.rescale_factor - mean) / deviation
    }
  }
  return pixels
}

function toSquare(image: Rgb, config: PreprocessorConfig, side: number): Rgb {
  const { size, resample, pad_color: border } = config
  const { width, height } = image
  if (border) {
    const longer = Math.max(width, height)
    const [w, h] = [width, height].map((each) => Math.max(1, roundToEven((each * side) / longer)))
    const inner = resize(image, w ?? side, h ?? side, resample)
    return placed(
      inner,
      side,
      Math.floor((side - inner.width) / 2),
      Math.floor((side - inner.height) / 2),
      border,
    )
  }
  if (!('shortest_edge' in size)) return resize(image, side, side, resample)
  const [shorter, edge] = [Math.min(width, height), size.shortest_edge]
  const scaled = (each: number) => (each === shorter ? edge : Math.floor((edge * each) / shorter))
  const resized = resize(image, scaled(width), scaled(height), resample)
  const half = config.crop_rounding === 'even' ? roundToEven : Math.floor
  const [left, top] = [half((resized.width - side) / 2), half((resized.height - side) / 2)]
  return placed(resized, side, -left, -top)
}

const roundToEven = (x: number): number => {
  const down = Math.floor(x)
  return x - down === 0.5 ? down + (down % 2) : Math.round(x)
}

/** An image on a square: cut where it is larger, with a border where it is smaller. */
function placed(
  { width, height, data }: Rgb,
  side: number,
  left: number,
  top: number,
  border: readonly number[] = [0, 0, 0],
): Rgb {
  const result = new Uint8ClampedArray(3 * side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [fromX, fromY] = [x - left, y - top]
      const inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height
      for (let c = 0; c < 3; c++) {
        result[3 * (y * side + x) + c] = inside
          ? (data[3 * (fromY * width + fromX) + c] as number)
          : (border[c] ?? 0)
      }
    }
  }
  return { width: side, height: side, data: result }
}

import { createRequire } from 'node:module'
import { primaryProperties } from '../primary-properties.js'
import { copyOf, type FormatDecoder, type RgbaImage } from './rgba-image.js'

/** The part of libheif's build that is used. */
interface HeifImage {
  is_primary(): boolean
  get_width(): number
  get_height(): number
  display(
    into: { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number },
    done: (shown: { readonly data: Uint8ClampedArray } | null) => void,
  ): void
  free(): void
}
interface LibHeif {
  readonly HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] }
}

let opened: LibHeif | undefined

/** The module is loaded with the first image: it takes memory, and few images need it. */
function libHeif(): LibHeif {
  opened ??= createRequire(import.meta.url)('libheif-js/wasm-bundle') as LibHeif
  return opened
}

/** HEIC and HEIF (.heic, .heif), as phones save them, by libheif: the image that the file names first, turned upright. */
export const heic: FormatDecoder = {
  memoryPerPixel: 40,
  sizeOf(bytes) {
    const properties = primaryProperties(bytes)
    const size = properties?.find(({ type }) => type === 'ispe')?.content
    if (size === undefined) throw new Error('its header has no size')
    const [width, height] = [size.getUint32(4), size.getUint32(8)]
    // An angle of one or three quarters swaps the sides.
    const turn = properties?.find(({ type }) => type === 'irot')?.content.getUint8(0) ?? 0
    return turn & 1 ? { width: height, height: width } : { width, height }
  },
  async decode(bytes) {
    const images = new (libHeif().HeifDecoder)().decode(copyOf(bytes))
    try {
      const image = images.find((each) => each.is_primary()) ?? images[0]
      if (image === undefined) throw new Error('it is broken, or its codec is not supported')
      return await show(image)
    } finally {
      for (const image of images) image.free()
    }
  },
}

async function show(image: HeifImage): Promise<RgbaImage> {
  const [width, height] = [image.get_width(), image.get_height()]
  const data = new Uint8ClampedArray(width * height * 4)
  const shown = await new Promise((resolve) => image.display({ data, width, height }, resolve))
  if (shown === null) throw new Error('it is broken or ends too early')
  return { width, height, data: new Uint8Array(data.buffer) }
}

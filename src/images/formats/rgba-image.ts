/** Decoded pixels, upright: [height, width, 4] bytes of red, green, blue and alpha. */
export interface RgbaImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** The decoder of a format that sharp does not read. */
export interface FormatDecoder {
  /** The size by the header alone, upright, so that no decoder sees an image that is too large. Throws if it is broken. */
  sizeOf(bytes: Uint8Array): { readonly width: number; readonly height: number }
  /** Throws if the image is broken or cut short. */
  decode(bytes: Uint8Array): Promise<RgbaImage>
  /** The memory that decoding takes, in bytes per pixel, about. */
  readonly memoryPerPixel: number
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A copy of the bytes, as decoders need them that take a whole buffer. */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes)

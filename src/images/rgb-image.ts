/** Decoded pixels: upright, RGB, 8 bits per channel, [height, width, 3]. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

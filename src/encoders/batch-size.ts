/** The number of texts in a batch, and the largest number of images. */
export const maxBatch = 64

/** Eight images of CLIP's 224×224 keep all cores busy. Larger batches only need more memory. */
const pixelsPerBatch = 8 * 224 ** 2

/** The number of images in a batch, for images of a side of `imageSize` pixels. */
export const imagesPerBatch = (imageSize: number): number =>
  Math.max(1, Math.min(maxBatch, Math.floor(pixelsPerBatch / imageSize ** 2)))

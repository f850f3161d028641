import type { Preprocessing } from '../../images/preprocess.js'

/** Pillow's numbers of filters. */
const resample = { lanczos: 1, bilinear: 2, bicubic: 3 } as const

/** An encoder's preprocessing in the form of the hub's `preprocessor_config.json`, which transformers reads. */
export function preprocessorConfig({
  imageSize,
  filter,
  shorterSide,
  borders,
  centre,
  rescale,
  mean,
  std,
}: Preprocessing): Readonly<Record<string, unknown>> {
  const square = { height: imageSize, width: imageSize }
  return {
    image_processor_type: 'CLIPImageProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: shorterSide === null ? square : { shortest_edge: shorterSide },
    resample: resample[filter as keyof typeof resample],
    do_center_crop: shorterSide !== null,
    // Not of the hub's form: how a crop that starts at a half pixel is rounded.
    crop_rounding: centre,
    crop_size: square,
    do_rescale: true,
    rescale_factor: rescale,
    do_normalize: true,
    image_mean: [...mean],
    image_std: [...std],
    ...(borders && { do_pad: true, pad_color: [...borders] }),
  }
}

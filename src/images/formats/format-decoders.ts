import { bmp } from './bmp.js'
import { heic } from './heic.js'
import { ico } from './ico.js'
import { jpeg2000 } from './jpeg-2000.js'
import { jpegXl } from './jpeg-xl.js'
import { netpbm } from './netpbm.js'
import type { FormatDecoder } from './rgba-image.js'
import { targa } from './targa.js'

/** The decoders of the formats that sharp does not read. */
export const formatDecoders = {
  bmp,
  ico,
  pnm: netpbm,
  tga: targa,
  heic,
  jp2: jpeg2000,
  jxl: jpegXl,
} as const satisfies Readonly<Record<string, FormatDecoder>>

export type DecoderFormat = keyof typeof formatDecoders

export const hasDecoder = (format: string): format is DecoderFormat => format in formatDecoders

import { wasm } from './generated.js'

/** The exports of assembly/index.ts. Positions are byte offsets in `memory`. */
interface PixelKernels {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
  readonly horizontalPass: (...positions: number[]) => void
  readonly verticalPass: (...positions: number[]) => void
  readonly normalisePlane: (
    source: number,
    count: number,
    scale: number,
    offset: number,
    target: number,
  ) => void
}

/** The parts of the global that are used here. Node's types lack it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: PixelKernels }
}

/** The loops over pixels, as WebAssembly. */
export const pixelKernels = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64')))
  .exports

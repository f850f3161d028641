/** The loops over pixels, compiled to WebAssembly. src/images/pixels/pixel-kernels.ts loads them. */
export { normalisePlane } from './normalise-plane'
export { horizontalPass, verticalPass } from './resample'

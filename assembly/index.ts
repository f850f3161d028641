/** The loops over pixels that run as WebAssembly; src/images/pixels/kernels.ts loads them and lays out their memory. */
export { plane } from './plane'
export { across, down } from './resample'

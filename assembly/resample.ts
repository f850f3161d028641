/**
 * The two passes of resampling, four and sixteen bytes at a time; src/encoders/resample/passes.ts lays out the memory and
 * says what they do. `first`, `taps` and `weights` are a pass's contributions, `stride` the weights of a target pixel.
 */

/** Fixed-point bits of a weight, as src/encoders/resample/contributions.ts makes them, and a half for rounding. */
const precision = 22
const half = 1 << (precision - 1)

/**
 * Rows of RGB, `pitch` bytes apart, to rows of `width` pixels. Four bytes are read and written for three: the fourth is
 * the next pixel's or padding.
 */
export function across(
  source: usize,
  pitch: usize,
  rows: i32,
  first: usize,
  taps: usize,
  weights: usize,
  stride: i32,
  width: i32,
  target: usize,
): void {
  for (let y = 0; y < rows; y++, source += pitch) {
    for (let x = 0; x < width; x++, target += 3) {
      let sum = i32x4.splat(half)
      let pixel = source + 3 * <usize>element(first, x)
      let weight = weights + 4 * <usize>(x * stride)
      for (let k = element(taps, x); k > 0; k--, pixel += 3, weight += 4) {
        const channels = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixel)))
        sum = i32x4.add(sum, i32x4.mul(channels, v128.load32_splat(weight)))
      }
      v128.store32_lane(target, clamped(sum, sum, sum, sum), 0)
    }
  }
}

/** Rows of `pitch` bytes to `height` rows of as many; the byte columns do not mix. Padding follows the last row. */
export function down(
  source: usize,
  pitch: usize,
  first: usize,
  taps: usize,
  weights: usize,
  stride: i32,
  height: i32,
  target: usize,
): void {
  for (let y = 0; y < height; y++, target += pitch) {
    const top = source + pitch * <usize>element(first, y)
    for (let x: usize = 0; x < pitch; x += 16) {
      let a = i32x4.splat(half)
      let b = a
      let c = a
      let d = a
      let bytes = top + x
      let weight = weights + 4 * <usize>(y * stride)
      for (let k = element(taps, y); k > 0; k--, bytes += pitch, weight += 4) {
        const w = v128.load32_splat(weight)
        const low = i16x8.extend_low_i8x16_u(v128.load(bytes))
        const high = i16x8.extend_high_i8x16_u(v128.load(bytes))
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), w))
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), w))
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), w))
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), w))
      }
      v128.store(target + x, clamped(a, b, c, d))
    }
  }
}

/** Sixteen sums in fixed point as bytes: what lies below 0 is 0, what lies above 255 is 255. */
function clamped(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, precision), i32x4.shr_s(b, precision))
  const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, precision), i32x4.shr_s(d, precision))
  return i8x16.narrow_i16x8_u(low, high)
}

/** Element `i` of an Int32Array. */
function element(array: usize, i: i32): i32 {
  return load<i32>(array + 4 * <usize>i)
}

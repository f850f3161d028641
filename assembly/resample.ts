/**
 * The two passes of resampling, two taps at a time. src/images/pixels/passes.ts calls them. `first`, `taps` and `weights`
 * are a pass's contributions, and `stride` is the length of one target pixel's weights. An odd number of taps is padded
 * with one of weight 0, which may read behind the source.
 */

/** Fixed-point bits of a weight and of its lower part, as in src/images/pixels/contributions.ts. */
const precision = 22
const lowerBits = 15

/** Resamples rows of RGB, `pitch` bytes apart, to `width` pixels each. Each weight that is read serves four rows. */
export function horizontalPass(
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
  const line = <usize>(3 * width)
  for (let y = 0; y < rows; y += 4) {
    // Beyond the last row, the last row is computed again.
    const a = <usize>y
    const b = <usize>min(y + 1, rows - 1)
    const c = <usize>min(y + 2, rows - 1)
    const d = <usize>min(y + 3, rows - 1)
    for (let x = 0; x < width; x++) {
      let lowerA = i32x4.splat(0)
      let lowerB = lowerA
      let lowerC = lowerA
      let lowerD = lowerA
      let upperA = lowerA
      let upperB = lowerA
      let upperC = lowerA
      let upperD = lowerA
      let pixels = source + 3 * <usize>element(first, x)
      let weight = weights + 2 * <usize>(x * stride)
      for (let k = element(taps, x); k > 0; k -= 2, pixels += 6, weight += 8) {
        const pairA = pair(pixels + a * pitch)
        const pairB = pair(pixels + b * pitch)
        const pairC = pair(pixels + c * pitch)
        const pairD = pair(pixels + d * pitch)
        const lower = v128.load32_splat(weight)
        const upper = v128.load32_splat(weight + 4)
        lowerA = i32x4.add(lowerA, i32x4.dot_i16x8_s(pairA, lower))
        lowerB = i32x4.add(lowerB, i32x4.dot_i16x8_s(pairB, lower))
        lowerC = i32x4.add(lowerC, i32x4.dot_i16x8_s(pairC, lower))
        lowerD = i32x4.add(lowerD, i32x4.dot_i16x8_s(pairD, lower))
        upperA = i32x4.add(upperA, i32x4.dot_i16x8_s(pairA, upper))
        upperB = i32x4.add(upperB, i32x4.dot_i16x8_s(pairB, upper))
        upperC = i32x4.add(upperC, i32x4.dot_i16x8_s(pairC, upper))
        upperD = i32x4.add(upperD, i32x4.dot_i16x8_s(pairD, upper))
      }
      const sums = bytesOf(
        rounded(lowerA, upperA),
        rounded(lowerB, upperB),
        rounded(lowerC, upperC),
        rounded(lowerD, upperD),
      )
      const pixel = target + <usize>(3 * x)
      storePixel(pixel + a * line, i32x4.extract_lane(sums, 0))
      storePixel(pixel + b * line, i32x4.extract_lane(sums, 1))
      storePixel(pixel + c * line, i32x4.extract_lane(sums, 2))
      storePixel(pixel + d * line, i32x4.extract_lane(sums, 3))
    }
  }
}

/** The red, then green, then blue values of two pixels, each in sixteen bits. */
function pair(pixels: usize): v128 {
  return i8x16.swizzle(
    v128.load64_zero(pixels),
    i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1),
  )
}

/** Stores three of an integer's four bytes. */
function storePixel(target: usize, pixel: i32): void {
  store<u16>(target, pixel)
  store<u8>(target + 2, pixel >> 16)
}

/** Resamples rows of `pitch` bytes to `height` rows of the same length, each byte column alone. Writes padding too. */
export function verticalPass(
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
      let lowerA = i32x4.splat(0)
      let lowerB = lowerA
      let lowerC = lowerA
      let lowerD = lowerA
      let upperA = lowerA
      let upperB = lowerA
      let upperC = lowerA
      let upperD = lowerA
      let bytes = top + x
      let weight = weights + 2 * <usize>(y * stride)
      for (let k = element(taps, y); k > 0; k -= 2, bytes += 2 * pitch, weight += 8) {
        const row = v128.load(bytes)
        const next = v128.load(bytes + pitch)
        const low = i8x16.shuffle(row, next, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
        const high = i8x16.shuffle(row, next, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
        const a = i16x8.extend_low_i8x16_u(low)
        const b = i16x8.extend_high_i8x16_u(low)
        const c = i16x8.extend_low_i8x16_u(high)
        const d = i16x8.extend_high_i8x16_u(high)
        const lower = v128.load32_splat(weight)
        const upper = v128.load32_splat(weight + 4)
        lowerA = i32x4.add(lowerA, i32x4.dot_i16x8_s(a, lower))
        lowerB = i32x4.add(lowerB, i32x4.dot_i16x8_s(b, lower))
        lowerC = i32x4.add(lowerC, i32x4.dot_i16x8_s(c, lower))
        lowerD = i32x4.add(lowerD, i32x4.dot_i16x8_s(d, lower))
        upperA = i32x4.add(upperA, i32x4.dot_i16x8_s(a, upper))
        upperB = i32x4.add(upperB, i32x4.dot_i16x8_s(b, upper))
        upperC = i32x4.add(upperC, i32x4.dot_i16x8_s(c, upper))
        upperD = i32x4.add(upperD, i32x4.dot_i16x8_s(d, upper))
      }
      const sums = bytesOf(
        rounded(lowerA, upperA),
        rounded(lowerB, upperB),
        rounded(lowerC, upperC),
        rounded(lowerD, upperD),
      )
      v128.store(target + x, sums)
    }
  }
}

/** The sum over both parts of the weights, rounded to whole numbers. */
function rounded(lower: v128, upper: v128): v128 {
  const half = i32x4.splat(1 << (precision - 1))
  return i32x4.shr_s(i32x4.add(i32x4.add(i32x4.shl(upper, lowerBits), lower), half), precision)
}

/** Sixteen integers as bytes, clamped to 0 … 255. */
function bytesOf(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))
}

/** Element `i` of an Int32Array. */
function element(array: usize, i: i32): i32 {
  return load<i32>(array + 4 * <usize>i)
}

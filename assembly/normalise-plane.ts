/**
 * Writes one channel of `count` RGB pixels as 32-bit floats to `target`: `byte·scale − offset`, computed in double
 * precision. The channel's first byte is at `source`. It works on four pixels at a time, so up to three more are read and
 * written behind the plane.
 */
export function normalisePlane(source: usize, count: i32, scale: f64, offset: f64, target: usize): void {
  for (let i = 0; i < count; i += 4, source += 12, target += 16) {
    const channel = i8x16.swizzle(
      v128.load(source),
      i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1),
    )
    const low = scaled(channel, scale, offset)
    const high = scaled(v128.shuffle<i32>(channel, channel, 2, 3, 2, 3), scale, offset)
    v128.store(target, v128.shuffle<i32>(low, high, 0, 1, 4, 5))
  }
}

/** The lower two of four 32-bit integers. */
function scaled(integers: v128, scale: f64, offset: f64): v128 {
  const products = f64x2.mul(f64x2.convert_low_i32x4_u(integers), f64x2.splat(scale))
  return f32x4.demote_f64x2_zero(f64x2.sub(products, f64x2.splat(offset)))
}

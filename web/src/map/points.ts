/** Places of points in two dimensions: x and y of each in turn. */
export type Places = Float32Array

/** Numbers from little-endian 32-bit floats in base64. */
export function floatsOf(base64: string): Float32Array {
  const text = atob(base64)
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}

/** The first two of the `dimensions` numbers of each point; 0 for what is not there. */
export function firstTwo(components: Float32Array, dimensions: number): Places {
  const count = dimensions === 0 ? 0 : components.length / dimensions
  const places = new Float32Array(2 * count)
  for (let i = 0; i < count; i++) {
    places[2 * i] = components[i * dimensions] ?? 0
    places[2 * i + 1] = dimensions > 1 ? (components[i * dimensions + 1] ?? 0) : 0
  }
  return places
}

/**
 * Moved and scaled, the same in both directions, so that all points lie in −aspect to aspect across and in −1 to 1 upwards, and
 * reach an edge.
 */
export function fitted(places: Places, aspect = 1): Places {
  const ends = [0, 1].map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = axis; i < places.length; i += 2) {
      const value = places[i] ?? 0
      if (value < low) low = value
      if (value > high) high = value
    }
    return { middle: (low + high) / 2, half: (high - low) / 2 }
  })
  const half = Math.max((ends[0]?.half ?? 0) / aspect, ends[1]?.half ?? 0) || 1
  return places.map((value, i) => (value - (ends[i % 2]?.middle ?? 0)) / half)
}

/**
 * Turned, and mirrored if that is better, so that points lie as near as they can to their places in `target` (orthogonal
 * Procrustes in two dimensions, about the means). Directions of principal components are arbitrary; what still moves afterwards
 * has changed.
 */
export function turnedTo(places: Places, target: Places): Places {
  const [mine, theirs] = [meanOf(places), meanOf(target)]
  let [xx, xy, yx, yy] = [0, 0, 0, 0]
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [(places[i] ?? 0) - mine[0], (places[i + 1] ?? 0) - mine[1]]
    const [u, v] = [(target[i] ?? 0) - theirs[0], (target[i + 1] ?? 0) - theirs[1]]
    xx += x * u
    xy += x * v
    yx += y * u
    yy += y * v
  }
  // The best turn has tan = (xy − yx) / (xx + yy); with y mirrored before, tan = (xy + yx) / (xx − yy).
  const isMirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx)
  const angle = isMirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const turned = new Float32Array(places.length)
  for (let i = 0; i < places.length; i += 2) {
    const x = (places[i] ?? 0) - mine[0]
    const y = ((places[i + 1] ?? 0) - mine[1]) * (isMirrored ? -1 : 1)
    turned[i] = cos * x - sin * y
    turned[i + 1] = sin * x + cos * y
  }
  return turned
}

function meanOf(places: Places): readonly [number, number] {
  let [x, y] = [0, 0]
  for (let i = 0; i < places.length; i += 2) {
    x += places[i] ?? 0
    y += places[i + 1] ?? 0
  }
  const count = Math.max(1, places.length / 2)
  return [x / count, y / count]
}

/** The points inside a closed polygon, whose corners are x and y in turn. By the even–odd rule. */
export function inside(places: Places, polygon: readonly number[]): number[] {
  const found: number[] = []
  for (let i = 0; i < places.length / 2; i++) {
    const [x, y] = [places[2 * i] ?? 0, places[2 * i + 1] ?? 0]
    let isIn = false
    for (let a = 0, b = polygon.length - 2; a < polygon.length; b = a, a += 2) {
      const [ax, ay, bx, by] = [polygon[a] ?? 0, polygon[a + 1] ?? 0, polygon[b] ?? 0, polygon[b + 1] ?? 0]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn
    }
    if (isIn) found.push(i)
  }
  return found
}

/** The point that is nearest to a place and at most `radius` away. Undefined if there is none. */
export function nearest(places: Places, x: number, y: number, radius: number): number | undefined {
  let best: number | undefined
  let least = radius ** 2
  for (let i = 0; i < places.length / 2; i++) {
    const distance = ((places[2 * i] ?? 0) - x) ** 2 + ((places[2 * i + 1] ?? 0) - y) ** 2
    if (distance > least) continue
    best = i
    least = distance
  }
  return best
}

import type { RgbImage } from './rgb-image.js'

/** Turns stored pixels upright by their EXIF orientation, from 1 to 8. */
export function turn(image: RgbImage, orientation: number): RgbImage {
  if (orientation === 1) return image
  const { width: from, height: rows, data } = image
  const isTurned = orientation >= 5
  const [width, height] = isTurned ? [rows, from] : [from, rows]
  // For each orientation, whether the columns and the rows of the stored pixels are read from their end.
  const fromRight = [2, 3, 7, 8].includes(orientation)
  const fromBottom = [3, 4, 6, 7].includes(orientation)
  const turned = new Uint8Array(data.length)
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = isTurned ? [y, x] : [x, y]
      const storedX = fromRight ? from - 1 - column : column
      const storedY = fromBottom ? rows - 1 - row : row
      const at = 3 * (storedY * from + storedX)
      turned[to++] = data[at] as number
      turned[to++] = data[at + 1] as number
      turned[to++] = data[at + 2] as number
    }
  }
  return { width, height, data: turned }
}

import { resample } from '../../src/images/pixels/resample.js'
import { seeded } from '../../src/system/random.js'
import { against, type Benchmark, inTurns, median, ms, onceMs, type Row } from '../benchmark.js'
import { startPython } from '../contestants.js'

/**
 * Photographs of two sizes to CLIP's input size, and a small image enlarged; whole images, because Pillow has no
 * window.
 */
const cases = [
  { from: [500, 375], to: [298, 224], repeats: 50 },
  { from: [4000, 3000], to: [298, 224], repeats: 3 },
  { from: [32, 32], to: [224, 224], repeats: 50 },
] as const

export const resize: Benchmark = {
  name: 'resize',
  async run() {
    const pillow = await startPython('resize.py')
    const rows: Row[] = []
    for (const { from, to, repeats } of cases) {
      const [width, height] = from
      const [toWidth, toHeight] = to
      const random = seeded('resize', width)
      const data = Uint8Array.from({ length: width * height * 3 }, () => 256 * random.next())
      const ours = async () => {
        const taken = await onceMs(async () => {
          for (let i = 0; i < repeats; i++) {
            await resample({ width, height, data }, { left: 0, top: 0, width, height }, toWidth, toHeight)
          }
        })
        return taken / repeats
      }
      const theirs = pillow && { pillow: () => pillow.ask([...from, ...to, repeats].join(' ')) }
      const { ours: taken = [], pillow: theirTime } = await inTurns({ ours, ...theirs }, 15)
      const quantity = `${from.join('×')} to ${to.join('×')}, bicubic, the same bytes as Pillow, compared with it`
      rows.push(
        theirTime === undefined ? { quantity, ours: ms(median(taken)) } : against(quantity, taken, theirTime),
      )
    }
    pillow?.end()
    return rows
  },
}

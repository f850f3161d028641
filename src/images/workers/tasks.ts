import { checkImage, inspectImage, type Reserve } from '../decode.js'
import { shiftImage } from '../shift.js'
import type { ShiftKind, ShiftStrength } from '../shift-kinds.js'
import { thumbnailOf } from '../thumbnail.js'
import { type Preparation, prepare } from './prepare.js'
import { loadViews, type RandomViews } from './random-views.js'

/** What worker processes do with images. Each waits for memory before it decodes. */
export const createTasks = (readCutShort: boolean) => ({
  inspect: ({ bytes, maxMegapixels }: { bytes: Uint8Array; maxMegapixels: number }) =>
    inspectImage(bytes, maxMegapixels),
  check: ({ bytes, maxMegapixels }: { bytes: Uint8Array; maxMegapixels: number }, reserve: Reserve) =>
    checkImage(bytes, maxMegapixels, { reserve, readCutShort }),
  thumbnail: ({ bytes, size }: { bytes: Uint8Array; size: number }, reserve: Reserve) =>
    thumbnailOf(bytes, size, { reserve, readCutShort }),
  shift: ({ bytes, kind, strength, seed }: ShiftTask, reserve: Reserve) =>
    shiftImage(bytes, kind, strength, seed, { reserve, readCutShort }),
  prepare: (preparation: Preparation, reserve: Reserve) => prepare(preparation, { reserve, readCutShort }),
  views: (views: RandomViews, reserve: Reserve) => loadViews(views, { reserve, readCutShort }),
})

interface ShiftTask {
  readonly bytes: Uint8Array
  readonly kind: ShiftKind
  readonly strength: ShiftStrength
  readonly seed: string
}

export type Tasks = ReturnType<typeof createTasks>
export type TaskName = keyof Tasks
export type TaskInput<Name extends TaskName> = Parameters<Tasks[Name]>[0]
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>

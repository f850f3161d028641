import { ShotboardError } from '../errors.js'
import type {
  ComparisonRow,
  ContrastInput,
  Disagreement,
  DisagreementKind,
  Library,
  RunRow,
} from '../library/index.js'
import { isCancelled } from '../system/abort.js'

/** A test image that two methods disagree on: its pixels as a data URI, or why it cannot be shown. */
export type ShownDisagreement = Disagreement & ({ readonly dataUri: string } | { readonly problem: string })

/** Limits that keep the report small enough to send: images of each kind, and their side in pixels. */
const shown: Readonly<Record<DisagreementKind, number>> = {
  METHOD_RIGHT: 12,
  BASELINE_RIGHT: 12,
  BOTH_WRONG: 6,
}
const thumbnailSide = 112
const maxLookedAt = 2000

/** Images of each kind, spread over the test images so that they cover many classes. */
export async function collectDisagreements(
  { contrasts, images }: Library,
  comparison: ComparisonRow,
  runs: readonly RunRow[],
  input: ContrastInput,
): Promise<ShownDisagreement[]> {
  const found: ShownDisagreement[] = []
  for (const kind of ['METHOD_RIGHT', 'BASELINE_RIGHT', 'BOTH_WRONG'] as const) {
    const all: Disagreement[] = []
    for (let after: string | null = null, more = true; more && all.length < maxLookedAt; ) {
      const page = await contrasts.disagreements(comparison, runs, { ...input, kind }, { first: 100, after })
      all.push(...page.nodes)
      after = page.pageInfo.endCursor
      more = page.pageInfo.hasNextPage
    }
    for (const disagreement of spread(all, shown[kind])) {
      found.push({ ...disagreement, ...(await show(images, disagreement.imageId)) })
    }
  }
  return found
}

/** An image that cannot be shown must not take the report along: its numbers stay right. */
async function show(
  images: Library['images'],
  id: string,
): Promise<{ readonly dataUri: string } | { readonly problem: string }> {
  try {
    const thumbnail = await images.thumbnail(id, thumbnailSide)
    return { dataUri: `data:image/webp;base64,${thumbnail.toString('base64')}` }
  } catch (error) {
    if (!(error instanceof ShotboardError) || isCancelled(error)) throw error
    return { problem: error.message }
  }
}

function spread<T>(items: readonly T[], max: number): T[] {
  const step = Math.max(1, items.length / max)
  return Array.from({ length: Math.min(max, items.length) }, (_, i) => items[Math.floor(i * step)] as T)
}

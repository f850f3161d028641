import { useCallback, useEffect, useState } from 'react'
import { type CombinedError, useClient } from 'urql'
import { type SuggestionStrategy, SuggestionsDocument, type SuggestionsQuery } from '../../api/generated'

type Dataset = NonNullable<SuggestionsQuery['dataset']>
export type Suggested = Dataset['suggestions'][number]

export interface Queue {
  /** Undefined until the first suggestions are there. */
  readonly dataset: Dataset | undefined
  /** The image to label now; undefined if none is left. */
  readonly current: Suggested | undefined
  /** The images after it that are known so far. */
  readonly next: readonly Suggested[]
  readonly error: CombinedError | undefined
  /** Whether the suggestions are being made anew. */
  readonly learning: boolean
  /** Takes the current image off the queue. */
  readonly take: () => void
  /** Puts an image in front again. */
  readonly putBack: (image: Suggested) => void
  /** Asks anew, with what has been labelled. `skipped` are not suggested. */
  readonly refresh: (skipped: readonly string[]) => Promise<void>
}

/**
 * The images to label, the most helpful first. While suggestions are made anew, the known ones go on, so that nobody waits; then
 * the image that is shown stays, and the new ones follow.
 */
export function useQueue(id: string, strategy: SuggestionStrategy): Queue {
  const client = useClient()
  const [dataset, setDataset] = useState<Dataset>()
  const [queue, setQueue] = useState<readonly Suggested[]>([])
  const [error, setError] = useState<CombinedError>()
  const [pending, setPending] = useState(0)
  const ask = useCallback(
    async (
      skipped: readonly string[],
      keep: (shown: readonly Suggested[], fresh: readonly Suggested[]) => readonly Suggested[],
    ) => {
      setPending((count) => count + 1)
      const variables = { id, strategy, except: skipped }
      const asked = await client.query(SuggestionsDocument, variables, { requestPolicy: 'network-only' })
      setPending((count) => count - 1)
      setError(asked.error)
      const found = asked.data?.dataset
      if (!found) return
      setDataset(found)
      setQueue((shown) => keep(shown, found.suggestions))
    },
    [client, id, strategy],
  )
  useEffect(() => {
    ask([], (_, fresh) => fresh)
  }, [ask])
  const refresh = useCallback(
    (skipped: readonly string[]) =>
      ask(skipped, ([first], fresh) => {
        if (!first) return fresh
        // The shown image may have been labelled meanwhile, and then it is not suggested again.
        const again = fresh.find(({ image }) => image.id === first.image.id)
        return [again ?? first, ...fresh.filter(({ image }) => image.id !== first.image.id)]
      }),
    [ask],
  )
  const [current, ...next] = queue
  return {
    ...{ dataset, current, next, error, refresh },
    learning: pending > 0,
    take: useCallback(() => setQueue((shown) => shown.slice(1)), []),
    putBack: useCallback(
      (image) => setQueue((shown) => [image, ...shown.filter((each) => each.image.id !== image.image.id)]),
      [],
    ),
  }
}

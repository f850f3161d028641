import { useCallback, useEffect, useRef, useState } from 'react'
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
  const [learning, setLearning] = useState(false)
  /** The skipped images of the latest request that has not been sent; undefined if all have been. */
  const wanted = useRef<readonly string[]>(undefined)
  const asking = useRef(false)
  const refresh = useCallback(
    async (skipped: readonly string[]) => {
      wanted.current = skipped
      // One request at a time: equal ones that overlap would share an answer, which may be too old.
      if (asking.current) return
      asking.current = true
      setLearning(true)
      while (wanted.current) {
        const variables = { id, strategy, except: wanted.current }
        wanted.current = undefined
        const asked = await client.query(SuggestionsDocument, variables, { requestPolicy: 'network-only' })
        // The next request knows what has been labelled since.
        if (wanted.current) continue
        setError(asked.error)
        const found = asked.data?.dataset
        if (!found) continue
        setDataset(found)
        setQueue(([first]) => withFirst(first, found.suggestions))
      }
      asking.current = false
      setLearning(false)
    },
    [client, id, strategy],
  )
  useEffect(() => {
    refresh([])
  }, [refresh])
  const [current, ...next] = queue
  return {
    ...{ dataset, current, next, error, learning, refresh },
    take: useCallback(() => setQueue((shown) => shown.slice(1)), []),
    putBack: useCallback(
      (image) => setQueue((shown) => [image, ...shown.filter((each) => each.image.id !== image.image.id)]),
      [],
    ),
  }
}

/** Fresh suggestions, but the image that is shown stays in front. */
function withFirst(shown: Suggested | undefined, fresh: readonly Suggested[]): readonly Suggested[] {
  if (!shown) return fresh
  const again = fresh.find(({ image }) => image.id === shown.image.id)
  return [again ?? shown, ...fresh.filter(({ image }) => image.id !== shown.image.id)]
}

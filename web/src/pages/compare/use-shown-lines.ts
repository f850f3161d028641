import { useMemo } from 'react'
import { useUrlState } from '../../app/url-state'
import type { Line } from './series'

/** Which lines a chart shows, and how. It stands in the address. */
export interface ShownLines {
  /** The keys of the lines that were asked for alone; empty: the leaders are shown. */
  readonly only: ReadonlySet<string>
  readonly hidden: ReadonlySet<string>
  /** The keys of the lines that are drawn in full. */
  readonly full: ReadonlySet<string>
  /** The keys of those whose intervals are drawn too: the best and the baseline, or all that were asked for. */
  readonly banded: ReadonlySet<string>
  readonly isChanged: boolean
  readonly toggleOnly: (key: string) => void
  readonly toggleHidden: (key: string) => void
  readonly reset: () => void
}

export function useShownLines(
  lines: readonly Line[],
  leading: ReadonlySet<string>,
  /** The keys of the best line and of the baseline. */
  outer: readonly (string | undefined)[],
): ShownLines {
  const outerText = outer.join(',')
  const [url, setUrl] = useUrlState()
  const [onlyText, hiddenText] = [url.get('only') ?? '', url.get('hide') ?? '']
  return useMemo(() => {
    const known = new Set(lines.map(({ key }) => key))
    const keysIn = (text: string) => new Set(text.split(',').filter((key) => known.has(key)))
    const [only, hidden] = [keysIn(onlyText), keysIn(hiddenText)]
    const visibleIn = (keys: ReadonlySet<string>) => new Set([...keys].filter((key) => !hidden.has(key)))
    const wanted = only.size > 0 ? only : leading
    const toggled = (keys: ReadonlySet<string>, key: string): string | undefined => {
      const next = keys.has(key) ? [...keys].filter((each) => each !== key) : [...keys, key]
      return next.length > 0 ? next.join(',') : undefined
    }
    return {
      only,
      hidden,
      full: visibleIn(wanted),
      banded: visibleIn(only.size > 0 ? only : keysIn(outerText)),
      isChanged: only.size > 0 || hidden.size > 0,
      toggleOnly: (key) => setUrl({ only: toggled(only, key) }),
      toggleHidden: (key) =>
        setUrl({ hide: toggled(hidden, key), ...(only.has(key) && { only: toggled(only, key) }) }),
      reset: () => setUrl({ only: undefined, hide: undefined }),
    }
  }, [lines, leading, outerText, onlyText, hiddenText, setUrl])
}

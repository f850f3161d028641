import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

/** Changes to the query of the URL. Undefined removes a name. */
export type UrlChanges = Readonly<Record<string, string | undefined>>

/**
 * Keeps the state of a page in its URL, so that it can be shared, and back and forward work. Defaults are left out.
 */
export function useUrlState(): readonly [URLSearchParams, (changes: UrlChanges) => void] {
  const [parameters, setParameters] = useSearchParams()
  const change = useCallback(
    (changes: UrlChanges) =>
      setParameters((before) => {
        const after = new URLSearchParams(before)
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined) after.delete(name)
          else after.set(name, value)
        }
        return after
      }),
    [setParameters],
  )
  return [parameters, change]
}

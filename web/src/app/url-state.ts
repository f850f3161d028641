import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

/** Changes to what the address holds behind the `?`; undefined takes a name out. */
export type UrlChanges = Readonly<Record<string, string | undefined>>

/**
 * What a page shows is in its address, so that it can be shared and the browser's back and forward buttons walk through
 * it. What equals the default is left out.
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

import { useEffect, useState } from 'react'

/** What was loaded last, so that it stays in sight while something else is loaded. */
export function useLatest<T>(value: T | undefined, fetching: boolean) {
  const [latest, setLatest] = useState(value)
  useEffect(() => {
    if (value !== undefined) setLatest(value)
  }, [value])
  return { value: value ?? latest, isOld: fetching && (value ?? latest) !== undefined }
}

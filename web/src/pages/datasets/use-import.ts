import { useEffect, useState } from 'react'
import { useQuery } from 'urql'
import { ImportDocument, type ImportStateFragment } from '../../api/generated'

/** An import tells nobody that it goes on: it is asked, so often. */
const msBetweenReads = 400

export const isGoingOn = ({ status }: ImportStateFragment): boolean =>
  status === 'QUEUED' || status === 'RUNNING'

/** An import as it is, read again while it goes on. */
export function useImport(id: string) {
  const [{ data, error }, read] = useQuery({ query: ImportDocument, variables: { id } })
  const [reads, setReads] = useState(0)
  const current = data?.import ?? undefined
  const going = current === undefined || isGoingOn(current)
  useEffect(() => {
    if (!going || error) return
    const timer = setTimeout(() => {
      read({ requestPolicy: 'network-only' })
      setReads(reads + 1)
    }, msBetweenReads)
    return () => clearTimeout(timer)
  }, [going, error, read, reads])
  return { import: current, error }
}

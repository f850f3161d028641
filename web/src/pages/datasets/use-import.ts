import { useEffect, useState } from 'react'
import { useQuery } from 'urql'
import { ImportDocument, type ImportStateFragment } from '../../api/generated'

/** The polling interval in milliseconds. Imports have no subscription. */
const msBetweenReads = 400

export const isRunning = ({ status }: ImportStateFragment): boolean =>
  status === 'QUEUED' || status === 'RUNNING'

/** The state of an import, polled while it runs. */
export function useImport(id: string) {
  const [{ data, error }, read] = useQuery({ query: ImportDocument, variables: { id } })
  const [reads, setReads] = useState(0)
  const current = data?.import ?? undefined
  const running = current === undefined || isRunning(current)
  useEffect(() => {
    if (!running || error) return
    const timer = setTimeout(() => {
      read({ requestPolicy: 'network-only' })
      setReads(reads + 1)
    }, msBetweenReads)
    return () => clearTimeout(timer)
  }, [running, error, read, reads])
  return { import: current, error }
}

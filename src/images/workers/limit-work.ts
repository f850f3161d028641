import { processorTimeOf } from '../../system/processor-time.js'

/** A process that was kept from the processor by others may take so many times as long. */
const maxRounds = 10
/** A process that has had less of the time than this waits for something that does not come. */
const leastShare = 0.01

/**
 * Calls `onExceeded` once a process has worked for `limitMs`, or has done nothing for so long. Time in which other programs had
 * the processor does not count, where the system tells; elsewhere all time counts. Returns a function that stops this.
 */
export function limitWork(
  pid: number | undefined,
  limitMs: number,
  onExceeded: () => void,
  processorTime: typeof processorTimeOf = processorTimeOf,
): () => void {
  const timeOf = () => (pid === undefined ? undefined : processorTime(pid))
  const start = timeOf()
  let timer = setTimeout(look, limitMs)
  let rounds = 0
  let before = 0

  function look(): void {
    const to = timeOf()
    rounds += 1
    const used = start === undefined || to === undefined ? limitMs : to - start
    const isIdle = used - before < leastShare * limitMs
    if (used >= limitMs || isIdle || rounds === maxRounds) onExceeded()
    else {
      before = used
      timer = setTimeout(look, limitMs)
    }
  }

  return () => clearTimeout(timer)
}

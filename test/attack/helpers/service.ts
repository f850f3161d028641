import { readFile } from 'node:fs/promises'
import { runProgram } from '../../helpers/programs.js'

/** A service in a process of its own, as users run it. */
export interface AttackedService {
  readonly url: string
  /** The answer to a query, as text. Throws an error if there is none. */
  ask(query: string): Promise<string>
  /** Its resident memory in megabytes. */
  megabytes(): Promise<number>
  /** Throws an error if the process has ended. */
  requireAlive(): void
}

export async function startService(environment: Record<string, string> = {}): Promise<AttackedService> {
  const { child, printed } = await runProgram('start', environment)
  const url = await printed(/ready at (http:\/\/\S+)\/graphql/)
  return {
    url,
    async ask(query) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        // A connection that was kept may be closed while it is used.
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ query }),
      })
      return response.text()
    },
    async megabytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
    },
    requireAlive() {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`The service has ended: ${child.exitCode ?? child.signalCode}.`)
      }
    },
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A service in a process of its own. */
export interface Service {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the built service on a data folder, as its users start it. Throws an error with what it printed if it does not start. */
export async function startService(
  dataDirectory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const program = fileURLToPath(new URL('../dist/cli/shotboard.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'start'], {
    env: { ...process.env, PORT: '0', SHOTBOARD_DATA_DIR: dataDirectory, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    // It is read to its end: a service that cannot print is another one.
    child.stdout.on('data', (chunk) => {
      text += chunk
      const ready = /ready at (http:\/\/\S+)\/graphql/.exec(text)?.[1]
      if (ready !== undefined) resolve(ready)
    })
    child.once('exit', () => reject(new Error(`The service has not started: ${text}`)))
  })
  return {
    url,
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

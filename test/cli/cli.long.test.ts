import { describe, expect, test } from 'vitest'
import { built, runProgram as run, title } from '../helpers/programs.js'

describe.skipIf(!built)(title, { concurrent: true }, () => {
  test('start serves, and ends well on SIGTERM', async () => {
    const { child, printed, ended } = await run('start')
    const url = await printed(/ready at (\S+)/)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ health { status } }"}',
    })
    expect(await response.json()).toEqual({ data: { health: { status: 'ok' } } })
    // The IDE is one page that needs nothing from elsewhere.
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
    expect(page).toContain('Shotboard')
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/)
    child.kill('SIGTERM')
    const { code, output } = await ended
    expect(code).toBe(0)
    expect(output).not.toMatch(/error/i)
  })

  test('mistakes in the settings end the start, all of them listed', async () => {
    const { code, output } = await (await run('start', { PORT: 'x', SHOTBOARD_DEMO: 'y' })).ended
    expect(code).toBe(1)
    expect(output).toMatch(/^INVALID_SETTINGS: .*\n.*PORT=x.*\n.*SHOTBOARD_DEMO=y/)
  })

  test('demo wants a folder', async () => {
    expect(await (await run('demo')).ended).toMatchObject({
      code: 2,
      output: expect.stringContaining('-- PATH'),
    })
    const { code, output } = await (await run('demo', {}, '/nowhere')).ended
    expect(code).toBe(1)
    expect(output).toContain('INVALID_FOLDER: /nowhere')
  })
})

import { spawn, spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folder.js'
import { classNames, picture } from '../helpers/pictures.js'
import { built, follow, root, title } from '../helpers/programs.js'

const page = await readFile(new URL('../../docs/classifiers.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language = '', text = '']) => ({
  language,
  text,
}))

/** Python with onnxruntime, numpy and Pillow, if there is one. */
const python = [process.env.SHOTBOARD_TEST_PYTHON, 'python3'].find(
  (each) => each !== undefined && spawnSync(each, ['-c', 'import onnxruntime, numpy, PIL']).status === 0,
)

describe.skipIf(!built)(title, async () => {
  const folder = await temporaryFolder()
  for (const [c, name] of classNames.entries()) {
    for (let i = 0; i < 12; i++) {
      const file = join(folder, 'shapes', name, `${i}.png`)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, await picture(c, 30_000 + i))
    }
  }
  await mkdir(join(folder, 'more'))
  for (const c of [0, 1, 2]) await writeFile(join(folder, `more/${c}.png`), await picture(c, 31_000))
  const env = { PATH: process.env.PATH, PORT: '0', SHOTBOARD_DEMO: 'off', SHOTBOARD_THREADS: '1' }
  const cli = join(root, 'dist/cli/shotboard.js')
  const start = (parameters: readonly string[]) =>
    follow(
      spawn(process.execPath, [cli, ...parameters], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env }),
    )

  test('every line of docs/classifiers.md runs, one after the other', async () => {
    let service: ReturnType<typeof start> | undefined
    let url = ''
    const ask = async (query: string) => {
      const response = await fetch(`${url}/graphql`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ query }),
      })
      return (await response.json()) as { data: Record<string, unknown>; errors?: unknown }
    }
    let [comparison, dataset] = ['', '']
    const ran: string[] = []
    for (const { language, text } of blocks) {
      if (language === 'graphql') {
        if (service === undefined) {
          service = start(['start'])
          url = await service.printed(/ready at (http:\S+)\/graphql/)
        }
        const image = (await readFile(join(folder, 'more/1.png'))).toString('base64')
        const { data, errors } = await ask(
          text.replace('COMPARISON', comparison).replace('IMAGE', image).replace('DATASET', dataset),
        )
        expect(errors, text).toBeUndefined()
        ran.push(Object.keys(data)[0] ?? '')
        if ('classify' in data) {
          expect(data.classify).toMatchObject([
            { top: [{ class: { name: 'green squares' } }, {}, {}], error: null },
          ])
        }
        continue
      }
      for (const line of text.trim().split('\n')) {
        const words = line.split(' ')
        if (line === 'npx shotboard start') {
          service = start(['start'])
          url = await service.printed(/ready at (http:\S+)\/graphql/)
          const { data } = await ask('{ comparisons(first: 1) { nodes { id dataset { id } } } }')
          const { nodes } = (data as { comparisons: { nodes: { id: string; dataset: { id: string } }[] } })
            .comparisons
          comparison = nodes[0]?.id ?? ''
          dataset = nodes[0]?.dataset.id ?? ''
        } else if (words[0] === 'npx') {
          if (service) {
            service.child.kill('SIGTERM')
            await service.ended
            service = undefined
          }
          expect(await start(words.slice(2)).ended, line).toMatchObject({ code: 0 })
        } else if (words[0] === 'python') {
          if (python === undefined) continue
          const { stdout, stderr } = spawnSync(python, words.slice(1), { cwd: folder, encoding: 'utf8' })
          expect(stdout, stderr).toMatch(/more\/1\.png\tgreen squares\t0\.\d+/)
        } else expect(line).toMatch(/^pip install /)
        ran.push(words[2] ?? '')
      }
    }
    service?.child.kill('SIGTERM')
    await service?.ended
    expect(ran).toEqual(
      expect.arrayContaining(['demo', 'classifyDataset', 'start', 'createClassifier', 'classify', 'export']),
    )
    const answers = await readFile(join(folder, 'answers.csv'), 'utf8')
    expect(answers.trim().split('\n').length).toBe(4)
  })

  test('the other options that the page names are options', async () => {
    for (const option of ['layout', 'head-only', 'precision']) {
      expect(page).toContain(`--${option}`)
      expect((await start(['export', 'classifier', '--help']).ended).output).toContain(`--${option}`)
    }
    for (const [to, options] of [
      ['triton', ['--layout', 'triton']],
      ['head', ['--head-only']],
      ['small', ['--precision', 'q8']],
    ] as const) {
      const run = start(['export', 'classifier', 'shapes', '--to', to, ...options])
      expect(await run.ended).toMatchObject({ code: 0 })
    }
    const again = await start(['export', 'classifier', 'shapes', '--to', 'head', '--head-only']).ended
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('FOLDER_NOT_EMPTY') })
    const config = await readFile(join(folder, 'triton/shapes/config.pbtxt'), 'utf8')
    expect(config).toContain('dynamic_batching')
    expect(config).toMatch(/name: "pixel_values"\s+data_type: TYPE_FP32\s+dims: \[ 3, 64, 64 \]/)
  })
})

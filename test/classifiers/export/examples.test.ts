import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { examples } from '../../../src/classifiers/export/examples.js'
import { temporaryFolder } from '../../helpers/folder.js'

const run = promisify(execFile)
const variable = 'ORT_DISABLE_TELEMETRY'
const programs = examples({ imageSize: 224, shorterSide: 224, borders: false } as never)

/** A folder with the examples, beside an ONNX Runtime that prints the variable when it is loaded, and ends the program. */
async function folderOfExamples(): Promise<string> {
  const folder = await temporaryFolder()
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(programs)) await write(name, text)
  const ends = `import os\nprint(os.environ.get("${variable}"), flush=True)\nos._exit(0)\n`
  await write('onnxruntime/__init__.py', ends)
  await write('numpy.py', '')
  const package_ = (name: string) => JSON.stringify({ name, main: 'index.js' })
  await write('node_modules/onnxruntime-node/package.json', package_('onnxruntime-node'))
  await write(
    'node_modules/onnxruntime-node/index.js',
    `console.log(process.env.${variable}); process.exit(0)`,
  )
  await write('node_modules/sharp/package.json', package_('sharp'))
  await write('node_modules/sharp/index.js', '')
  return folder
}

describe.each([
  ['classify.mjs', process.execPath],
  ['classify.py', 'python3'],
])('%s of an export', (program, interpreter) => {
  test('turns off the telemetry of ONNX Runtime before it is loaded, unless the user has set it', async () => {
    const cwd = await folderOfExamples()
    const printed = async (environment: Record<string, string>) => {
      const env = { PATH: process.env.PATH, ...environment }
      const { stdout } = await run(interpreter, [join(cwd, program)], { cwd, env })
      return stdout.trim()
    }
    expect(await printed({})).toBe('1')
    expect(await printed({ [variable]: '0' })).toBe('0')
  })
})

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'))

const { allowScripts } = z
  .object({ allowScripts: z.record(z.string(), z.boolean()) })
  .parse(await read('package.json'))
const { packages } = z
  .object({ packages: z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() })) })
  .parse(await read('package-lock.json'))

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

test('npm 11 and later run no install script of a dependency: package.json denies each', () => {
  const withScript = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript)
  expect(withScript).not.toEqual([])
  for (const path of withScript) expect(allowScripts, path).toHaveProperty([nameOf(path)], false)
})

test('no npm runs the install script of onnxruntime-node, which downloads: the lock file does not mention it', () => {
  const path = 'node_modules/onnxruntime-node'
  expect(packages).toHaveProperty([path])
  expect(
    packages[path]?.hasInstallScript,
    'Remove its line "hasInstallScript" from package-lock.json.',
  ).toBeUndefined()
  expect(allowScripts).toHaveProperty([nameOf(path)], false)
})

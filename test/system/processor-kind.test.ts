import { arch } from 'node:os'
import { expect, test } from 'vitest'
import { flagsIn, instructionsOf, processorKind } from '../../src/system/processor-kind.js'

test.each([
  ['x64', 'avx avx2 avx512f avx512_vnni', 'avx512-vnni'],
  ['x64', 'avx avx2 avx512f', 'avx512'],
  ['x64', 'avx avx2 avx_vnni', 'avx2-vnni'],
  ['x64', 'avx avx2', 'avx2'],
  ['x64', 'avx', 'avx'],
  ['x64', 'sse2', 'sse'],
  ['x64', '', undefined],
  ['arm64', 'asimd sve', 'sve'],
  ['arm64', '', 'neon'],
])('on %s, the flags "%s" stand for %s', (architecture, flags, instructions) => {
  expect(instructionsOf(architecture, flagsIn(`model name\t: x\nflags\t\t: ${flags}\n`))).toBe(instructions)
})

test('the name of a kind has the provider, the architecture and the instructions', () => {
  const kind = processorKind('cuda')
  expect(kind.name).toMatch(new RegExp(`^cuda-${arch()}-[a-z0-9-]+$`))
  expect(processorKind('cuda')).toEqual(kind)
})

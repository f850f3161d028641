import { describe, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { methodChecks } from '../../src/testing/index.js'
import { isQuick } from './quick-methods.js'

const { methods, space, spaces: all } = createRegistry([builtin()])
// A space on another computes as on its own; the spaces' own suite has all of them.
const plain = all.filter(({ id }) => !id.includes('+'))

describe.concurrent.each(
  methods
    .filter(({ space, spaces: own }) => space !== null && own === undefined)
    .map((each) => [each.name, each] as const),
)('the common suite holds in other spaces for %s', (_, method) => {
  // The space of an adapter projects no texts.
  const needsTexts = method.needs?.includes('projected-texts') ?? false
  const spaces = plain.filter(({ id, base }) => id !== method.space && (base === 'clip' || !needsTexts))
  for (const { name, run } of methodChecks(method, { spaces })) test(name, run)
})

describe.concurrent.each(
  methods.filter((method) => !isQuick(method)).map((each) => [each.name, each] as const),
)('the common suite holds in its own space for %s', (_, method) => {
  const spaces = [space(method.space ?? 'clip')]
  for (const { name, run } of methodChecks(method, { spaces })) test(name, run)
})

import { describe, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { methodChecks } from '../../src/testing/index.js'
import { isQuick } from './quick-methods.js'

const { methods, space } = createRegistry([builtin()])

// The other methods and the other spaces are in common.long.test.ts.
describe.concurrent.each(methods.filter(isQuick).map((each) => [each.name, each] as const))(
  'the common suite holds for %s',
  (_, method) => {
    const spaces = [space(method.space ?? 'clip')]
    for (const { name, run } of methodChecks(method, { spaces })) test(name, run)
  },
)

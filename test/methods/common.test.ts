import { describe, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { methodChecks } from '../../src/testing/index.js'

const { methods, space } = createRegistry([builtin()])
// One space as it is and one that is fitted; common.long.test.ts has the others.
const spaces = ['clip', 'shrunk'].map((id) => space(id))

describe.concurrent.each(methods.map((each) => [each.name, each] as const))(
  'the common suite holds for %s',
  (_, method) => {
    for (const { name, run } of methodChecks(method, { spaces })) test(name, run)
  },
)

import { describe, test } from 'vitest'
import type { Method } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { methodChecks } from '../../src/testing/index.js'

const { methods, space } = createRegistry([builtin()])
// Each method in the space that it compares images in by default; common.long.test.ts has the others.
const spacesOf = ({ space: own }: Method) => [space(own ?? 'clip')]

describe.concurrent.each(methods.map((each) => [each.name, each] as const))(
  'the common suite holds for %s',
  (_, method) => {
    for (const { name, run } of methodChecks(method, { spaces: spacesOf(method) })) test(name, run)
  },
)

import { describe, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { spaceChecks } from '../../src/testing/index.js'

const { spaces } = createRegistry([builtin()])

describe.each(spaces.map((each) => [each.name, each] as const))(
  'the common suite holds for %s',
  (_, space) => {
    for (const { name, run } of spaceChecks(space)) test(name, run)
  },
)

import { test } from 'vitest'
import { builtin } from '../../../src/plugins/builtin.js'
import { createRegistry } from '../../../src/plugins/registry.js'
import { combinationsOf, expectSameHead, tasksIn } from './same-head.js'

const registry = createRegistry([builtin()])
const tasks = tasksIn(registry)
const spaces = registry.spaces.map(({ id }) => id)

test.each(combinationsOf(registry, spaces))(
  'the exported head of %s in %s gives its logits and probabilities, however many images a class has',
  (method, space) => expectSameHead(registry.method(method), registry.space(space), tasks),
)

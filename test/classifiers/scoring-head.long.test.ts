import { test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { combinationsOf, tasksIn } from './export/same-head.js'
import { expectSameScores } from './same-scores.js'

const registry = createRegistry([builtin()])
const tasks = tasksIn(registry)
const spaces = registry.spaces.map(({ id }) => id)

test.each(combinationsOf(registry, spaces))(
  '%s in %s scores as one graph as it does step by step, however many images a class has',
  (method, space) => expectSameScores(registry.method(method), registry.space(space), tasks),
)

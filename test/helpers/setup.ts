// Runs before every test file. Helpers load once a worker, so a hook in a helper would belong to the first file alone.
import { afterAll } from 'vitest'
import { runEndSteps } from './at-end.js'

afterAll(runEndSteps)

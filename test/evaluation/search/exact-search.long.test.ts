import { describe, test } from 'vitest'
import { expectExact, kindsOfProblems, usualTrials } from './exact-search.js'

// search.test.ts tries a quarter of them.
describe('the exact search finds what brute force finds in all trials', () => {
  test.each(Object.entries(kindsOfProblems))('%s', async (kind, { trials = usualTrials, ...options }) => {
    for (let trial = 0; trial < trials; trial++) await expectExact(kind, trial, options)
  })
})

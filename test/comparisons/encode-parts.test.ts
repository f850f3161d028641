import { expect, test } from 'vitest'
import { type EncodePart, encodeJobOf, encodePartOf } from '../../src/comparisons/encode-parts.js'
import { jobName } from '../../src/jobs/job.js'

const part: EncodePart = {
  ...{ dataset: 'd', encoder: 'a/b:c', spaces: ['clip', 'imo:x y'], split: 'TEST', index: 3, size: 256 },
}

test.each([undefined, 'cpu-x64-avx512'])(
  'a job says which part it is, for the kind of processor %s',
  (processor) => {
    const given = { ...part, processor }
    const job = encodeJobOf(given)
    expect(encodePartOf(job)).toEqual(given)
    expect(job.processor).toBe(processor)
  },
)

test('parts for different kinds of processors are different jobs', () => {
  const names = [undefined, 'one', 'two'].map((processor) => jobName(encodeJobOf({ ...part, processor })))
  expect(new Set(names).size).toBe(3)
})

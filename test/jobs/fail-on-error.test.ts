import { describe, expect, test } from 'vitest'
import { errors, type ShotboardError } from '../../src/errors.js'
import { failOnError } from '../../src/jobs/fail-on-error.js'

/** What fails the job, and what is thrown on, where the work throws this. */
async function endOf(thrown: unknown, signal = new AbortController().signal) {
  const failed: ShotboardError[] = []
  const fail = async (error: ShotboardError) => void failed.push(error)
  const work = () => Promise.reject(thrown)
  const passedOn = await failOnError(signal, fail, work).catch((error: unknown) => error)
  return { failed: failed.map(({ code }) => code), passedOn }
}

describe('an error of the work of a job', () => {
  test('that is expected fails the job, and is not thrown on', async () => {
    const error = errors.unknownDataset({ id: 'gone' })
    expect(await endOf(error)).toEqual({ failed: [error.code], passedOn: undefined })
  })

  test('that nobody expects fails the job with INTERNAL, and is thrown on', async () => {
    const error = new Error('a fault of the program')
    expect(await endOf(error)).toEqual({ failed: [errors.internal({}).code], passedOn: error })
  })

  test('after a stop fails nothing', async () => {
    const error = errors.unknownDataset({ id: 'gone' })
    expect(await endOf(error, AbortSignal.abort())).toEqual({ failed: [], passedOn: error })
  })

  test('of the disk fails nothing: the job is retried', async () => {
    const error = errors.diskFull({ what: 'a feature' })
    expect(await endOf(error)).toEqual({ failed: [], passedOn: error })
  })
})

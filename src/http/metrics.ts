import type { RequestHandler } from 'express'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { FeatureEvents, JobCounts } from '../library/index.js'

/** A request that has been answered. */
export interface AnsweredRequest {
  /** A label from a bounded set, such as `query comparisons` or `GET /images/:id`. */
  readonly operation: string
  /** `ok`, or the code or the status of the error. */
  readonly outcome: string
  readonly seconds: number
}

export interface Metrics {
  readonly features: FeatureEvents
  onAnswered(request: AnsweredRequest): void
  /** Sets the function that counts jobs whenever the metrics are read. */
  watchJobs(counts: () => Promise<JobCounts>): void
  /** Serves `GET /metrics` in the Prometheus format. */
  readonly serve: RequestHandler
}

/** Creates the metrics of one service, in their own registry. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const requests = new Histogram({
    name: 'shotboard_request_duration_seconds',
    help: 'Duration of requests by operation and outcome.',
    labelNames: ['operation', 'outcome'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const lookups = new Counter({
    name: 'shotboard_feature_lookups_total',
    help: 'Feature look-ups: stored (hit), or to be encoded (miss).',
    labelNames: ['result'] as const,
    registers,
  })
  const encoded = new Counter({
    name: 'shotboard_images_encoded_total',
    help: 'Encoded images. Divide by shotboard_encode_seconds_total for the throughput while encoding.',
    registers,
  })
  const encodeSeconds = new Counter({
    name: 'shotboard_encode_seconds_total',
    help: 'Time spent encoding images.',
    registers,
  })
  let jobCounts = async (): Promise<JobCounts> => ({ waiting: 0, running: 0, oldestWaitingSeconds: 0 })
  new Gauge({
    name: 'shotboard_jobs',
    help: 'Waiting and running jobs: comparisons, imports, trainings and classifications of datasets.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      const counts = await jobCounts()
      for (const state of ['waiting', 'running'] as const) this.set({ state }, counts[state])
    },
  })
  new Gauge({
    name: 'shotboard_oldest_waiting_job_seconds',
    help: 'How long the oldest waiting job has waited; 0 if none waits.',
    registers,
    async collect() {
      this.set((await jobCounts()).oldestWaitingSeconds)
    },
  })

  return {
    features: {
      onLookup(found, missing) {
        lookups.inc({ result: 'hit' }, found)
        lookups.inc({ result: 'miss' }, missing)
      },
      onEncoded(images, seconds) {
        encoded.inc(images)
        encodeSeconds.inc(seconds)
      },
    },
    onAnswered: ({ operation, outcome, seconds }) => requests.observe({ operation, outcome }, seconds),
    watchJobs(counts) {
      jobCounts = counts
    },
    serve: async (_request, response) => {
      response.set('Content-Type', registry.contentType).send(await registry.metrics())
    },
  }
}

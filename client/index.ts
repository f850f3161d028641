// The entry `shotboard/client`: a typed client of the API, for programs and pages.

export { type ClientOptions, createClient } from './client.js'
export { type ErrorCode, type Problem, ShotboardClientError } from './client-error.js'
export type { ShotboardClient } from './contract.js'
export * from './generated.js'
export type { JobKind, JobState, WaitOptions } from './job-state.js'

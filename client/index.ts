// The entry `shotboard/client`: a typed client of the API, for programs and pages.

export { type ClientOptions, createClient } from './client.js'
export { type ErrorCode, type Problem, ShotboardClientError } from './client-error.js'
export type { RequestOptions, ShotboardClient } from './contract.js'
export type { ErrorCode as ServiceErrorCode } from './generated.js'
export * from './generated.js'
export type { JobState, WaitOptions, WatchedJob } from './job-state.js'
export type { UploadProgress } from './send-with-progress.js'

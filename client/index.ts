// The entry `shotboard/client`: a typed client of the API, for programs and pages.

export { type ClientOptions, createClient, type ShotboardClient } from './client.js'
export { type Problem, ShotboardClientError } from './client-error.js'
export * from './generated.js'

// What programs and pages import as `shotboard/client`: a typed client of the API.

export { type ClientOptions, createClient, type ShotboardClient } from './client.js'
export { type Problem, ShotboardClientError } from './client-error.js'
export * from './generated.js'

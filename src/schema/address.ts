import type { Context } from './context.js'

/** What descriptions say of a field that has the address of something on the service. */
export const absoluteIfKnown =
  'Absolute where the setting SHOTBOARD_PUBLIC_URL says what the service is reached by; otherwise a path on the service.'

/** The address of a path of the service, as `absoluteIfKnown` says. */
export const addressOf = (path: `/${string}`, { publicUrl }: Context): string =>
  publicUrl === undefined ? path : publicUrl + path

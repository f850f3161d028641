/** Where a method or a space comes from. */
export interface Origin {
  /** The name of the plugin. */
  readonly plugin: string
  /** The package that its module lies in, and the version; null if there is none. */
  readonly package: string | null
  readonly version: string | null
  /** The hash of its module and of every file that the module names; null if it was not loaded from a file. */
  readonly code: string | null
  /** The most seconds that a call may take; no limit by default. */
  readonly secondsPerCall?: number
}

/** The name of the built-in plugin. */
export const builtinName = 'shotboard'

/** What the service sends to a worker process: a task, or that the memory it has asked for is there. */
export type Request = { readonly task: string; readonly input: unknown } | { readonly granted: true }

/** What a worker process answers. */
export type Answer =
  /** It has loaded its decoders. */
  | { readonly ready: true }
  /** It asks for memory, in bytes, before it decodes. */
  | { readonly memory: number }
  | { readonly result: unknown }
  /** An error crosses processes as its plain fields. */
  | { readonly error: { readonly message: string; readonly code?: string; readonly argument?: string } }

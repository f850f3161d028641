interface Asked {
  readonly shots?: unknown
  readonly drawing?: string
  readonly supportImages?: unknown
}

/** The input of the mutation `compare` for a request as the library takes it. */
export function compareInput<T extends object>({ shots, drawing, supportImages, ...rest }: T & Asked) {
  const support =
    supportImages !== undefined
      ? { images: supportImages }
      : drawing === 'ALL'
        ? { all: true }
        : drawing === 'AT_MOST'
          ? { atMost: shots ?? [] }
          : { shots: shots ?? [] }
  return { ...rest, support }
}

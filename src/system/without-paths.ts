/** An absolute path of at least two parts, of Unix or Windows. */
const absolutePath = /(?<![\w:/.])(?:[A-Za-z]:)?(?:[\\/][^\\/\s'":,;<>()]+){2,}/g

/** A message for clients: each absolute path in it is cut to its last part, since clients need not know our folders. */
export const withoutPaths = (message: string): string =>
  message.replace(absolutePath, (path) => path.split(/[\\/]/).at(-1) ?? '')

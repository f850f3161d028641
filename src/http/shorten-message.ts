/** Messages that are longer repeat what a client sent. */
const maxCharacters = 4000

/** The message of an error as clients get it, at most 4,000 characters of it. */
export const shortenMessage = (message: string): string =>
  message.length > maxCharacters ? `${message.slice(0, maxCharacters - 1)}…` : message

import type { Message } from '@bufbuild/protobuf'

/** A message with some of its fields replaced, not copied deeply. Spreading would lose the defaults of unset fields. */
export function withFields<T extends Message>(message: T, fields: Partial<T>): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields)
}

import type { Message } from '@bufbuild/protobuf'

/** A shallow copy of a message with some fields replaced. Spreading would lose the defaults of unset fields. */
export function withFields<T extends Message>(message: T, fields: Partial<T>): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields)
}

import type { GraphQLScalarType } from 'graphql'
import { type ClassType, Field, Mutation } from 'type-graphql'
import { atInput } from './arguments.js'
import type { computed } from './complexity.js'
import type { Context } from './context.js'
import { ObjectType } from './object-type.js'
import { type Warning, WarningType } from './warning.js'

/** A field of a payload. */
interface PayloadField<T> {
  readonly type: () =>
    | ClassType
    | GraphQLScalarType
    | StringConstructor
    | NumberConstructor
    | readonly [ClassType]
  readonly description: string
  readonly nullable?: boolean
  /** Its value, by what the resolver returned. Default: the field of that name, or all of it if the payload has no other field. */
  readonly of?: (result: T, context: Context) => unknown
}

interface PayloadOptions<T> {
  readonly description: string
  readonly complexity?: ReturnType<typeof computed>
  /** What may be a mistake, asked for only if the client asks for it. Default: nothing. */
  readonly warnings?: (result: T, context: Context) => Promise<readonly Warning[]> | readonly Warning[]
}

type Resolver<T> = (...parameters: never[]) => Promise<T> | T

/**
 * A mutation: it takes one argument `input`, and answers with a payload of its own, named after it, which has the given fields
 * and `warnings`. The resolver returns what the fields are made of. The paths of its errors begin at `input`.
 */
export function PayloadMutation<T>(
  fields: Readonly<Record<string, PayloadField<T>>>,
  { description, complexity, warnings }: PayloadOptions<T>,
) {
  return <R extends Resolver<T>>(
    prototype: object,
    method: string,
    descriptor: TypedPropertyDescriptor<R>,
  ): void => {
    const { value: resolve } = descriptor
    if (resolve === undefined) throw new Error(`${method} must be a method.`)
    const withPayload = async function (this: unknown, ...parameters: never[]): Promise<object> {
      const result = await atInput((async () => resolve.apply(this, parameters))())
      return payloadOf(result, fields, warnings)
    }
    // What the decorated method returns is seen by GraphQL alone, which gets the payload.
    descriptor.value = withPayload as unknown as R
    const type = payloadType(method, fields)
    Mutation(() => type, { description, ...(complexity && { complexity }) })(prototype, method, descriptor)
  }
}

function payloadType<T>(mutation: string, fields: Readonly<Record<string, PayloadField<T>>>): ClassType {
  @ObjectType(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`, {
    description: `What \`${mutation}\` has done.`,
  })
  class PayloadType {
    @Field(() => [WarningType], { description: 'What may be a mistake. Empty if nothing is.' })
    warnings: readonly Warning[]
  }
  for (const [name, { type, description, nullable = false }] of Object.entries(fields)) {
    Field(type as () => ClassType, { description, nullable })(PayloadType.prototype, name)
  }
  return PayloadType
}

/** The fields as functions, which graphql-js calls for those that are asked for. */
function payloadOf<T>(
  result: T,
  fields: Readonly<Record<string, PayloadField<T>>>,
  warnings: PayloadOptions<T>['warnings'],
): object {
  const isOnly = Object.keys(fields).length === 1
  const payload = Object.entries(fields).map(([name, { of }]) => [
    name,
    (_: unknown, context: Context) =>
      of ? of(result, context) : isOnly ? result : Reflect.get(result as object, name),
  ])
  return Object.fromEntries([
    ...payload,
    ['warnings', (_: unknown, context: Context) => warnings?.(result, context) ?? []],
  ])
}

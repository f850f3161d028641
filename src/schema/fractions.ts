import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql'
import { Extensions } from 'type-graphql'
import { type MeasureName, measures } from '../measures.js'

/**
 * Marks a field whose value the library keeps in percent or percentage points: a number, a list of numbers, or a statistic or a
 * difference, whose numbers of images and p-values stay. The schema tells it as a fraction, from 0 to 1.
 */
export const KeptInPercent = (): PropertyDecorator & MethodDecorator => Extensions({ scale: () => 100 })

/** The same for a field in the unit of the `measure` of its object. */
export const KeptInMeasure = (): PropertyDecorator & MethodDecorator =>
  Extensions({ scale: ({ measure }: { readonly measure: MeasureName }) => measures[measure].scale })

/** Makes all marked fields fractions. Changes the schema and returns it. */
export function tellFractions(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const { scale } = field.extensions
      if (typeof scale !== 'function') continue
      const resolve = field.resolve ?? defaultFieldResolver
      field.resolve = (source, args, context, info) => {
        const by = Number(scale(source))
        const value = resolve(source, args, context, info)
        return value instanceof Promise ? value.then((settled) => divided(settled, by)) : divided(value, by)
      }
    }
  }
  return schema
}

/** The fields of statistics and differences that have the unit of what was measured. */
const measured: ReadonlySet<string> = new Set(['mean', 'standardDeviation', 'low', 'high'])

function divided(value: unknown, by: number): unknown {
  if (typeof value === 'number') return value / by
  if (Array.isArray(value)) return value.map((each) => divided(each, by))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, measured.has(name) ? divided(field, by) : field]),
  )
}

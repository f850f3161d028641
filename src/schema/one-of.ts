import { type GraphQLSchema, isInputObjectType } from 'graphql'

/**
 * Makes the inputs that are marked with `@Directive('@oneOf')` take exactly one of their fields: TypeGraphQL keeps the mark, and
 * graphql-js looks elsewhere. Changes the schema.
 */
export function enforceOneOf(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type) && type.astNode?.directives?.some(({ name }) => name.value === 'oneOf')) {
      type.isOneOf = true
    }
  }
}

import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import { GraphQLError, NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'

/** The service's own rules for documents: QUERY_TOO_DEEP, and no introspection if the setting is off. */
export function createValidationRules({
  maxQueryDepth,
  introspection,
}: Pick<Settings, 'maxQueryDepth' | 'introspection'>): ValidationRule[] {
  const depth = maxDepthRule({
    n: maxQueryDepth,
    flattenFragments: true,
    propagateOnRejection: false,
    onReject: [
      (context) => {
        const originalError = errors.queryTooDeep({ max: maxQueryDepth })
        context?.reportError(new GraphQLError(originalError.message, { originalError }))
      },
    ],
  })
  return introspection ? [depth] : [depth, NoSchemaIntrospectionCustomRule]
}

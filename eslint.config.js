// The rules of the GraphQL schema; Biome lints everything else. scripts/check-schema.mjs applies them to what the sources declare.
import graphql from '@graphql-eslint/eslint-plugin'

export default [
  {
    files: ['schema/*.graphql'],
    languageOptions: { parser: graphql.parser },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      // Values, such as a page or a colour, have no id.
      '@graphql-eslint/strict-id-in-types': 'off',
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: { style: 'PascalCase', forbiddenSuffixes: ['Type', 'Enum'] },
          InputObjectTypeDefinition: {
            style: 'PascalCase',
            requiredSuffixes: ['Input'],
            ignorePattern: '^(MethodChoice|TimeRange)$',
          },
          FieldDefinition: { style: 'camelCase', forbiddenPrefixes: ['get', 'fetch'] },
          InputValueDefinition: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
        },
      ],
      '@graphql-eslint/require-deprecation-reason': 'error',
      // docs/api.md, "Conventions".
      '@graphql-eslint/input-name': [
        'error',
        { checkInputType: true, checkQueries: false, caseSensitiveInputType: false },
      ],
      '@graphql-eslint/relay-connection-types': 'error',
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
]

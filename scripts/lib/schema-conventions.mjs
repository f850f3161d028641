import { buildSchema, getNamedType, getNullableType, isListType, isNonNullType, isObjectType } from 'graphql'

/**
 * The lists of objects that are no pages, because they cannot be long: by what bounds them. A new list of objects is a page, or it
 * is named here.
 */
const bounded = {
  'what is installed': [
    ...[
      'Query.featureSpaces',
      'Query.encoders',
      'Query.adapters',
      'Query.methods',
      'Query.promptTemplateSets',
    ],
    ...['Encoder.spaces', 'Encoder.generic', 'Comparison.encoders', 'ComparisonProtocol.methods'],
    ...['ImagePrediction.predictions', 'Method.terms', 'OverlapReport.spaces', 'Recommendation.rivals'],
  ],
  'the hyperparameters and the terms of a method': [
    ...['Method.hyperparameters', 'FeatureSpace.hyperparameters', 'ClassifierVersion.hyperparameters'],
    ...['MethodPrediction.hyperparameters', 'Run.hyperparameters', 'ComparedMethod.given'],
    'ClassScore.contributions',
  ],
  'an enum': [
    ...['Dataset.counts', 'ClassSample.counts', 'PreviewedClass.counts', 'ClassifierEvaluation.drift'],
    ...['Dataset.problems', 'Import.warnings', 'ImportPreview.warnings'],
  ],
  'an argument': [
    ...['Query.predict', 'Query.classify', 'Query.nodes', 'ClassSample.images', 'Dataset.suggestions'],
    ...[
      'MethodPrediction.top',
      'Classification.top',
      'MethodPrediction.neighbours',
      'Classification.neighbours',
    ],
    ...['Suggestion.top', 'RunPrediction.beside', 'ComparisonRow.reliability', 'Import.rejected'],
    ...['ImportPreview.rejected', 'SpaceOverlap.classPairs', 'FeatureProblems.suspects'],
    ...['FeatureProblems.nearDuplicates', 'FeatureProblems.cutPrompts'],
    ...['OverlapCorrelation.points', 'OverlapCorrelation.byDataset'],
  ],
  'a fixed number, which the description says': ['Dataset.changes', 'Training.losses'],
  'a setting: SHOTBOARD_MAX_RUNS': [
    'Comparison.rows',
    'Comparison.runs',
    'Comparison.pairs',
    'Comparison.against',
  ],
  'the classes of a dataset': [
    ...['Dataset.classes', 'Dataset.samples', 'DatasetProblem.classes', 'ClassifierVersion.classes'],
    ...['Classification.set', 'MethodPrediction.set', 'Comparison.classDeltas', 'ComparisonProtocol.holdOut'],
    ...['ImportPreview.classes', 'SpaceOverlap.classes', 'SupportSet.images'],
  ],
  'how often somebody made one': ['Classifier.versions'],
}

const pageArguments = ['first', 'after', 'last', 'before']

/** What a schema, in its definition language, breaks of the conventions of docs/api.md: a line for each fault. */
export function conventionFaults(sdl) {
  const schema = buildSchema(sdl)
  return [...mutationFaults(schema), ...listFaults(schema), ...nodeFaults(schema), ...unitFaults(schema)]
}

function mutationFaults(schema) {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
    const faults = []
    const payload = getNamedType(field.type)
    const expected = `${field.name[0].toUpperCase()}${field.name.slice(1)}Payload`
    if (payload.name !== expected) faults.push(`Mutation.${field.name} must return ${expected}.`)
    if (field.args.length !== 1 || field.args[0].name !== 'input') {
      faults.push(`Mutation.${field.name} must take one argument, \`input\`.`)
    }
    if (!isObjectType(payload) || String(payload.getFields().warnings?.type) !== '[Warning!]!') {
      faults.push(`What Mutation.${field.name} returns must have \`warnings: [Warning!]!\`.`)
    }
    return faults
  })
}

function listFaults(schema) {
  const known = new Set(Object.values(bounded).flat())
  const faults = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || /(Connection|Payload)$/.test(type.name)) continue
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type)
      const place = `${type.name}.${field.name}`
      if (named.name.endsWith('Connection')) {
        const missing = pageArguments.filter((name) => !field.args.some((each) => each.name === name))
        if (missing.length > 0) faults.push(`${place} is a page, so it must take ${missing.join(', ')}.`)
      } else if (isListType(getNullableType(field.type)) && isObjectType(named) && !known.has(place)) {
        faults.push(
          `${place} is a list of objects: make it a connection, or say in scripts/lib/schema-conventions.mjs what bounds it.`,
        )
      }
    }
  }
  return faults
}

/** An object with an id of its own is a Node. */
function nodeFaults(schema) {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.endsWith('Payload')) return []
    const id = type.getFields().id
    const isNode = type.getInterfaces().some(({ name }) => name === 'Node')
    if (!id || isNode || notNodes.has(type.name)) return []
    return [
      `${type.name} has an id, so it must implement Node${isNonNullType(id.type) ? '' : ', and the id must not be null'}.`,
    ]
  })
}

/** Shares and their differences are fractions. An interval may be one of 95 %. */
function unitFaults(schema) {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!('getFields' in type) || type.name.startsWith('__')) return []
    return Object.values(type.getFields())
      .filter(({ name, description }) => /percent/i.test(`${name} ${description ?? ''}`))
      .map(
        ({ name }) =>
          `${type.name}.${name} is in percent: it must be from 0 to 1, and its description say so.`,
      )
  })
}

/** They repeat the id of something else. */
const notNodes = new Set(['CodeIdentity'])

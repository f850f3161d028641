import { readFileSync } from 'node:fs'
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  parse,
  print,
} from 'graphql'
import { errorCodes } from './error-codes.mjs'

/** The pages, in this order, with the operations of each. What is named nowhere comes to the last. */
const areas = {
  service: { title: 'The service', operations: ['health', 'node', 'nodes'] },
  methods: {
    title: 'Encoders, methods and feature spaces',
    operations: ['encoders', 'featureSpaces', 'methods', 'method', 'fitGeneric'],
  },
  datasets: {
    title: 'Datasets',
    operations: [
      ...['dataset', 'datasets', 'createDataset', 'renameDataset', 'deleteDataset'],
      ...['addClass', 'renameClass', 'mergeClasses', 'deleteClass'],
      ...['promptTemplateSets', 'setPrompts', 'setAllPrompts', 'featureProblems'],
    ],
  },
  images: {
    title: 'Images of datasets',
    operations: [
      ...['addImages', 'moveImages', 'removeImages'],
      ...['addUnlabelledImages', 'labelImages', 'unlabelImages'],
      ...['undoDatasetChange', 'forgetDatasetChanges'],
    ],
  },
  imports: {
    title: 'Imports',
    operations: [
      ...['importArchive', 'importPreview', 'importFromHub', 'hubImportPreview'],
      ...['import', 'imports', 'cancelImport'],
    ],
  },
  predictions: {
    title: 'Support sets and predictions',
    operations: ['predict', 'supportSet', 'supportSets', 'createSupportSet', 'deleteSupportSet'],
  },
  comparisons: {
    title: 'Comparisons and runs',
    operations: [
      ...['compare', 'comparison', 'comparisons', 'cancelComparison', 'deleteComparison'],
      ...['updateComparison', 'discardComparison', 'restoreComparison'],
      ...['run', 'runs', 'overlap', 'overlapCorrelation'],
    ],
  },
  classifiers: {
    title: 'Classifiers',
    operations: [
      ...['classify', 'evaluateClassifier', 'classifier', 'classifiers'],
      ...['createClassifier', 'updateClassifier', 'rollbackClassifier', 'deleteClassifier'],
      ...['startClassifierCreation', 'startClassifierUpdate', 'startClassifierEvaluation'],
      ...[
        'classifierJob',
        'classifierJobs',
        'cancelClassifierJob',
        'resumeClassifierJob',
        'deleteClassifierJob',
      ],
      ...['classifyDataset', 'datasetClassification', 'datasetClassifications'],
      ...['cancelDatasetClassification', 'resumeDatasetClassification', 'deleteDatasetClassification'],
    ],
  },
  adapters: {
    title: 'Adapters and trainings',
    operations: [
      ...['adapters', 'importAdapter', 'useAdapter', 'removeAdapter'],
      ...['trainAdapter', 'training', 'trainings', 'cancelTraining', 'resumeTraining', 'deleteTraining'],
    ],
  },
  more: { title: 'More', operations: [] },
}

/**
 * The pages below docs/, by path: one for each area of the schema, and api.md with its index. `schema` is in the definition
 * language, `start` the present text of api.md, of which what stands between marks is written anew.
 */
export function apiReference(schema, start) {
  const built = buildSchema(schema)
  const operations = operationsOf(built)
  const pages = placed(built, operations)
  const pageOf = new Map(
    pages.flatMap(({ name, types }) => types.map((type) => [type.name, `${name}.md#${anchorOf(type.name)}`])),
  )
  const examples = readExamples()
  const written = pages.map((page) => [`api/${page.name}.md`, areaPage(page, { pageOf, examples })])
  const index = between(start, 'operations', indexOf(pages))
  return new Map([['api.md', between(index, 'codes', codeList())], ...written])
}

/** The examples by operation, such as `query dataset`: the document, and its variables. */
export function readExamples() {
  const file = (name) => readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8')
  const variables = JSON.parse(file('examples.json'))
  return new Map(
    parse(file('examples.graphql')).definitions.map((operation) => {
      const [field] = operation.selectionSet.selections
      if (field.kind !== Kind.FIELD) throw new Error('An example selects a field.')
      const name = operation.name?.value
      const example = { name, document: print(operation), variables: variables[name] }
      return [`${operation.operation} ${field.name.value}`, example]
    }),
  )
}

function operationsOf(schema) {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ]
  return roots.flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).map((field) => ({ kind, field, title: `${kind} ${field.name}` })),
  )
}

/** The areas with their operations, and with the types that no earlier area has. */
function placed(schema, operations) {
  const known = new Set()
  const named = new Set(Object.values(areas).flatMap((area) => area.operations))
  return Object.entries(areas)
    .map(([name, area]) => {
      const own =
        name === 'more'
          ? operations.filter(({ field }) => !named.has(field.name))
          : area.operations.flatMap((wanted) => operations.filter(({ field }) => field.name === wanted))
      const types = own.flatMap(({ field }) => reached(field, known))
      return { name, title: area.title, operations: own, types: inOrder(types, schema) }
    })
    .filter(({ operations }) => operations.length > 0)
}

/** What is returned first, then what is given, then enums and scalars; each in the order of the schema. */
function inOrder(types, schema) {
  const order = Object.keys(schema.getTypeMap())
  const rank = (type) => (isObjectType(type) || isInterfaceType(type) ? 0 : isInputObjectType(type) ? 1 : 2)
  return types.sort((a, b) => rank(a) - rank(b) || order.indexOf(a.name) - order.indexOf(b.name))
}

/** The types that a field and its arguments lead to, without those that are known already. */
function reached(field, known) {
  const found = []
  const visit = (type) => {
    const named = getNamedType(type)
    if (known.has(named.name) || isSpecifiedScalarType(named)) return
    known.add(named.name)
    found.push(named)
    if (!('getFields' in named)) return
    for (const each of Object.values(named.getFields())) visitField(each)
  }
  const visitField = ({ type, args = [] }) => {
    visit(type)
    for (const argument of args) visit(argument.type)
  }
  visitField(field)
  return found
}

function areaPage({ title, operations, types }, context) {
  return `${[
    `# ${title}`,
    '[The API](../api.md) says how to ask, and where the other pages are. This page is made from the schema and from `schema/examples.graphql`, by `scripts/api-reference.mjs`.',
    operations.map(({ title: heading }) => `- [${heading}](#${anchorOf(heading)})`).join('\n'),
    ...operations.map((operation) => operationText(operation, context)),
    ...(types.length > 0 ? ['## Types'] : []),
    ...types.map((type) => typeText(type, context)),
  ].join('\n\n')}\n`
}

function operationText({ title, field }, { pageOf, examples }) {
  const example = examples.get(title)
  return [
    `## ${title}`,
    described(field),
    `Returns ${typeLink(field.type, pageOf)}.`,
    ...(field.args.length > 0 ? [table('argument', field.args, pageOf)] : []),
    ...(example ? [`\`\`\`graphql\n${example.document}\n\`\`\``] : []),
    ...(example?.variables
      ? [`With these variables:\n\n\`\`\`json\n${JSON.stringify(example.variables, null, 2)}\n\`\`\``]
      : []),
  ].join('\n\n')
}

function typeText(type, { pageOf }) {
  const fields = 'getFields' in type ? Object.values(type.getFields()) : []
  return [
    `### ${type.name}`,
    type.description ?? '',
    ...(fields.length > 0 ? [table('field', fields, pageOf)] : []),
    ...(isEnumType(type)
      ? [
          type
            .getValues()
            .map((value) => `- \`${value.name}\`: ${described(value)}`)
            .join('\n'),
        ]
      : []),
  ].join('\n\n')
}

const table = (heading, fields, pageOf) =>
  [
    `| ${heading} | type | |`,
    '|---|---|---|',
    ...fields.map(
      (field) => `| \`${field.name}\` | ${cell(typeLink(field.type, pageOf))} | ${cell(fieldText(field))} |`,
    ),
  ].join('\n')

/** The description of a field, with its arguments, or of an argument, with its default. */
function fieldText(field) {
  const fallback = field.astNode && 'defaultValue' in field.astNode ? field.astNode.defaultValue : undefined
  return [
    described(field),
    ...(fallback ? [`Default: \`${print(fallback)}\`.`] : []),
    ...(field.args ?? []).map(
      (argument) => `<br>\`${argument.name}: ${argument.type}\` ${fieldText(argument)}`,
    ),
  ].join(' ')
}

const described = ({ description, deprecationReason }) =>
  [...(deprecationReason ? [`**Deprecated.** ${deprecationReason}`] : []), description ?? ''].join(' ')

/** A type as it is written, with a link to where it is told. */
function typeLink(type, pageOf) {
  const target = pageOf.get(getNamedType(type).name)
  return target === undefined ? `\`${type}\`` : `[\`${type}\`](${target})`
}

const cell = (text) => text.replaceAll('\n', ' ').replaceAll('|', '\\|')

const anchorOf = (heading) => heading.toLowerCase().replaceAll(' ', '-')

const indexOf = (pages) =>
  [
    '| page | operations |',
    '|---|---|',
    ...pages.map(({ name, title, operations }) => {
      const links = operations.map((each) => `[${each.field.name}](api/${name}.md#${anchorOf(each.title)})`)
      return `| [${title}](api/${name}.md) | ${links.join(', ')} |`
    }),
  ].join('\n')

const codeList = () =>
  errorCodes()
    .map(({ heading, codes }) => `- **${heading}** ${codes.map((code) => `\`${code}\``).join(', ')}`)
    .join('\n')

/** A page with other text between the two marks of a name. Throws if it does not have them. */
function between(page, name, text) {
  const [start, end] = [`<!-- ${name}: written by scripts/api-reference.mjs -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/api.md needs the marks ${start} and ${end}.`)
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`
}

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The types of the contract by section, each with its file. What a plugin is given follows what it declares. */
const sections = {
  'What a plugin declares': [
    ['Plugin', 'plugins/plugin'],
    ['MethodBase', 'methods/contract', 'Method'],
    ['SumMethod', 'methods/contract'],
    ['ScoredMethod', 'methods/contract'],
    ['Term', 'methods/contract'],
    ['Hyperparameter', 'methods/contract'],
    ['FeatureSpace', 'spaces/contract'],
    ['SpaceHyperparameter', 'spaces/contract'],
    ['FittedSpace', 'spaces/contract'],
    ['Piece', 'tensor/piece'],
    ['Range', 'methods/contract'],
    ['Paper', 'methods/contract'],
    ['PlotColor', 'methods/colors'],
  ],
  'What it is given': [
    ['Batch', 'cache/contract'],
    ['Cache', 'cache/contract'],
    ['Prompts', 'features/prompts'],
    ['Patches', 'features/patches'],
    ['LabelledFeatures', 'spaces/contract'],
    ['SpaceSupport', 'spaces/contract'],
    ['GenericCovariance', 'spaces/contract'],
    ['WhitenedGeneric', 'spaces/contract'],
    ['Matrix', 'tensor/matrix'],
    ['Kernels', 'tensor/kernels'],
  ],
}

/** What the suite checks of a field: the names of its checks, or parts of them. */
const checks = {
  'MethodBase.space': ['compares images in the space that it is given', 'scores by the support set'],
  'MethodBase.needs': [
    'scores by the prompts',
    'the order of the prompts',
    'scores by the patches',
    'projects texts, as it declares',
  ],
  'MethodBase.transductive': ['decides for all queries together', 'gives an image alone an answer'],
  'MethodBase.hyperparameters': ['stays finite with'],
  'SumMethod.terms': ['the contributions of its terms sum to the logits'],
  'ScoredMethod.score': [
    'scores every query for every class',
    'an image alone scores as it does among others',
  ],
  'ScoredMethod.usesTexts': ['needs no texts, as it declares'],
  'Term.weight': ['with all weights at 0 only the terms without a weight count'],
  'ScoredMethod.graph': ['its graph computes what it scores'],
  'Term.graph': ['its graph computes what it scores'],
  'Term.usesTexts': ['needs no texts, as it declares'],
  'Term.logits': [
    'scores every query for every class',
    'the order of the queries',
    'the order of the classes',
    'the order of the support images changes nothing',
    'an image alone scores as it does among others',
    'scores the same twice, bit for bit',
  ],
  'FeatureSpace.usesTexts': ['is fitted by the texts, as it declares'],
  'FeatureSpace.fit': [
    'writes to nothing that it is given',
    'the order of the support images changes no affinity',
    'the numbering of the classes',
    'stays finite with',
  ],
  'FittedSpace.project': [
    'gives every image a unit vector',
    'projects the same twice, bit for bit',
    'projects an image alone as it does among others',
  ],
  'FittedSpace.projectTexts': ['projects texts, if it does'],
  'FittedSpace.graph': ['its graph, if it has one, computes what it projects'],
  'FeatureSpace.hyperparameters': ['stays finite at both ends of its hyperparameters'],
}

/** The page. Throws if a check that it names is not in the suite, or a field not in the contract. */
export async function pluginReference() {
  const named = await checkNames()
  const known = new Set()
  const parts = Object.entries(sections).map(([title, types]) => {
    const written = types.map(([name, file, shownAs = name]) => {
      const { summary, fields } = interfaceOf(name, file)
      const rows = fields.map(({ name: field, isOptional, type, text }) => {
        known.add(`${name}.${field}`)
        const checked = checksOf(`${name}.${field}`, named)
        return `- **\`${field}\`**${isOptional ? ' (optional)' : ''}: \`${type}\`${text === '' ? '' : `<br>${text}`}${checked}`
      })
      return [`### ${shownAs}`, summary, rows.join('\n')].filter((part) => part !== '').join('\n\n')
    })
    return `## ${title}\n\n${written.join('\n\n')}`
  })
  const lost = Object.keys(checks).find((field) => !known.has(field))
  if (lost !== undefined) throw new Error(`the contract has no ${lost}`)
  return `${introduction}\n\n${parts.join('\n\n')}\n\n${suites(named)}\n`
}

const introduction = `# Reference of plugins

<!-- "npm run build" writes this page from the types in src/ and from the checks of the common suite. Edit these instead. -->

Every field of what a method, a space and a plugin declare, and of what they are given. [Write a method](write-a-method.md) is
the introduction.`

const suites = ({ method, space }) =>
  [
    '## What the common suite checks',
    'Of a method, in each space:',
    method.map((name) => `- ${name}`).join('\n'),
    'Of a space:',
    space.map((name) => `- ${name}`).join('\n'),
    'Whenever a plugin runs, Shotboard checks the shape, the type and the numbers of what it gives, its time, and that it writes to nothing that is shared.',
  ].join('\n\n')

function checksOf(field, { method, space }) {
  const wanted = checks[field]
  if (wanted === undefined) return ''
  const names = wanted.map((each) => {
    const full = [...method, ...space].find((name) => name.startsWith(each))
    if (full === undefined) throw new Error(`no check is named "${each}"`)
    return each.endsWith(' with') ? `${each} …` : full
  })
  return `<br>_Checked:_ ${names.map((each) => `“${each}”`).join(', ')}`
}

/** Fields that the registry and Shotboard itself use. */
const internal = new Set(['origin', 'seenBy', 'written', 'watchfulness'])

/** The names of all checks, of methods of every kind. */
async function checkNames() {
  const { methodChecks, spaceChecks } = await import('../../dist/testing/index.js')
  const { builtin } = await import('../../dist/plugins/builtin.js')
  const { methods, spaces } = builtin()
  const [tip] = methods.filter(({ id }) => id === 'tip-adapter')
  const kinds = [
    tip,
    { ...tip, needs: ['prompts', 'projected-texts', 'patches'], transductive: { alone: '' } },
    { ...tip, terms: tip.terms.map((term) => ({ ...term, usesTexts: false })) },
    { ...tip, terms: tip.terms.map((term) => ({ ...term, graph: async () => ({ nodes: [] }) })) },
  ]
  const own = ({ name }) => name.slice(name.indexOf(': ') + 2)
  const [clip] = spaces.filter(({ id }) => id === 'clip')
  const method = kinds.flatMap((kind) => methodChecks(kind, { spaces: [clip] }).map(own))
  const space = spaceChecks({
    ...clip,
    usesTexts: true,
    hyperparameters: { own: { kind: 'shape', default: 1, grid: [1], summary: '' } },
  }).map(own)
  return { method: [...new Set(method)], space: [...new Set(space)] }
}

/** The doc comment and the members of an interface. */
function interfaceOf(name, file) {
  const text = readFileSync(fileURLToPath(new URL(`../../src/${file}.ts`, import.meta.url)), 'utf8')
  const found = new RegExp(
    `((?:/\\*\\*(?:[^*]|\\*(?!/))*\\*/\\n)?)(?:export )?interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}\\n`,
  ).exec(text)
  if (!found) throw new Error(`${file}.ts has no interface ${name}`)
  const [, summary = '', body = ''] = found
  const fields = []
  const member =
    /((?: {2}\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?) {2}(?:readonly )?(\w+)(\??)(<[^(]*>)?([:(])([\s\S]*?)(?=\n {2}(?:\/\*\*|\w)|$)/g
  for (const [, doc = '', field, optional, generics = '', colon, rest = ''] of body.matchAll(member)) {
    const type = colon === ':' ? rest.trim() : `${generics ?? ''}(${rest.trim()}`
    const plain = type
      .replace(/\/\*\*[\s\S]*?\*\//g, '')
      .replace(/\breadonly /g, '')
      .replace(/\s+/g, ' ')
    // A kind that a method is not has no such field.
    if (internal.has(field) || plain === 'never') continue
    fields.push({ name: field, isOptional: optional === '?', type: plain, text: textOf(doc) })
  }
  return { summary: textOf(summary).replace(/ A function declares one and returns it:.*$/s, ''), fields }
}

const textOf = (doc) =>
  doc
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { moduleFile } from '../helpers/plugins.js'
import { root } from '../helpers/programs.js'
import { startTestServer } from '../helpers/server.js'

// A method whose terms tell how many queries and how many prompts it sees.
const plugin = await moduleFile(`
const filled = ({ rows, cache: { classes } }, valueOf) =>
  ({ rows, columns: classes, data: Float32Array.from({ length: rows * classes }, (_, at) => valueOf(at % classes)) })
const term = (name, more) => ({ name, summary: '', weight: null, shapes: [], usesTexts: false, usesKeys: false, ...more })
export default () => ({ name: 'counting', methods: [{
  id: 'counting', name: 'Counting', summary: 'Made for a test.', space: 'clip', spaces: ['clip', 'whitened'],
  needs: ['prompts'],
  transductive: { alone: 'It counts one.' },
  hyperparameters: { neighbours: { kind: 'shape', default: 1, grid: [1, 2], whole: true, summary: '' } },
  terms: [
    term('queries', { usesKeys: true, shapes: ['neighbours'], logits: async (batch) => filled(batch, () => batch.rows) }),
    term('prompts', { usesTexts: true, logits: async (batch) => {
      const { labels, classNames } = await batch.cache.prompts()
      if (classNames.join() !== 'red stripes,green squares,blue disc') throw new Error('the classes are ' + classNames)
      return filled(batch, (c) => labels.filter((label) => label === c).length)
    } }),
  ],
}] })`)

// A method that needs what not every encoder gives.
const patched = await moduleFile(`
export default () => ({ name: 'patched', methods: [{
  id: 'patched', name: 'Patched', summary: 'Made for a test.', space: null, needs: ['patches'], usesTexts: false,
  hyperparameters: {}, score: async () => { throw new Error('it is never called') },
}] })`)

interface Prediction {
  readonly note: string | null
  readonly top: readonly {
    readonly class: { readonly name: string }
    readonly contributions: readonly { readonly term: string; readonly value: number }[]
  }[]
}

const models = await temporaryFolder()
await cp(join(root, 'models/mini-clip'), join(models, 'mini-clip'), { recursive: true })
// Its tokens are pooled by attention.
await cp(join(root, 'test/encoders/fixtures/models/siglip-tiny'), join(models, 'pooled'), { recursive: true })

const server = await startTestServer({
  SHOTBOARD_PLUGINS: `${plugin},${patched}`,
  SHOTBOARD_MODELS_DIR: models,
})
const { library } = server

const prompts = [['stripes'], ['squares', 'a photo of squares'], ['disc', 'a photo of a disc', 'one disc']]

/** A dataset of three classes with one, two and three prompts. */
async function preparedDataset(): Promise<string> {
  const { id } = await makeDataset(library, 'With prompts')
  await library.datasets.setPrompts({
    dataset: id,
    classes: classNames.map((name, c) => ({ name, prompts: prompts[c] ?? [] })),
  })
  return id
}

test('a method tells what it needs, and what it is for one image alone', async () => {
  const fields = 'spaces needs transductive alone hyperparameters { name whole }'
  const { counting, gda } = await server.read<Record<string, object>>(
    `{ counting: method(id: "counting") { ${fields} } gda: method(id: "gda") { ${fields} } }`,
  )
  expect(counting).toEqual({
    spaces: ['clip', 'whitened'],
    needs: ['PROMPTS'],
    transductive: true,
    alone: 'It counts one.',
    hyperparameters: [{ name: 'neighbours', whole: true }],
  })
  expect(gda).toMatchObject({ spaces: null, needs: [], transductive: false, alone: null })
})

test('a comparison gives it all test images together and the prompts, predict those of a request', async () => {
  const dataset = await preparedDataset()
  const { id } = await library.comparisons.compareOnce({
    ...({ dataset, shots: [2], seeds: [1], klScaling: 'FROZEN', augmentations: 1 } as const),
    methods: [{ method: 'counting' }],
    selection: 'LEAVE_ONE_OUT',
  })
  await library.comparisons.ended(id)
  const { comparison } = await server.read<{ comparison: { runs: object[] } }>(
    `{ comparison(id: "${id}") { runs { nodes { status error accuracy code {
      evaluation method { id plugin package code declared } space { id plugin } } } } } }`,
  )
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
  expect(comparison.runs).toEqual([
    {
      status: 'SUCCEEDED',
      error: null,
      accuracy: expect.closeTo(1 / 3, 5), // The last class has the most prompts.
      code: {
        evaluation: hash,
        method: {
          id: 'counting',
          plugin: 'counting',
          package: null,
          code: hash,
          declared: expect.any(String),
        },
        space: { id: 'clip', plugin: 'shotboard' },
      },
    },
  ])

  const answersTo = async (images: readonly object[]) => {
    const { predict } = await server.read<{ predict: { predictions: Prediction[] }[] }>(
      `query ($input: PredictInput!) { predict(input: $input) { predictions {
        note top { class { name } contributions { term value } } } } }`,
      { input: { source: { comparison: id }, images, methods: [{ method: 'counting' }] } },
    )
    return predict.map(({ predictions }) => predictions[0] as Prediction)
  }
  const images = await Promise.all([0, 1, 2].map(async (c) => ({ base64: await base64(picture(c, 77)) })))
  const together = await answersTo(images)
  expect(together.map(({ note }) => note)).toEqual(
    images.map(() => 'Decided together with 2 other images of the request.'),
  )
  expect(
    together[0]?.top.map(({ class: { name }, contributions }) => [
      name,
      contributions.map(({ value }) => value),
    ]),
  ).toEqual([
    ['blue disc', [3, 3]],
    ['green squares', [3, 2]],
    ['red stripes', [3, 1]],
  ])
  const [alone] = await answersTo(images.slice(0, 1))
  expect(alone?.note).toBe('Decided for this image alone. It counts one.')
  expect(alone?.top[0]?.contributions.map(({ value }) => value)).toEqual([1, 3])
})

test('a method that needs patches says so, and is refused with the encoder that gives none', async () => {
  expect(await server.query('{ method(id: "patched") { needs } }')).toEqual({
    method: { needs: ['PATCHES'] },
  })
  const { id } = await makeDataset(library, 'Without patches')
  const methods = [{ method: 'zero-shot' }, { method: 'patched' }]
  const { errors } = await server.ask(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    {
      input: { dataset: id, encoders: ['pooled'], support: { shots: [1] }, methods },
    },
  )
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(
        /^patched needs the features of the patches of images, and the graph of encoder pooled gives none/,
      ),
      extensions: { code: 'PATCHES_REQUIRED', argument: 'input.methods[1].method' },
    },
  ])
})

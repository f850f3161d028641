import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { compare, request } from '../helpers/library-comparisons.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { type Answer, startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const { library } = server
const dataset = await makeDataset(library, 'Patterns')
const methods = [{ method: 'tip-adapter++' }, { method: 'prototype' }, { method: 'zero-shot' }]
const comparison = await compare(
  library,
  request(dataset.id, { shots: [1, 2], seeds: [1, 2], methods, selection: 'LEAVE_ONE_OUT' }),
)
const supportSet = await library.supportSets.create({
  ...{ dataset: dataset.id, shots: 4, seed: 1, augmentations: 1 },
})

const version = `number isCurrent problem encoderId encoder { id } method { id } space { id }
  hyperparameters { name value } temperature coverage threshold classes { nodes { index name prompts } }
  support { shots drawing seed augmentations images } selection { protocol images accuracy }
  measured { shots selection testDataset testImages accuracy { mean low high n } calibrationError { mean } }
  datasetName datasetFingerprint dataset { id } comparison { id }`

interface Version {
  readonly number: number
  readonly isCurrent: boolean
  readonly problem: string | null
  readonly hyperparameters: readonly { name: string; value: number }[]
  readonly support: { readonly drawing: string; readonly images: number }
  readonly measured: { readonly accuracy: { readonly mean: number }; readonly shots: number } | null
}

interface Classifier {
  readonly id: string
  readonly name: string
  readonly version: Version
  readonly versions: readonly Version[]
}

const fields = `id name version { ${version} } versions { number isCurrent }`

const askFor = (mutation: 'createClassifier' | 'updateClassifier', input: object) =>
  server.ask<Record<string, { classifier: Classifier }>>(
    `mutation ($input: ${mutation === 'createClassifier' ? 'Create' : 'Update'}ClassifierInput!) { ${mutation}(input: $input) { classifier { ${fields} } } }`,
    { input },
  )

async function make(input: object, mutation: 'createClassifier' | 'updateClassifier' = 'createClassifier') {
  const { data, errors } = await askFor(mutation, input)
  if (errors) throw new Error(JSON.stringify(errors))
  return data?.[mutation]?.classifier as Classifier
}

const images = await Promise.all(
  [0, 1, 2].map(async (classIndex) => ({ base64: await base64(picture(classIndex, 9300)) })),
)

interface Classification {
  readonly image: { readonly id: string; readonly width: number }
  readonly error: { readonly code: string; readonly message: string } | null
  readonly top: readonly {
    readonly class: { readonly index: number; readonly name: string }
    readonly probability: number
    readonly logit: number
    readonly contributions: readonly { readonly term: string; readonly value: number }[]
  }[]
  readonly set: readonly { readonly name: string }[] | null
  readonly isNoneOfThese: boolean | null
  readonly isInSupportSet: boolean
  readonly neighbours: readonly { readonly imageId: string; readonly image: object | null }[]
}

const classifyDocument = `query ($classifier: ID!, $images: [ImageInput!]!, $version: Int, $topK: Int! = 5) {
  classify(classifier: $classifier, images: $images, version: $version, topK: $topK) {
    image { id width } error { code message }
    top { class { index name } probability logit contributions { term value } }
    set { name } isNoneOfThese isInSupportSet neighbours(first: 2) { imageId image { id } }
  }
}`

const askToClassify = (variables: object): Promise<Answer<{ classify: Classification[] }>> =>
  server.ask(classifyDocument, { images, ...variables })

async function classify(variables: object): Promise<readonly Classification[]> {
  const { data, errors } = await askToClassify(variables)
  if (errors) throw new Error(JSON.stringify(errors))
  return data?.classify ?? []
}

const codeOf = ({ errors = [] }: Answer) =>
  errors.map(({ extensions }) => [extensions.code, extensions.argument])

describe('a classifier made from a comparison', () => {
  test('is fitted anew on every image of the support pool, and tells what was measured of its row', async () => {
    const made = await make({
      name: 'All',
      source: { comparison: comparison.id },
      method: 'TA++',
      space: 'imo',
      shots: 'ALL',
    })
    expect(made).toMatchObject({
      name: 'All',
      versions: [{ number: 1, isCurrent: true }],
      version: {
        ...{ number: 1, isCurrent: true, problem: null, coverage: 0.9, encoder: { id: 'mini-clip' } },
        ...{ encoderId: 'mini-clip', method: { id: 'tip-adapter++' }, space: { id: 'imo' } },
        ...{ datasetName: 'Patterns', dataset: { id: dataset.id }, comparison: { id: comparison.id } },
        datasetFingerprint: await library.fingerprintDataset(dataset.id),
        classes: {
          nodes: classNames.map((name, index) => ({ index, name, prompts: [`a photo of a ${name}.`] })),
        },
        support: { shots: 5, drawing: 'ALL', augmentations: 1, images: 15 },
        selection: { protocol: 'LEAVE_ONE_OUT', images: 15 },
      },
    })
    const rows = await library.comparisons.rows(await library.comparisons.runs(comparison.id))
    const row = rows.find((each) => each.method === 'tip-adapter++' && each.shots === 2)
    expect(made.version.measured).toMatchObject({
      ...{ shots: 2, selection: 'LEAVE_ONE_OUT', testDataset: 'Patterns', testImages: 12 },
      accuracy: {
        ...{ mean: (row?.accuracy.mean ?? NaN) / 100, low: (row?.accuracy.low ?? NaN) / 100 },
        ...{ high: (row?.accuracy.high ?? NaN) / 100, n: 2 },
      },
    })
  })

  test('takes ALL as a word of GraphQL too, and all images where no shots are given', async () => {
    const literal = await server.read<{ createClassifier: { classifier: Classifier } }>(
      `mutation { createClassifier(input: { name: "Literal", source: { comparison: "${comparison.id}" }, method: "prototype", shots: ALL })
        { classifier { version { support { drawing images } } } } }`,
    )
    const byDefault = await make({
      name: 'By default',
      source: { comparison: comparison.id },
      method: 'prototype',
    })
    expect(literal.createClassifier.classifier.version.support).toEqual({ drawing: 'ALL', images: 15 })
    expect(byDefault.version.support).toMatchObject({ drawing: 'ALL', images: 15 })
  })

  test('answers with a number of shots exactly as the comparison does', async () => {
    const made = await make({
      name: 'Two',
      source: { comparison: comparison.id },
      method: 'tip-adapter++',
      shots: 2,
      seed: 2,
    })
    expect(made.version.support).toMatchObject({ shots: 2, drawing: 'EXACT', seed: 2, images: 6 })
    const predicted = await library.predict({
      ...{ comparison: comparison.id, shots: 2, seed: 2, images, topK: 3 },
      methods: [{ method: 'tip-adapter++' }],
    })
    const answers = await classify({ classifier: 'Two' })
    for (const [i, { top, set }] of answers.entries()) {
      const expected = predicted[i]?.predictions[0]
      expect(top.map((each) => each.class.name)).toEqual(expected?.top.map((each) => each.class.name))
      expect(set?.map(({ name }) => name)).toEqual(expected?.set(0.9)?.map(({ name }) => name))
      for (const [c, { logit, probability, contributions }] of top.entries()) {
        expect(logit).toBeCloseTo(expected?.top[c]?.logit ?? NaN, 3)
        expect(probability).toBeCloseTo(expected?.top[c]?.probability ?? NaN, 5)
        expect(contributions.map(({ term }) => term)).toEqual(['zero-shot', 'cache'])
      }
    }
  })

  test('takes the recommended row where no method is given', async () => {
    const rows = await library.comparisons.rows(await library.comparisons.runs(comparison.id))
    const best = await library.recommend(rows)
    const made = await make({ name: 'Best', source: { comparison: comparison.id } })
    expect(made.version).toMatchObject({ method: { id: best?.method } })
  })
})

describe('a classifier made from a support set', () => {
  test.each(library.registry.methods.map(({ id }) => [id]))('answers as predict does: %s', async (method) => {
    const name = `Of ${method}`
    const made = await make({ name, source: { supportSet: supportSet.id }, method, coverage: 0.8 })
    expect(made.version.measured).toBeNull()
    // One by one, as a classifier answers, also with a method that could decide for all of them together.
    const predicted = await Promise.all(
      images.map(async (image) => {
        const input = { supportSet: supportSet.id, images: [image], topK: 5, methods: [{ method }] }
        return (await library.predict(input))[0]
      }),
    )
    const answers = await classify({ classifier: made.id })
    for (const [i, { error, image, top, set, isNoneOfThese, isInSupportSet }] of answers.entries()) {
      const expected = predicted[i]?.predictions[0]
      expect([error, image.width, isInSupportSet]).toEqual([null, 40, false])
      expect(top.map((each) => each.class.index)).toEqual(expected?.top.map((each) => each.class.index))
      for (const [c, { logit }] of top.entries()) expect(logit).toBeCloseTo(expected?.top[c]?.logit ?? NaN, 3)
      const expectedSet = expected?.set(0.8)
      expect(set?.map((each) => each.name)).toEqual(expectedSet?.map((each) => each.name))
      expect(isNoneOfThese).toBe(expectedSet?.length === 0)
    }
  })

  test('takes given hyperparameters', async () => {
    const given = [{ name: 'alpha', value: 3 }]
    const input = {
      name: 'Given',
      source: { supportSet: supportSet.id },
      method: 'tip-adapter',
      hyperparameters: given,
    }
    const { version } = await make({ ...input, selection: 'NONE' })
    expect(version.hyperparameters).toEqual([
      { name: 'alpha', value: 3 },
      { name: 'beta', value: 5.5 },
    ])
  })
})

test('each image is answered by itself: a broken one takes no other along', async () => {
  const truncated = Buffer.from(images[1]?.base64 ?? '', 'base64').subarray(0, -300)
  const given = [
    ...images.slice(0, 1),
    { base64: truncated.toString('base64') },
    { base64: Buffer.from('no image').toString('base64') },
    { id: 'f'.repeat(64) },
    { base64: 'é' },
    ...images.slice(2),
  ]
  const answers = await classify({ classifier: 'All', images: given })
  expect(answers.map(({ error }) => error?.code)).toEqual([
    undefined,
    'INVALID_IMAGE',
    'INVALID_IMAGE',
    'UNKNOWN_IMAGE',
    'INVALID_BASE64',
    undefined,
  ])
  const whole = await classify({ classifier: 'All' })
  const logits = (answer: Classification | undefined) => answer?.top.map(({ logit }) => logit.toFixed(3))
  expect([logits(answers[0]), logits(answers[5])]).toEqual([logits(whole[0]), logits(whole[2])])
  for (const broken of answers.slice(1, 5)) {
    expect(broken).toMatchObject({ top: [], set: null, isNoneOfThese: null, neighbours: [] })
  }
})

test('a support image is known as one', async () => {
  const [own] = await library.store.supportSets.images(supportSet.id)
  const [answer] = await classify({ classifier: 'Of tip-adapter', images: [{ id: own?.imageId }] })
  expect(answer?.isInSupportSet).toBe(true)
  expect(answer?.neighbours[0]).toEqual({ imageId: own?.imageId, image: { id: own?.imageId } })
})

test('new versions keep the old, and a rollback goes back to them', async () => {
  const name = 'Versions'
  await make({ name, source: { supportSet: supportSet.id }, method: 'tip-adapter' })
  const first = await classify({ classifier: name })
  const updated = await make(
    { name, source: { supportSet: supportSet.id }, method: 'prototype' },
    'updateClassifier',
  )
  expect(updated.versions).toEqual([
    { number: 2, isCurrent: true },
    { number: 1, isCurrent: false },
  ])
  const second = await classify({ classifier: name })
  expect(second).not.toEqual(first)
  expect(await classify({ classifier: name, version: 1 })).toEqual(first)

  const rollback = (variables: object) =>
    server.ask<{ rollbackClassifier: { classifier: Classifier } }>(
      `mutation ($classifier: ID!, $version: Int) { rollbackClassifier(input: { classifier: $classifier, version: $version }) { classifier { ${fields} } } }`,
      { classifier: name, ...variables },
    )
  expect((await rollback({})).data?.rollbackClassifier.classifier.version.number).toBe(1)
  expect(await classify({ classifier: name })).toEqual(first)
  expect(codeOf(await rollback({}))).toEqual([['INVALID_VALUE', 'input.version']])
  expect(codeOf(await rollback({ version: 3 }))).toEqual([['UNKNOWN_CLASSIFIER_VERSION', 'input.version']])
  expect((await rollback({ version: 2 })).data?.rollbackClassifier.classifier.version.number).toBe(2)
  expect(await classify({ classifier: name })).toEqual(second)
  const third = await make({ name, source: { supportSet: supportSet.id }, method: 'gda' }, 'updateClassifier')
  expect(third.versions.map(({ number }) => number)).toEqual([3, 2, 1])
})

test('classifiers are listed newest first, in pages, and by their dataset', async () => {
  const list = async (given: string) =>
    (
      await server.read<{
        classifiers: { nodes: { name: string }[]; totalCount: number; pageInfo: { endCursor: string } }
      }>(`{ classifiers(${given}) { totalCount nodes { name } pageInfo { endCursor } } }`)
    ).classifiers
  const all = await list('first: 100')
  expect(all.totalCount).toBe(all.nodes.length)
  expect(all.nodes.map(({ name }) => name).at(-1)).toBe('All')
  const page = await list('first: 2')
  expect(page.nodes).toEqual(all.nodes.slice(0, 2))
  const next = await list(`first: 2, after: "${page.pageInfo.endCursor}"`)
  expect(next.nodes).toEqual(all.nodes.slice(2, 4))
  expect((await list(`dataset: "${dataset.id}"`)).totalCount).toBe(all.totalCount)
  const other = await makeDataset(library, 'Without classifiers', { SUPPORT_POOL: 1 })
  expect((await list(`dataset: "${other.id}"`)).totalCount).toBe(0)
})

test('answers stay the same when the comparison and the dataset are deleted, but neighbours lose their images', async () => {
  const own = await makeDataset(library, 'Short-lived', { SUPPORT_POOL: 3, TEST: 2 })
  const compared = await compare(library, request(own.id, { methods, selection: 'LEAVE_ONE_OUT' }))
  // Images that no other dataset has.
  const unique = await Promise.all(
    [0, 1, 2].map(async (classIndex) => ({
      image: { base64: await base64(picture(classIndex, 9400)) },
      ...{ class: classNames[classIndex] ?? '', split: 'SUPPORT_POOL' as const },
    })),
  )
  await library.datasets.addImages({ dataset: own.id, images: unique })
  const made = await make({ name: 'Survivor', source: { comparison: compared.id }, method: 'tip-adapter++' })
  const near = unique.map(({ image }) => image)
  const before = await classify({ classifier: made.id, images: near })
  expect(before[0]?.neighbours[0]?.image).not.toBeNull()
  await library.deletions.comparison(compared.id)
  await library.deletions.dataset(own.id)
  const after = await classify({ classifier: made.id, images: near })
  expect(after.map(({ neighbours: _, ...rest }) => rest)).toEqual(
    before.map(({ neighbours: _, ...rest }) => rest),
  )
  expect(after[0]?.neighbours[0]?.image).toBeNull()
  const { classifier } = await server.read<{ classifier: Classifier }>(
    `{ classifier(classifier: "Survivor") { version { dataset { id } comparison { id } datasetName problem } } }`,
  )
  expect(classifier.version).toEqual({
    ...{ dataset: null, comparison: null, datasetName: 'Short-lived', problem: null },
  })
})

test('deleting a classifier deletes its files', async () => {
  const folder = join(server.settings.dataDirectory, 'classifiers')
  const before = await readdir(folder)
  const { id } = await make({ name: 'Gone', source: { supportSet: supportSet.id }, method: 'gda' })
  await make({ name: 'Gone', source: { supportSet: supportSet.id }, method: 'tip-x' }, 'updateClassifier')
  expect((await readdir(folder)).length).toBe(before.length + 2)
  const { deleteClassifier } = await server.read<{ deleteClassifier: { id: string } }>(
    'mutation { deleteClassifier(input: { classifier: "Gone" }) { id } }',
  )
  expect(deleteClassifier.id).toBe(id)
  expect((await readdir(folder)).sort()).toEqual(before.sort())
  expect(codeOf(await askToClassify({ classifier: 'Gone' }))).toEqual([['UNKNOWN_CLASSIFIER', 'classifier']])
})

test('a file that is gone is told by the name of the classifier', async () => {
  const folder = join(server.settings.dataDirectory, 'classifiers')
  const before = new Set(await readdir(folder))
  await make({ name: 'Lost', source: { supportSet: supportSet.id }, method: 'gda' })
  const [file = ''] = (await readdir(folder)).filter((each) => !before.has(each))
  await rm(join(folder, file))
  const { errors } = await askToClassify({ classifier: 'Lost' })
  expect(errors).toMatchObject([
    { message: expect.stringContaining('"Lost" (version 1)'), extensions: { code: 'CLASSIFIER_UNREADABLE' } },
  ])
})

describe('what cannot be made is refused, and nothing is stored:', () => {
  const one = { source: { supportSet: supportSet.id }, method: 'gda' }
  const of = { source: { comparison: comparison.id }, method: 'gda' }
  test.each<[string, object, string, string | undefined]>([
    ['an empty name', { ...one, name: ' ' }, 'INVALID_VALUE', 'input.name'],
    ['a name with a slash', { ...one, name: 'a/b' }, 'INVALID_VALUE', 'input.name'],
    ['a name that is taken', { ...one, name: 'All' }, 'CLASSIFIER_EXISTS', 'input.name'],
    ['neither comparison nor support set', { source: {}, method: 'gda' }, 'BAD_USER_INPUT', undefined],
    ['both', { source: { ...of.source, ...one.source }, method: 'gda' }, 'BAD_USER_INPUT', undefined],
    ['no method', { source: { supportSet: supportSet.id } }, 'INVALID_VALUE', 'input.method'],
    ['an unknown method for a support set', { ...one, method: 'no' }, 'UNKNOWN_METHOD', 'input.method'],
    ['an unknown space for a support set', { ...one, space: 'no' }, 'UNKNOWN_SPACE', 'input.space'],
    [
      'an unknown hyperparameter',
      { ...one, hyperparameters: [{ name: 'no', value: 1 }] },
      'UNKNOWN_HYPERPARAMETER',
      'input.hyperparameters[0]',
    ],
    ['shots of a support set', { ...one, shots: 2 }, 'INVALID_VALUE', 'input.shots'],
    [
      'an unknown support set',
      { ...one, source: { supportSet: 'no' } },
      'UNKNOWN_SUPPORT_SET',
      'input.source.supportSet',
    ],
    [
      'an unknown comparison',
      { ...of, source: { comparison: 'no' } },
      'UNKNOWN_COMPARISON',
      'input.source.comparison',
    ],
    ['an unknown method', { ...of, method: 'no' }, 'UNKNOWN_METHOD', 'input.method'],
    ['a row that is not there', of, 'UNKNOWN_ROW', 'input.method'],
    [
      'a space that is not there',
      { ...of, method: 'prototype', space: 'imo' },
      'UNKNOWN_ROW',
      'input.method',
    ],
    ['shots that are not there', { ...of, method: 'prototype', shots: 7 }, 'INVALID_VALUE', 'input.shots'],
    ['a seed of all images', { ...of, method: 'prototype', seed: 1 }, 'INVALID_VALUE', 'input.seed'],
    ['another encoder', { ...of, method: 'prototype', encoder: 'no' }, 'UNKNOWN_ENCODER', 'input.encoder'],
    ['a coverage of 1', { ...one, coverage: 1 }, 'INVALID_VALUE', 'input.coverage'],
    ['a selection of its own', { ...of, selection: 'NONE' }, 'INVALID_VALUE', 'input.selection'],
  ])('%s', async (_, input, code, argument) => {
    const before = await server.counts()
    const answer = await askFor('createClassifier', { name: 'New', ...input })
    expect(codeOf(answer)).toEqual([[code, argument]])
    expect(await server.counts()).toEqual(before)
  })

  test('a new version of a classifier that is not there', async () => {
    const answer = await askFor('updateClassifier', { ...one, name: 'Nobody' })
    expect(codeOf(answer)).toEqual([['UNKNOWN_CLASSIFIER', 'input.name']])
    // The newest are named.
    expect(answer.errors?.[0]?.message).toContain('Lost')
  })

  test('a comparison that has not finished', async () => {
    const { id } = await library.comparisons.compare(request(dataset.id, { seeds: [77] }))
    const answer = await askFor('createClassifier', {
      name: 'Early',
      source: { comparison: id },
      method: 'TA++',
    })
    expect(codeOf(answer)).toEqual([['COMPARISON_NOT_FINISHED', 'input.source.comparison']])
    await library.comparisons.ended(id)
  })
})

describe('classify refuses', () => {
  test.each<[string, object, string, string]>([
    ['an unknown classifier', { classifier: 'Nobody' }, 'UNKNOWN_CLASSIFIER', 'classifier'],
    ['an unknown version', { version: 9 }, 'UNKNOWN_CLASSIFIER_VERSION', 'version'],
    ['no image', { images: [] }, 'EMPTY_LIST', 'images'],
    ['no class to tell', { topK: 0 }, 'INVALID_VALUE', 'topK'],
  ])('%s', async (_, variables, code, argument) => {
    expect(codeOf(await askToClassify({ classifier: 'All', ...variables }))).toEqual([[code, argument]])
  })
})

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseFeatureFile, readFeatureFile } from '../../src/features/feature-file.js'
import { patchesOf } from '../../src/features/patches.js'
import { evaluateFeatures, type FeatureEvaluationOptions } from '../../src/library/evaluate-features.js'
import type { Method, SumMethod } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix, unitRows } from '../../src/tensor/matrix.js'
import type { NamedTensor } from '../../src/tensor/safetensors.js'
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const registry = createRegistry([builtin()])
const classes = 3
const dimensions = 8

/** Class c leans towards axis c. */
function features(name: string, labels: readonly number[]): NamedTensor {
  const random = seeded('feature file', name)
  const rows = matrix(labels.length, dimensions)
  labels.forEach((label, i) => {
    for (let k = 0; k < dimensions; k++) rows.data[i * dimensions + k] = 0.5 * (random.next() - 0.5)
    rows.data[i * dimensions + label] = 1
  })
  return { type: 'float32', shape: [labels.length, dimensions], data: unitRows(rows).data }
}

const integers = (values: readonly number[]): NamedTensor => ({
  type: 'int32',
  shape: [values.length],
  data: Int32Array.from(values),
})

function tensors(): Map<string, NamedTensor> {
  const all = new Map<string, NamedTensor>()
  const put = (name: string, labels: readonly number[]) => {
    all.set(`${name}_features`, features(name, labels))
    all.set(`${name}_labels`, integers(labels))
  }
  all.set('text_features', features('texts', [0, 1, 2]))
  put('val', [0, 1, 2, 0, 1, 2])
  put('test', [2, 1, 0, 0])
  put('support_1', [0, 1, 2])
  put('support_2', [0, 0, 1, 1, 2, 2])
  return all
}

const parse = (all = tensors(), metadata = {}) => parseFeatureFile({ tensors: all, metadata })

async function evaluate(changes: Partial<FeatureEvaluationOptions>) {
  const results = []
  for await (const result of evaluateFeatures({
    features: parse(),
    registry,
    kernels,
    methods: ['tip-adapter'],
    selection: 'VALIDATION',
    klScaling: 'FROZEN',
    ...changes,
  })) {
    results.push(result)
  }
  return results
}

test('without a choice, the best methods for what the file has are measured, by leave-one-out where nothing else can select', async () => {
  const measured = async (
    left: readonly string[],
    options: Pick<FeatureEvaluationOptions, 'generic'> = {},
  ) => {
    const all = tensors()
    for (const name of left) all.delete(name)
    const results = []
    for await (const result of evaluateFeatures({
      ...{ features: parse(all), registry, kernels, klScaling: 'FROZEN', shots: [2] },
      ...options,
    })) {
      results.push(result)
    }
    return results
  }
  const inOwnSpace = await measured([])
  expect(inOwnSpace.map(({ method, space }) => [method, space])).toEqual([
    ['zero-shot', null],
    ['tip-adapter', 'clip'],
    ['gda', 'clip'],
    ['prototype', 'shrunk'],
    ['text-prototype', 'shrunk'],
    ['shared-prototype', 'shrunk'],
  ])
  expect(inOwnSpace[1]?.selectionImages).toBe(parse().validation?.labels.length)
  const alone = await measured(['text_features', 'val_features', 'val_labels'])
  expect(alone.map(({ method }) => method)).toEqual(['tip-adapter', 'gda', 'prototype', 'shared-prototype'])
  expect(alone[0]?.selectionImages).toBe(6)
  const labels = [0, 0, 1, 1, 2, 2]
  const generic = [
    {
      name: 'others',
      features: matrix(6, dimensions, features('others', labels).data as Float32Array),
      labels: Int32Array.from(labels),
    },
  ]
  const informed = await measured([], { generic })
  expect(informed.map(({ space }) => space)).toEqual([null, 'clip', 'clip', 'plda', 'plda', 'plda'])
})

test('a file of features says what it holds', () => {
  const file = parse()
  expect(file).toMatchObject({ classes, logitScale: 100, spaces: ['clip'], shots: [1, 2] })
  expect(file.support(2).labels).toEqual(Int32Array.of(0, 0, 1, 1, 2, 2))
  expect(parse(tensors(), { logitScale: '12.5' }).logitScale).toBe(12.5)
})

test('twins of the feature tensors give the adapted space', () => {
  const all = tensors()
  for (const [name, tensor] of tensors())
    if (/^(val|test|support_\d+)_features$/.test(name)) all.set(`imo_${name}`, tensor)
  expect(parse(all).spaces).toEqual(['clip', 'imo'])
  expect(Object.keys(parse(all).test.features)).toEqual(['clip', 'imo'])
})

const float = (shape: number[], fill = 0.1): NamedTensor => ({
  type: 'float32',
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(fill),
})

test.each<[string, string, NamedTensor | undefined, RegExp]>([
  ['a missing tensor', 'test_labels', undefined, /does not have it/],
  ['features of another shape', 'test_features', float([4, 2, 4]), /shape is \[4,2,4\]/],
  ['features without rows', 'test_features', float([0, dimensions]), /none of them 0/],
  ['features of other dimensions', 'support_1_features', float([3, 5]), /5 dimensions, not 8/],
  ['texts of other dimensions', 'text_features', float([3, 5]), /5 dimensions, not 8/],
  ['features that are whole numbers', 'val_features', integers([1, 2]), /floating-point/],
  ['a feature that is no number', 'val_features', float([6, dimensions], Number.NaN), /row 0 has NaN/],
  ['labels that are no whole numbers', 'val_labels', float([6]), /whole numbers/],
  ['fewer labels than features', 'val_labels', integers([0, 1]), /2 rows, but val_features has 6/],
  ['a label out of range', 'test_labels', integers([0, 1, 2, 3]), /label 3 at index 3 is not from 0 to 2/],
  ['a negative label', 'support_1_labels', integers([0, -1, 2]), /label -1 at index 1/],
])('%s is an error that names the tensor', (_what, name, tensor, reason) => {
  const all = tensors()
  if (tensor) all.set(name, tensor)
  else all.delete(name)
  const read = () => {
    const file = parse(all)
    for (const shots of file.shots) file.support(shots)
  }
  expect(read).toThrow(expect.objectContaining({ code: 'INVALID_TENSOR' }))
  expect(read).toThrow(new RegExp(`Tensor ${name}: .*${reason.source}`))
})

test('an adapted twin with other rows is an error that names it', () => {
  const all = tensors()
  for (const [name, tensor] of tensors())
    if (/^(val|test|support_\d+)_features$/.test(name)) all.set(`imo_${name}`, tensor)
  all.set('imo_val_features', float([2, dimensions]))
  expect(() => parse(all)).toThrow(/imo_val_features: it has 2 rows, but val_features has 6/)
})

test('a logit scale that is no positive number is an error', () => {
  expect(() => parse(tensors(), { logitScale: '-1' })).toThrow(/logit scale "-1"/)
})

test('every method is evaluated in every space at every number of shots, zero-shot once', async () => {
  const results = await evaluate({ methods: ['zero-shot', 'TX'], spaces: ['clip', 'centred'] })
  expect(results.map(({ method, space, shots }) => [method, space, shots])).toEqual([
    ['zero-shot', null, 1],
    ['tip-x', 'clip', 1],
    ['tip-x', 'centred', 1],
    ['zero-shot', null, 2],
    ['tip-x', 'clip', 2],
    ['tip-x', 'centred', 2],
  ])
  for (const result of results) {
    expect(result.accuracy).toBe(100)
    expect(result.top5Accuracy).toBe(100)
    expect(result.selectionAccuracy).toBe(100)
  }
})

test('given hyperparameters are taken and the others selected', async () => {
  const [result] = await evaluate({ shots: [2], fixed: { alpha: 1.5 } })
  expect(result?.hyperparameters).toMatchObject({ alpha: 1.5 })
})

test('a narrowed grid is what is searched', async () => {
  const results = await evaluate({
    methods: ['zero-shot', 'tip-adapter'],
    shots: [2],
    grids: { alpha: [3], beta: [2, 4] },
  })
  expect(results.map(({ hyperparameters }) => hyperparameters)).toEqual([{}, { alpha: 3, beta: 2 }])
})

test('without texts the cache alone can be evaluated, and all else is refused', async () => {
  const all = tensors()
  all.delete('text_features')
  const withoutTexts = parse(all)
  await expect(evaluate({ features: withoutTexts })).rejects.toMatchObject({ code: 'TEXT_FEATURES_REQUIRED' })
  await expect(
    evaluate({ features: withoutTexts, methods: ['zero-shot'], cacheOnly: true }),
  ).rejects.toMatchObject({
    code: 'TEXT_FEATURES_REQUIRED',
  })
  const [result] = await evaluate({ features: withoutTexts, shots: [2], methods: ['tip-x'], cacheOnly: true })
  expect(result?.accuracy).toBe(100)
  expect(Object.keys(result?.hyperparameters ?? {})).toEqual(['alpha', 'beta'])
})

test.each<[string, Partial<FeatureEvaluationOptions>, string]>([
  ['an unknown method', { methods: ['nothing'] }, 'UNKNOWN_METHOD'],
  ['an unknown space', { spaces: ['nowhere'] }, 'UNKNOWN_SPACE'],
  ['a space that the file has no features for', { spaces: ['imo'] }, 'SPACE_NOT_AVAILABLE'],
  ['shots that the file has not', { shots: [3] }, 'INVALID_TENSOR'],
  ['an unknown hyperparameter', { fixed: { delta: 1 } }, 'UNKNOWN_HYPERPARAMETER'],
  ['an unknown hyperparameter in a grid', { grids: { delta: [1] } }, 'UNKNOWN_HYPERPARAMETER'],
  ['a grid without values', { grids: { alpha: [] } }, 'EMPTY_LIST'],
  ['a grid out of range', { grids: { alpha: [0, 21] } }, 'HYPERPARAMETER_OUT_OF_RANGE'],
  ['a hyperparameter out of range', { fixed: { alpha: 21 } }, 'HYPERPARAMETER_OUT_OF_RANGE'],
])('%s is refused before anything is computed', async (_what, changes, code) => {
  await expect(evaluate(changes)).rejects.toMatchObject({ code })
})

test('selection on validation needs a validation split', async () => {
  const all = tensors()
  all.delete('val_features')
  all.delete('val_labels')
  await expect(evaluate({ features: parse(all) })).rejects.toMatchObject({ code: 'NO_VALIDATION_SPLIT' })
})

test('a label beyond 32 bits is refused, and so is one that most classes would have no image for', async () => {
  const file = fileURLToPath(new URL('./label-over-32-bits.safetensors', import.meta.url))
  await expect(readFeatureFile(file)).rejects.toMatchObject({
    code: 'INVALID_TENSOR',
    message: expect.stringContaining('4294967297'),
  })
  const all = tensors()
  all.delete('text_features')
  all.set('support_1_labels', integers([0, 1, 2_147_483_647]))
  expect(() => parse(all)).toThrow(
    expect.objectContaining({ code: 'INVALID_TENSOR', message: expect.stringContaining('2147483647') }),
  )
})

const withPrompts = (labels: readonly number[], more: readonly (readonly [string, NamedTensor])[] = []) =>
  new Map([
    ...tensors(),
    ['prompt_features', features('prompts', labels)],
    ['prompt_labels', integers(labels)],
    ...more,
  ] as const)

test('prompts come with their classes, sorted, and with the names of the classes', async () => {
  const classes = JSON.stringify([{ name: 'cat', prompts: ['a cat'] }, 'dog', { name: 'owl' }])
  const file = parse(withPrompts([2, 0, 1, 0]), { classes })
  const given = features('prompts', [2, 0, 1, 0]).data
  expect(file.prompts).toEqual({
    features: matrix(
      4,
      dimensions,
      Float32Array.from(
        [1, 3, 2, 0].flatMap((row) => [...given.subarray(row * dimensions, (row + 1) * dimensions)]),
      ),
    ),
    labels: Int32Array.of(0, 0, 1, 2),
    classNames: ['cat', 'dog', 'owl'],
  })
  expect(await file.support(1).prompts?.()).toEqual(file.prompts)
  expect(parse(withPrompts([2, 0, 1, 0])).prompts?.classNames).toEqual(['0', '1', '2'])
  expect(parse().prompts).toBeNull()
})

test('without text features, a class has the mean of its prompts', () => {
  const all = withPrompts([0, 1, 1, 2])
  all.delete('text_features')
  const { textClassifier, classes } = parse(all)
  expect(classes).toBe(3)
  const rows = matrix(4, dimensions, features('prompts', [0, 1, 1, 2]).data as Float32Array)
  const mean = Array.from(
    { length: dimensions },
    (_, k) => ((rows.data[dimensions + k] as number) + (rows.data[2 * dimensions + k] as number)) / 2,
  )
  const length = Math.hypot(...mean)
  for (const [k, value] of mean.entries()) {
    expect(textClassifier?.data[dimensions + k]).toBeCloseTo(value / length, 6)
  }
})

test.each<[string, Map<string, NamedTensor>, Record<string, string>, RegExp]>([
  ['a class without a prompt', withPrompts([0, 2, 2]), {}, /prompt_labels.*class 1 has no prompt/],
  [
    'a prompt of no class',
    withPrompts([0, 1, 3]),
    {},
    /prompt_labels.*label 3 at index 2 is not from 0 to 2/,
  ],
  [
    'prompts without classes',
    withPrompts([0, 1, 2], [['prompt_labels', integers([0, 1])]]),
    {},
    /has 2 rows, but prompt_features has 3/,
  ],
  ['too few names', withPrompts([0, 1, 2]), { classes: '["cat"]' }, /name 1 classes, and the prompts have 3/],
  ['names that are no list', withPrompts([0, 1, 2]), { classes: '{"0": "cat"}' }, /not a JSON list of names/],
  ['names that are no JSON', withPrompts([0, 1, 2]), { classes: 'cat' }, /not a JSON list of names/],
])('%s is refused', (_, all, metadata, reason) => {
  expect(() => parse(all, metadata)).toThrow(
    expect.objectContaining({ code: 'INVALID_TENSOR', message: expect.stringMatching(reason) }),
  )
})

test('a method that needs prompts is refused by name for a file without them', async () => {
  const needing: Method = {
    ...(registry.method('zero-shot') as SumMethod),
    id: 'needing',
    name: 'Needing',
    aliases: [],
    needs: ['prompts'],
  }
  const own = createRegistry([builtin(), { name: 'own', methods: [needing] }])
  await expect(evaluate({ registry: own, methods: ['needing'] })).rejects.toMatchObject({
    code: 'PROMPTS_REQUIRED',
  })
  const results = await evaluate({
    registry: own,
    methods: ['needing'],
    features: parse(withPrompts([0, 1, 2])),
  })
  expect(results).toHaveLength(2)
})

/** Features of three patches for each image of the file. */
const withPatchesOf = (splits: readonly string[], perImage = 3) => {
  const all = tensors()
  for (const split of splits) {
    const rows = all.get(`${split}_features`)?.shape[0] ?? 0
    const count = split === 'test' ? 3 : perImage
    const { data } = features(
      split,
      Array.from({ length: rows * count }, (_, i) => i % 3),
    )
    all.set(`${split}_patches`, {
      type: 'float32',
      shape: [rows, count, dimensions],
      data: data as Float32Array,
    })
  }
  return all
}
const splits = ['test', 'val', 'support_1', 'support_2']

const needingPatches: Method = {
  ...(registry.method('zero-shot') as SumMethod),
  ...{ id: 'patched', name: 'Patched', aliases: [], needs: ['patches'] },
}
const withPatched = createRegistry([builtin(), { name: 'own', methods: [needingPatches] }])

test('a method that needs patches gets those of its queries, and is refused by name for a file without them', async () => {
  const file = parse(withPatchesOf(splits))
  expect(patchesOf(file.test.features, 1, 3)).toEqual({
    perImage: 3,
    features: matrix(
      6,
      dimensions,
      Float32Array.from(withPatchesOf(splits).get('test_patches')?.data ?? []).subarray(
        3 * dimensions,
        9 * dimensions,
      ),
    ),
  })
  const asked = { registry: withPatched, methods: ['patched'] }
  await expect(evaluate(asked)).rejects.toMatchObject({ code: 'PATCHES_REQUIRED' })
  expect(await evaluate({ ...asked, features: file })).toHaveLength(2)
})

test.each<[string, Map<string, NamedTensor>, RegExp]>([
  ['patches of the test images alone', withPatchesOf(['test']), /val_patches: the file does not have it/],
  [
    'another number of patches',
    withPatchesOf(splits, 2),
    /val_patches: it has 2 patches of each image, but test_patches has 3/,
  ],
  [
    'patches without their axis',
    new Map([...withPatchesOf(splits), ['test_patches', features('test', [0, 1, 2])]]),
    /not \[images, patches, dimensions\]/,
  ],
])('%s are refused', (_, all, reason) => {
  const read = () => {
    const file = parse(all)
    for (const shots of file.shots) file.support(shots)
  }
  expect(read).toThrow(
    expect.objectContaining({ code: 'INVALID_TENSOR', message: expect.stringMatching(reason) }),
  )
})

test('a generic source with images of the file cannot serve, and where it is the only one the error says so', async () => {
  const file = parse()
  const { features: all, labels } = file.support(2)
  const generic = [{ name: 'own.safetensors', features: all.clip ?? matrix(0, 0), labels }]
  await expect(evaluate({ methods: ['prototype'], spaces: ['generic'], generic })).rejects.toMatchObject({
    code: 'GENERIC_REQUIRED',
    argument: 'generic',
    message: expect.stringContaining(
      'own.safetensors cannot serve: it has some of the very images that are measured. Import another dataset',
    ),
  })
})

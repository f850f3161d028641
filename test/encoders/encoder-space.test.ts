import { expect, test } from 'vitest'
import type { AddedAdapters } from '../../src/encoders/adapters/added-adapters.js'
import { adapterHashes, spaceFingerprint, spacesOf } from '../../src/encoders/encoder-space.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { miniClip } from './files.js'

const model = await readModelFolder(miniClip)
const withoutAdapter = { ...model, manifest: { ...model.manifest, adapter: null } }
const own = model.files['vision.onnx']

const adapter = (name: string, digit: string) => ({
  ...{ name, file: `${name}.safetensors`, bytes: 1, sha256: digit.repeat(64) },
  ...{ bottleneck: 64, scale: 0.03, blocks: 4, provenance: '' },
})
const adapters = [adapter('a', '1'), adapter('b', '2')]
const none: AddedAdapters = { adapters: [], used: null }
const unused: AddedAdapters = { adapters, used: null }
const used: AddedAdapters = { adapters, used: 'b' }

test('a model has clip, imo if it or its added adapters have one, and a space for each added adapter', () => {
  expect(spacesOf(model, none)).toEqual(['clip', 'imo'])
  expect(spacesOf(model, used)).toEqual(['clip', 'imo', 'imo:a', 'imo:b'])
  expect(spacesOf(withoutAdapter, none)).toEqual(['clip'])
  expect(spacesOf(withoutAdapter, unused)).toEqual(['clip', 'imo:a', 'imo:b'])
  expect(spacesOf(withoutAdapter, used)).toEqual(['clip', 'imo', 'imo:a', 'imo:b'])
})

test('imo has the hash of the added adapter in use, or that of the model', () => {
  const added = { 'imo:a': '1'.repeat(64), 'imo:b': '2'.repeat(64) }
  expect(own).toMatch(/^[0-9a-f]{64}$/)
  expect(adapterHashes(model, none)).toEqual({ imo: own })
  expect(adapterHashes(model, unused)).toEqual({ imo: own, ...added })
  expect(adapterHashes(model, used)).toEqual({ imo: '2'.repeat(64), ...added })
  expect(adapterHashes(withoutAdapter, unused)).toEqual(added)
})

test('the fingerprint of a space has the hash of its added adapter, and else is that of the model', () => {
  const fingerprints = (added: AddedAdapters) =>
    ['clip', 'imo', 'imo:a'].map((space) => spaceFingerprint(model, added, space))
  const [a, b] = [`${model.fingerprint}-${'1'.repeat(16)}`, `${model.fingerprint}-${'2'.repeat(16)}`]
  expect(fingerprints(unused)).toEqual([model.fingerprint, model.fingerprint, a])
  expect(fingerprints(used)).toEqual([model.fingerprint, b, a])
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OnEnd } from './at-end.js'
import { temporaryFolder } from './folder.js'

/** A module with that source, in a folder of its own. */
export async function moduleFile(source: string, name = 'plugin.mjs', onEnd?: OnEnd): Promise<string> {
  const file = join(await temporaryFolder(onEnd), name)
  await writeFile(file, source)
  return file
}

/**
 * A plugin as an outsider writes it: a method that throws, one that takes its time, one that is a sum of terms, and a
 * space.
 */
export const outsiders = (onEnd?: OnEnd): Promise<string> => moduleFile(outsidersSource, 'plugin.mjs', onEnd)

const outsidersSource = `
const zeros = ({ rows, cache: { classes } }) => ({ rows, columns: classes, data: new Float32Array(rows * classes) })
const scored = (id, score) => ({
  id, name: id, summary: 'Made for a test.', space: null, hyperparameters: {}, usesTexts: false, score,
})

const throwing = scored('throwing', async () => {
  throw new Error('this method always throws')
})

const slow = scored('slow', async (batch) => {
  await new Promise((resolve) => setTimeout(resolve, 80))
  return zeros(batch)
})

const bias = {
  id: 'bias',
  name: 'Biased',
  aliases: ['Favourite'],
  summary: 'Adds as much to the first class.',
  space: null,
  hyperparameters: {
    offset: { kind: 'weight', default: 0.5, grid: [0, 0.5, 100], summary: 'How much.' },
  },
  terms: [{
    name: 'first-class',
    summary: 'One for the first class.',
    weight: 'offset',
    shapes: [],
    usesTexts: false,
    usesKeys: false,
    async logits(batch) {
      const logits = zeros(batch)
      for (let i = 0; i < batch.rows; i++) logits.data[i * logits.columns] = 1
      return logits
    },
  }],
}

const mirrored = {
  id: 'mirrored',
  name: 'Mirrored',
  summary: 'All features negated, which changes no cosine.',
  base: 'clip',
  trained: false,
  async fit() {
    return { project: async ({ rows, columns, data }) => ({ rows, columns, data: data.map((value) => -value) }) }
  },
}

export default () => ({ name: 'outsiders', methods: [throwing, slow, bias], spaces: [mirrored] })
`

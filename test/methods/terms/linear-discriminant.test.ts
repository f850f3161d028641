import { expect, test } from 'vitest'
import { fitMethod, scoreQueries } from '../../../src/evaluation/fit.js'
import { lda } from '../../../src/methods/lda.js'
import { clip } from '../../../src/spaces/clip.js'
import { seeded } from '../../../src/system/random.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { matrix, unitRows } from '../../../src/tensor/matrix.js'
import { sharedRuntime } from '../../helpers/shared.js'

test('two images of two classes in many dimensions, which scatter in one direction alone, can be told apart', async () => {
  const random = seeded('one direction')
  const d = 512
  for (let i = 0; i < 10; i++) {
    const keys = unitRows(
      matrix(
        2,
        d,
        Float32Array.from({ length: 2 * d }, () => random.next() + 0.5),
      ),
    )
    const fitted = await fitMethod({
      method: lda(),
      space: clip(),
      support: {
        features: { clip: keys },
        ...{ labels: Int32Array.of(0, 1), classes: 2, textClassifier: keys, logitScale: 100 },
      },
      selection: 'NONE',
      calibrated: false,
      kernels: createKernels(sharedRuntime()),
    })
    for await (const { scores } of scoreQueries(fitted, { clip: keys })) {
      const [a = 0, b = 0, c = 0, e = 0] = scores.logits.data
      expect([a > b, e > c]).toEqual([true, true])
    }
  }
})

import type { LabelledImageInput } from '../../src/datasets/datasets.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import type { DatasetRow } from '../../src/store/datasets.js'
import { base64, classNames, picture } from './pictures.js'

type Split = LabelledImageInput['split']

/** Images of each class in each split. */
export type Sizes = Readonly<Partial<Record<Split, number>>>

const usual: Sizes = { SUPPORT_POOL: 5, VALIDATION: 3, TEST: 4 }

/** Pictures of every class, labelled; none stands in two splits. */
export async function labelledPictures(sizes: Sizes): Promise<LabelledImageInput[]> {
  const images: Promise<LabelledImageInput>[] = []
  const splits: readonly Split[] = ['SUPPORT_POOL', 'VALIDATION', 'TEST']
  for (const [s, split] of splits.entries()) {
    for (const [classIndex, name] of classNames.entries()) {
      for (let i = 0; i < (sizes[split] ?? 0); i++) {
        const image = base64(picture(classIndex, 1000 * s + i))
        images.push(image.then((data) => ({ image: { base64: data }, class: name, split })))
      }
    }
  }
  return Promise.all(images)
}

/** A dataset of three classes, made without the API. */
export async function makeDataset(library: OpenedLibrary, name: string, sizes = usual): Promise<DatasetRow> {
  const dataset = await library.datasets.create({ name, classes: classNames.map((each) => ({ name: each })) })
  const images = await labelledPictures(sizes)
  if (images.length > 0) await library.datasets.addImages({ dataset: dataset.id, images })
  return dataset
}

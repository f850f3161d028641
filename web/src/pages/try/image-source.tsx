import { useMemo } from 'react'
import { useQuery } from 'urql'
import { TestSamplesDocument, type TestSamplesQuery } from '../../api/generated'
import { DropZone } from '../../components/drop-zone'
import { Thumbnail } from '../../components/thumbnail'
import { usePastedImages } from '../../components/use-pasted-images'
import styles from './try.module.css'

/** Selects the image: dropped, pasted, chosen, or a test image of the dataset. */
export function ImageSource({
  dataset,
  classes,
  chosen,
  file,
  onImage,
  onFile,
}: {
  readonly dataset: string
  /** The number of classes of the dataset. */
  readonly classes: number
  readonly chosen: string | undefined
  readonly file: File | undefined
  readonly onImage: (id: string) => void
  readonly onFile: (file: File) => void
}) {
  const perClass = Math.max(1, Math.ceil(maxSamples / Math.max(1, classes)))
  const [{ data }] = useQuery({ query: TestSamplesDocument, variables: { id: dataset, perClass } })
  const samples = useMemo(() => inTurns(data?.dataset?.samples.nodes ?? []), [data])
  usePastedImages(([first]) => {
    if (first) onFile(first)
  })
  return (
    <div className={styles.source}>
      <DropZone
        accept="image/*"
        onFiles={([first]) => {
          if (first) onFile(first)
        }}
      >
        <strong>Drop, paste or choose an image</strong>
        {file ? <span>{file.name}</span> : <span className="muted">The image is not stored.</span>}
      </DropZone>
      {samples.length > 0 && (
        <fieldset>
          <legend className={styles.legend}>Or a test image</legend>
          <div className={styles.samples}>
            {samples.map(({ image, label }) => (
              <button
                key={image.id}
                type="button"
                className={styles.sample}
                aria-pressed={image.id === chosen}
                onClick={() => onImage(image.id)}
              >
                <Thumbnail image={image} alt={`${label}, image ${image.id.slice(0, 6)}`} size={48} />
              </button>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  )
}

/** The number of test images offered. */
const maxSamples = 24

type Samples = NonNullable<TestSamplesQuery['dataset']>['samples']['nodes']

/** Takes one image of every class in turn, so that no class fills the list. */
function inTurns(samples: Samples) {
  const turns = Math.max(0, ...samples.map(({ images }) => images.length))
  return Array.from({ length: turns }, (_, turn) =>
    samples.flatMap(({ class: { name: label }, images }) => {
      const image = images[turn]
      return image ? [{ image, label }] : []
    }),
  )
    .flat()
    .slice(0, maxSamples)
}

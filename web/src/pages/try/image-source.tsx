import { useEffect, useMemo } from 'react'
import { useQuery } from 'urql'
import { TestSamplesDocument, type TestSamplesQuery } from '../../api/generated'
import { DropZone } from '../../components/drop-zone'
import { Thumbnail } from '../../components/thumbnail'
import styles from './try.module.css'

/** Where the image comes from: dropped, pasted, chosen, or one of the dataset's test images. */
export function ImageSource({
  dataset,
  classes,
  chosen,
  file,
  onImage,
  onFile,
}: {
  readonly dataset: string
  /** How many classes it has. */
  readonly classes: number
  readonly chosen: string | undefined
  readonly file: File | undefined
  readonly onImage: (id: string) => void
  readonly onFile: (file: File) => void
}) {
  const perClass = Math.max(1, Math.ceil(mostSamples / Math.max(1, classes)))
  const [{ data }] = useQuery({ query: TestSamplesDocument, variables: { id: dataset, perClass } })
  const samples = useMemo(() => inTurns(data?.dataset?.samples ?? []), [data])
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const image = [...(clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'))
      if (image) onFile(image)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [onFile])
  return (
    <div className={styles.source}>
      <DropZone
        accept="image/*"
        onFiles={([first]) => {
          if (first) onFile(first)
        }}
      >
        <strong>Drop, paste or choose an image</strong>
        {file ? <span>{file.name}</span> : <span className="muted">It is not stored.</span>}
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

/** Test images offered. */
const mostSamples = 24

type Samples = NonNullable<TestSamplesQuery['dataset']>['samples']

/** One image of every class, then another of every class, so that none fills the list alone. */
function inTurns(samples: Samples) {
  const turns = Math.max(0, ...samples.map(({ images }) => images.length))
  return Array.from({ length: turns }, (_, turn) =>
    samples.flatMap(({ class: { name: label }, images }) => {
      const image = images[turn]
      return image ? [{ image, label }] : []
    }),
  )
    .flat()
    .slice(0, mostSamples)
}

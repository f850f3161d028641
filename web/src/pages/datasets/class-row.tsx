import { useState } from 'react'
import type { DatasetQuery } from '../../api/generated'
import { Button } from '../../components/button'
import { Thumbnail } from '../../components/thumbnail'
import { count } from '../../design/format'
import { AddImages } from './add-images'
import styles from './datasets.module.css'
import { EditClass } from './edit-class'
import { EditPrompts } from './edit-prompts'
import { imagesIn, splits } from './splits'
import type { Mending } from './use-mending'

export type ClassSample = NonNullable<DatasetQuery['dataset']>['samples']['nodes'][number]

/** One class: name, prompts, image counts, and some images. */
export function ClassRow({
  dataset,
  sample,
  classes,
  mending,
  onShow,
}: {
  readonly dataset: string
  readonly sample: ClassSample
  /** The names of all classes of the dataset. */
  readonly classes: readonly string[]
  readonly mending: Mending
  readonly onShow: () => void
}) {
  const { class: label, counts, images } = sample
  const [editing, setEditing] = useState(false)
  const [changing, setChanging] = useState(false)
  const [adding, setAdding] = useState(false)
  return (
    <li className={styles.class}>
      <div className={styles.about}>
        <h2>{label.name}</h2>
        <button
          type="button"
          className={styles.edit}
          aria-label={`Change class ${label.name}`}
          onClick={() => {
            mending.dismiss()
            setChanging(true)
          }}
        >
          Change
        </button>
        <button
          type="button"
          className={styles.edit}
          aria-label={`Add images to ${label.name}`}
          onClick={() => {
            mending.dismiss()
            setAdding(true)
          }}
        >
          Add images
        </button>
        {adding && <AddImages {...{ dataset, mending }} name={label.name} onClose={() => setAdding(false)} />}
        {changing && (
          <EditClass
            {...{ dataset, classes, mending }}
            name={label.name}
            onClose={() => setChanging(false)}
          />
        )}
        <p className={styles.prompts}>
          {label.prompts.map((prompt) => (
            <q key={prompt}>{prompt}</q>
          ))}
          <button
            type="button"
            className={styles.edit}
            aria-label={`Edit the prompts of ${label.name}`}
            onClick={() => {
              mending.dismiss()
              setEditing(true)
            }}
          >
            Edit
          </button>
        </p>
        {editing && (
          <EditPrompts
            dataset={dataset}
            name={label.name}
            prompts={label.prompts}
            mending={mending}
            onClose={() => setEditing(false)}
          />
        )}
      </div>
      <p className={styles.classCounts}>
        {splits.map(({ value, label: split }) => (
          <span key={value} title={split}>
            <span className="muted">{split}</span>{' '}
            <span className="numeric">{count(imagesIn(counts, value))}</span>
          </span>
        ))}
      </p>
      <div className={styles.strip}>
        {images.map((image) => (
          <Thumbnail key={image.id} image={image} alt="" size={52} />
        ))}
        {images.length > 0 && (
          <Button tone="quiet" onClick={onShow} aria-label={`All images of ${label.name}`}>
            All
          </Button>
        )}
      </div>
    </li>
  )
}

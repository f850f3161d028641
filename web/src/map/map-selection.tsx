import { useEffect, useState } from 'react'
import type { MappedFragment } from '../api/generated'
import { Button } from '../components/button'
import { plural } from '../design/format'
import { SelectImage } from '../pages/datasets/select-image'
import { SelectedImages } from '../pages/datasets/selected-images'
import { type ImageKind, useImageSelection } from '../pages/datasets/selection'
import { UndoNotice } from '../pages/datasets/undo-notice'
import { useMending } from '../pages/datasets/use-mending'
import styles from './image-map.module.css'

const shownAtFirst = 60

/** The selected images of a map as a grid. They can be labelled, moved and removed, as on the page of their dataset. */
export function MapSelection({
  dataset,
  names,
  map,
  selected,
  onDone,
}: {
  readonly dataset: string
  readonly names: readonly string[]
  readonly map: MappedFragment
  /** Points of the map. */
  readonly selected: readonly number[]
  readonly onDone: () => void
}) {
  const [shown, setShown] = useState(shownAtFirst)
  const selection = useImageSelection()
  const mending = useMending()
  const kindOf = (i: number): ImageKind => (map.classes[i] === null ? 'UNLABELLED' : 'LABELLED')
  const { add } = selection
  const idsOf = (kind: ImageKind) =>
    selected.flatMap((i) => (kindOf(i) === kind ? (map.images[i] ?? []) : []))
  useEffect(() => {
    document.getElementById('map-selection')?.focus({ preventScroll: true })
  }, [])
  return (
    <section id="map-selection" className={styles.selection} aria-label="Selected images" tabIndex={-1}>
      <div className={styles.selectionHead}>
        <h3>{plural(selected.length, 'image')}</h3>
        <Button
          onClick={() => {
            for (const kind of ['LABELLED', 'UNLABELLED'] as const) add(idsOf(kind), kind)
          }}
        >
          Choose all of them
        </Button>
        <Button tone="quiet" onClick={onDone}>
          Close
        </Button>
      </div>
      <ul className={styles.grid}>
        {selected.slice(0, shown).map((i) => {
          const id = map.images[i] ?? ''
          const label = map.classes[i]
          const name = label == null ? 'without a label' : (names[label] ?? `class ${label}`)
          return (
            <SelectImage
              key={id}
              {...{ dataset, name, selection }}
              image={{ id, thumbnail: map.thumbnail.replace('{id}', id) }}
              kind={kindOf(i)}
            />
          )
        })}
      </ul>
      {selected.length > shown && (
        <Button tone="quiet" onClick={() => setShown(shown + 4 * shownAtFirst)}>
          Show more
        </Button>
      )}
      <SelectedImages {...{ dataset, selection, mending }} classes={names} />
      <UndoNotice mending={mending} />
    </section>
  )
}

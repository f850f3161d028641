import { useLocation } from 'wouter'
import {
  MendLabelImagesDocument,
  MendMoveImagesDocument,
  MendRemoveImagesDocument,
  MendUnlabelImagesDocument,
} from '../../api/generated'
import { Button } from '../../components/button'
import { SelectField } from '../../components/field'
import { plural } from '../../design/format'
import styles from './mending.module.css'
import type { ImageSelection } from './selection'
import { splits } from './splits'
import type { Mending } from './use-mending'

/** What can be done with the selected images. */
export function SelectedImages({
  dataset,
  classes,
  selection,
  mending,
}: {
  readonly dataset: string
  readonly classes: readonly string[]
  readonly selection: ImageSelection
  readonly mending: Mending
}) {
  const [, navigate] = useLocation()
  const images = [...selection.images.keys()]
  if (images.length === 0) return null
  const kinds = new Set(selection.images.values())
  const labelled = !kinds.has('UNLABELLED')
  const unlabelled = !kinds.has('LABELLED')
  const input = { dataset, images }
  const clearIf = async (made: Promise<boolean>) => {
    if (await made) selection.clear()
  }
  const give = (name: string) =>
    clearIf(
      unlabelled
        ? mending.run(MendLabelImagesDocument, { ...input, class: name, split: 'SUPPORT_POOL' })
        : mending.run(MendMoveImagesDocument, { ...input, class: name }),
    )
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a legend, and this is a bar.
    <div role="group" className={styles.bar} aria-label="Selected images">
      <strong>{plural(images.length, 'image')} selected</strong>
      {(labelled || unlabelled) && (
        <SelectField
          inline
          label={unlabelled ? 'Label as' : 'Move to class'}
          value=""
          options={[
            { value: '', label: 'Choose…' },
            ...classes.map((name) => ({ value: name, label: name })),
          ]}
          onChange={(name) => name !== '' && give(name)}
        />
      )}
      {labelled && (
        <>
          <SelectField
            inline
            label="Move to split"
            value=""
            options={[{ value: '', label: 'Choose…' }, ...splits]}
            onChange={(value) => {
              const split = splits.find((each) => each.value === value)?.value
              if (split) clearIf(mending.run(MendMoveImagesDocument, { ...input, split }))
            }}
          />
          <Button onClick={() => clearIf(mending.run(MendUnlabelImagesDocument, input))}>
            Take label off
          </Button>
          <Button
            onClick={() => navigate(`/compare/new?dataset=${dataset}`, { state: { supportImages: images } })}
          >
            Compare with these as support set
          </Button>
        </>
      )}
      <Button tone="danger" onClick={() => clearIf(mending.run(MendRemoveImagesDocument, input))}>
        Remove
      </Button>
      <Button tone="quiet" onClick={selection.clear}>
        Select none
      </Button>
    </div>
  )
}

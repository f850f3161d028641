import { type FormEvent, useState } from 'react'
import type { Split } from '../../api/generated'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { DropZone } from '../../components/drop-zone'
import { SelectField } from '../../components/field'
import { ProblemList } from '../../components/problems'
import { Progress } from '../../components/progress'
import { plural } from '../../design/format'
import styles from './datasets.module.css'
import { filesOfChoice, filesOfDrop, type LocatedFile } from './dropped-files'
import mendingStyles from './mending.module.css'
import { splits } from './splits'
import { type AddedImages, inWords, type Mending } from './use-mending'

/** Adds images from this computer to a class, in the chosen split. What could not be added is named with why. */
export function AddImages({
  dataset,
  name,
  mending,
  onClose,
}: {
  readonly dataset: string
  readonly name: string
  readonly mending: Mending
  readonly onClose: () => void
}) {
  const [files, setFiles] = useState<readonly LocatedFile[]>([])
  const [split, setSplit] = useState<Split>('SUPPORT_POOL')
  const [sent, setSent] = useState<number>()
  const [result, setResult] = useState<AddedImages>()

  async function submit(event: FormEvent) {
    event.preventDefault()
    setSent(0)
    const images = files.map(({ file }) => ({ image: { upload: file }, class: name, split }))
    const added = await mending.addImages(dataset, images, setSent)
    setSent(undefined)
    if (added && added.rejected.length === 0 && added.duplicates === 0) onClose()
    else if (added) setResult(added)
  }
  const choose = (chosen: readonly LocatedFile[]) => {
    setResult(undefined)
    setFiles(chosen)
  }
  return (
    <Dialog
      title={`Add images to ${name}`}
      note="It can be undone."
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <form onSubmit={submit} className={mendingStyles.fields}>
        <DropZone
          multiple
          accept="image/*"
          onDrop={async (transfer) => choose(await filesOfDrop(transfer))}
          onFiles={(chosen) => choose(filesOfChoice(chosen))}
        >
          <strong>Drop images here</strong>
          <span>or choose them</span>
        </DropZone>
        <SelectField
          label="Split"
          value={split}
          options={splits.map(({ value, label }) => ({ value, label }))}
          onChange={(value) => setSplit(splits.find((each) => each.value === value)?.value ?? split)}
        />
        <p className={styles.found} role="status">
          {result
            ? `${inWords(result)}.`
            : files.length === 0
              ? 'Nothing chosen yet.'
              : `${plural(files.length, 'file')} chosen.`}
        </p>
        {result && result.rejected.length > 0 && (
          <ul>
            {result.rejected.map(({ position, reason }) => (
              <li key={position}>
                {files[position]?.path}: {reason}
              </li>
            ))}
          </ul>
        )}
        {sent !== undefined && <Progress label="Adding images" share={sent / Math.max(1, files.length)} />}
        <ProblemList problems={mending.problems} />
        <DialogActions>
          <Button onClick={onClose}>{result ? 'Close' : 'Cancel'}</Button>
          {!result && (
            <Button type="submit" tone="primary" disabled={files.length === 0 || sent !== undefined}>
              {sent === undefined ? 'Add' : 'Adding…'}
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  )
}

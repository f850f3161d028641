import { type FormEvent, useState } from 'react'
import {
  MendDeleteClassDocument,
  MendMergeClassesDocument,
  MendRenameClassDocument,
} from '../../api/generated'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { SelectField, TextField } from '../../components/field'
import { ProblemList } from '../../components/problems'
import styles from './mending.module.css'
import type { Mending } from './use-mending'

/** Renames a class, merges it into another, or deletes it. */
export function EditClass({
  dataset,
  name,
  classes,
  mending,
  onClose,
}: {
  readonly dataset: string
  readonly name: string
  readonly classes: readonly string[]
  readonly mending: Mending
  readonly onClose: () => void
}) {
  const [text, setText] = useState(name)
  const others = classes.filter((each) => each !== name)
  const [wanted, setInto] = useState<string>()
  // Of the classes as they are now: a change under way may rename or merge one.
  const into = others.find((each) => each === wanted) ?? others[0] ?? ''
  const close = async (made: Promise<boolean>) => {
    if (await made) onClose()
  }
  const cancel = () => {
    mending.dismiss()
    onClose()
  }
  const input = { dataset, class: name }
  function rename(event: FormEvent) {
    event.preventDefault()
    close(mending.run(MendRenameClassDocument, { ...input, name: text }))
  }
  return (
    <Dialog
      title={`Change ${name}`}
      note="Each change can be undone."
      open
      onOpenChange={(open) => {
        if (!open) cancel()
      }}
    >
      <form onSubmit={rename} className={styles.fields}>
        <TextField label="Name" value={text} onChange={(event) => setText(event.currentTarget.value)} />
        {others.length > 0 && (
          <SelectField
            label="Merge into"
            value={into}
            options={others.map((each) => ({ value: each, label: each }))}
            onChange={setInto}
          />
        )}
        <ProblemList problems={mending.problems} />
        <DialogActions>
          <Button onClick={cancel}>Cancel</Button>
          {others.length > 0 && (
            <>
              <Button tone="danger" onClick={() => close(mending.run(MendDeleteClassDocument, input))}>
                Delete the class and its images
              </Button>
              <Button onClick={() => close(mending.run(MendMergeClassesDocument, { ...input, into }))}>
                Merge
              </Button>
            </>
          )}
          <Button type="submit" tone="primary">
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { DescribeComparisonDocument } from '../../api/generated'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { TextArea, TextField } from '../../components/field'
import { Problems } from '../../components/problems'
import styles from './comparison-page.module.css'

/** Asks for the name and the notes of a comparison. */
export function DescribeDialog({
  comparison,
  onClose,
}: {
  readonly comparison: { readonly id: string; readonly name: string | null; readonly notes: string }
  readonly onClose: () => void
}) {
  const [name, setName] = useState(comparison.name ?? '')
  const [notes, setNotes] = useState(comparison.notes)
  const [{ error, fetching }, describe] = useMutation(DescribeComparisonDocument)
  async function submit(event: FormEvent) {
    event.preventDefault()
    const { data } = await describe({ input: { id: comparison.id, name, notes } })
    if (data) onClose()
  }
  return (
    <Dialog title="Name and notes" open onOpenChange={(open) => !open && onClose()}>
      <form onSubmit={submit} className={styles.dialog}>
        <TextField
          label="Name"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextArea
          label="Notes"
          rows={5}
          maxLength={10_000}
          value={notes}
          onChange={(event) => setNotes(event.currentTarget.value)}
        />
        <Problems error={error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={fetching}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { CreateClassifierDocument, UpdateClassifierDocument } from '../../api/generated'
import { problemsOf } from '../../api/problem'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { Checkbox, TextField } from '../../components/field'
import type { UsedRow } from './use-this'

/** Asks for the name of a classifier of a comparison's row, and makes it. */
export function MakeClassifier({ row, onClose }: { readonly row: UsedRow; readonly onClose: () => void }) {
  const { label, comparison, ...choice } = row
  const [, navigate] = useLocation()
  const [name, setName] = useState('')
  const [allowLongSearch, setAllowLongSearch] = useState(false)
  const [created, create] = useMutation(CreateClassifierDocument)
  const [updated, update] = useMutation(UpdateClassifierDocument)
  const fetching = created.fetching || updated.fetching
  const problems = problemsOf(updated.error ?? created.error)
  const input = { source: { comparison }, ...choice, name, shots: 'ALL' as const, allowLongSearch }
  const isLong = problems.some(({ code }) => code === 'SEARCH_TOO_LONG')
  const isTaken = !updated.error && problems.some(({ code }) => code === 'CLASSIFIER_EXISTS')
  async function submit(event: FormEvent) {
    event.preventDefault()
    const { data } = await create({ input })
    if (data) navigate('/classifiers')
  }
  async function addVersion() {
    const { data } = await update({ input })
    if (data) navigate('/classifiers')
  }
  return (
    <Dialog
      title={`Use ${label}`}
      note="Fits the method once more, on every image of the support pool, and keeps the result under a name. Its answers then stay the same."
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <form onSubmit={submit}>
        <TextField
          label="Name of the classifier"
          required
          value={name}
          problems={problems}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {(isLong || allowLongSearch) && (
          <Checkbox
            label="Search for longer, all the same"
            checked={allowLongSearch}
            onChange={(event) => setAllowLongSearch(event.currentTarget.checked)}
          />
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          {isTaken && (
            <Button disabled={fetching} onClick={addVersion}>
              Make a new version
            </Button>
          )}
          <Button type="submit" tone="primary" disabled={fetching || name.trim() === ''}>
            {fetching ? 'Fitting…' : 'Make the classifier'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

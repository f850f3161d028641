import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { StartClassifierCreationDocument, StartClassifierUpdateDocument } from '../../api/generated'
import { problemsOf } from '../../api/problem'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { Checkbox, TextField } from '../../components/field'
import { JobState, useClassifierJob } from './job'
import type { UsedRow } from './use-this'

/** Asks for the name of a classifier of a comparison's row, and makes it. */
export function MakeClassifier({ row, onClose }: { readonly row: UsedRow; readonly onClose: () => void }) {
  const { label, comparison, ...choice } = row
  const [, navigate] = useLocation()
  const [name, setName] = useState('')
  const [allowLongSearch, setAllowLongSearch] = useState(false)
  const [created, create] = useMutation(StartClassifierCreationDocument)
  const [updated, update] = useMutation(StartClassifierUpdateDocument)
  const followed = useClassifierJob(({ classifier }) =>
    navigate(classifier ? `/classifiers/${classifier.id}` : '/classifiers'),
  )
  const fetching = created.fetching || updated.fetching || followed.isRunning
  const problems = problemsOf(updated.error ?? created.error)
  const input = { source: { comparison }, ...choice, name, shots: 'ALL' as const, allowLongSearch }
  const isLong = followed.job?.errorCode === 'SEARCH_TOO_LONG'
  const isTaken = !updated.error && problems.some(({ code }) => code === 'CLASSIFIER_EXISTS')
  async function submit(event: FormEvent) {
    event.preventDefault()
    const { data } = await create({ input })
    followed.follow(data?.startClassifierCreation.job)
  }
  async function addVersion() {
    const { data } = await update({ input })
    followed.follow(data?.startClassifierUpdate.job)
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
        <JobState followed={followed} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          {isTaken && (
            <Button disabled={fetching} onClick={addVersion}>
              Make a new version
            </Button>
          )}
          <Button type="submit" tone="primary" disabled={fetching || name.trim() === ''}>
            {fetching ? 'Making it…' : 'Make the classifier'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

import { type FormEvent, useState } from 'react'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { TextField } from '../../components/field'
import type { Mending } from './use-mending'

/** Asks for a name: of a dataset or of a new class. */
export function NameDialog({
  title,
  action,
  initial,
  mending,
  onSubmit,
  onClose,
}: {
  readonly title: string
  /** What the button says. */
  readonly action: string
  readonly initial: string
  readonly mending: Mending
  /** Resolves to whether it was done. */
  readonly onSubmit: (name: string) => Promise<boolean>
  readonly onClose: () => void
}) {
  const [name, setName] = useState(initial)
  const cancel = () => {
    mending.dismiss()
    onClose()
  }
  async function submit(event: FormEvent) {
    event.preventDefault()
    if (await onSubmit(name)) onClose()
  }
  return (
    <Dialog
      title={title}
      open
      onOpenChange={(open) => {
        if (!open) cancel()
      }}
    >
      <form onSubmit={submit}>
        <TextField
          label="Name"
          value={name}
          problems={mending.problems}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <DialogActions>
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" tone="primary">
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

import { useState } from 'react'
import { Button } from '../../components/button'
import { lazily } from '../../components/lazily'

// Dialogs are loaded when one is opened.
const MakeClassifier = lazily(
  async () => (await import('./make-classifier')).MakeClassifier,
  () => null,
)

/** A row of a comparison, by the ids of what it compares. */
export interface UsedRow {
  readonly comparison: string
  readonly encoder: string
  readonly method: string
  readonly space: string | null
  /** What it is called. */
  readonly label: string
}

/** A button that makes a classifier of a comparison's row. */
export function UseThis({
  tone = 'plain',
  ...row
}: UsedRow & { readonly tone?: 'primary' | 'plain' | 'quiet' }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button tone={tone} aria-label={`Use this: ${row.label}`} onClick={() => setOpen(true)}>
        Use this
      </Button>
      {open && <MakeClassifier row={row} onClose={() => setOpen(false)} />}
    </>
  )
}

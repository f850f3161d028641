import { Button } from '../../components/button'
import { ProblemList } from '../../components/problems'
import styles from './mending.module.css'
import type { Mending } from './use-mending'

/** Says what was changed last, and offers to undo it. */
export function UndoNotice({ mending }: { readonly mending: Mending }) {
  const { done, problems, undo, dismiss } = mending
  return (
    <div className={styles.notice}>
      <ProblemList problems={problems} />
      <div role="status" className={done ? styles.toast : undefined}>
        {done && (
          <>
            <span>{done}.</span>
            <Button onClick={undo}>Undo</Button>
            <Button tone="quiet" onClick={dismiss} aria-label="Close this message">
              Close
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

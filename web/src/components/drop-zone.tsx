import { type ReactNode, useId, useState } from 'react'
import styles from './drop-zone.module.css'

/** A field that files are dropped on; a click or the keyboard opens the browser's choice of files. */
export function DropZone({
  accept,
  folder = false,
  multiple = false,
  onDrop,
  onFiles,
  children,
}: {
  readonly accept?: string
  /** Whether the choice is of a folder. */
  readonly folder?: boolean
  readonly multiple?: boolean
  /** Takes what is dropped as it is, where folders are to be walked through; otherwise its files are taken. */
  readonly onDrop?: (transfer: DataTransfer) => void
  readonly onFiles: (files: readonly File[]) => void
  readonly children: ReactNode
}) {
  const id = useId()
  const [over, setOver] = useState(false)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the input within is everybody's.
    <div
      className={styles.zone}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        if (onDrop) onDrop(event.dataTransfer)
        else onFiles([...event.dataTransfer.files])
      }}
    >
      <input
        id={id}
        type="file"
        className={styles.input}
        multiple={multiple || folder}
        {...(accept !== undefined && { accept })}
        {...(folder && { webkitdirectory: '' })}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])])
          // The same file can be chosen again.
          event.currentTarget.value = ''
        }}
      />
      <label htmlFor={id} className={styles.label}>
        {children}
      </label>
    </div>
  )
}

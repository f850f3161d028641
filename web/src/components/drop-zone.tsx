import { type ReactNode, useId, useState } from 'react'
import styles from './drop-zone.module.css'

/** A field to drop files on. A click or the keyboard opens the file dialog. */
export function DropZone({
  accept,
  folder = false,
  multiple = false,
  onDrop,
  onFiles,
  children,
}: {
  readonly accept?: string
  /** Whether the dialog chooses a folder. */
  readonly folder?: boolean
  readonly multiple?: boolean
  /** Receives the data of the drop event, to read folders. Without it, `onFiles` receives the dropped files. */
  readonly onDrop?: (transfer: DataTransfer) => void
  readonly onFiles: (files: readonly File[]) => void
  readonly children: ReactNode
}) {
  const id = useId()
  const [over, setOver] = useState(false)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only dropping needs the mouse; the input works without.
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
          // Allows choosing the same file again.
          event.currentTarget.value = ''
        }}
      />
      <label htmlFor={id} className={styles.label}>
        {children}
      </label>
    </div>
  )
}

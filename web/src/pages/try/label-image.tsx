import { useState } from 'react'
import { Notice } from '../../components/notice'
import { Problems } from '../../components/problems'
import { classKeysOf, LabelKeys, pressed } from '../../labels/label-keys'
import { useLabels } from '../../labels/use-labels'
import { useOneAtATime } from '../../labels/use-one-at-a-time'
import styles from './try.module.css'
import type { Subject } from './use-prediction'

/** Labels the tried image, gives it another class, takes its label off, or takes it out of the dataset. A file is added to the dataset. */
export function LabelImage({
  dataset,
  subject,
  image,
  current,
  classes,
  likely,
  onChanged,
}: {
  readonly dataset: string
  readonly subject: Subject
  /** Its id. */
  readonly image: string
  /** The class that it has in the dataset. */
  readonly current: string | undefined
  readonly classes: readonly string[]
  /** Classes that methods predict, the most likely first. */
  readonly likely: readonly string[]
  /** Resolves when `current` is what the dataset has now. */
  readonly onChanged: () => Promise<unknown>
}) {
  const labels = useLabels(dataset)
  const [said, setSaid] = useState<string>()
  const keys = classKeysOf(classes, likely)
  const { busy, once } = useOneAtATime()
  const after = (change: () => Promise<boolean>, then: string) =>
    once(async () => {
      const made = await change()
      // What is said is true of the keys, too: they follow `current`.
      if (made) await onChanged()
      setSaid(made ? then : undefined)
    })
  const actions = {
    onLabel: (name: string) => {
      if (current !== undefined) return after(() => labels.move(image, name), `Labelled ${name}.`)
      if ('upload' in subject) return after(() => labels.add(subject.upload, name), `Added as ${name}.`)
      return after(() => labels.label(image, name), `Labelled ${name}.`)
    },
    others: [
      ...(current === undefined
        ? []
        : [
            {
              key: 'n',
              label: 'No label',
              onPress: () => after(() => labels.unlabel(image), 'The image has no label now.'),
            },
            {
              key: 'x',
              label: 'Take out',
              onPress: () => after(() => labels.remove(image), 'Taken out of the dataset.'),
            },
          ]),
      ...(labels.canUndo
        ? [{ key: 'u', label: 'Undo', onPress: () => after(() => labels.undo(), 'Undone.') }]
        : []),
    ],
  }
  return (
    <section
      className={styles.labelling}
      aria-label="Label the image"
      aria-busy={busy || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys work while the focus is inside.
      tabIndex={0}
      onKeyDown={pressed(keys, actions)}
    >
      <LabelKeys keys={keys} classes={classes} current={current} {...actions} />
      <p role="status">{said}</p>
      <Problems error={labels.error} />
      {labels.refused !== undefined && <Notice tone="bad">{labels.refused}</Notice>}
    </section>
  )
}

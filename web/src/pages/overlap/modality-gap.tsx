import type { OverlapQuery } from '../../api/generated'
import { Card } from '../../components/card'
import { fixed } from '../../design/format'
import styles from './overlap.module.css'

/** The distance between images and texts. */
export function ModalityGap({ gap }: { readonly gap: OverlapQuery['overlap']['modalityGap'] }) {
  const figures = [
    { label: 'Image to its own class’s texts', value: gap.rightClass },
    { label: 'Image to other classes’ texts', value: gap.wrongClass },
    { label: 'Distance between the means of images and texts', value: gap.distance },
  ]
  return (
    <Card
      title="Images and texts"
      note="Mean cosine similarities in clip. The zero-shot term relies on their small difference."
    >
      <dl className={styles.gap}>
        {figures.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="numeric">{fixed(value, 3)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

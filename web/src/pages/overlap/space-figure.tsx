import type { OverlapQuery } from '../../api/generated'
import { SimilarityHistogram } from '../../charts/similarity-histogram'
import { fixed } from '../../design/format'
import styles from './overlap.module.css'

export type SpaceOverlap = OverlapQuery['overlap']['spaces'][number]

/** A space: its two histograms, and the classes that overlap most. */
export function SpaceFigure({ space }: { readonly space: SpaceOverlap }) {
  const { histogram, overlap, classPairs, meanSame, meanDifferent } = space
  const { name, id } = space.space
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <h2>{name}</h2>
        <span className="numeric">
          overlap <strong>{fixed(overlap.value, 3)}</strong>
        </span>
      </figcaption>
      <SimilarityHistogram
        histogram={histogram}
        description={`Similarities in ${id}: pairs of the same class have ${fixed(meanSame, 2)} on average, pairs of different classes ${fixed(meanDifferent, 2)}; the histograms overlap by ${fixed(overlap.value, 3)}.`}
      />
      <ul className={styles.key} aria-hidden="true">
        <li data-kind="same">same class</li>
        <li data-kind="different">different classes</li>
      </ul>
      {classPairs.length > 0 && (
        <div>
          <h3 className={styles.pairsHead}>Classes that overlap most</h3>
          <ol className={styles.pairs}>
            {classPairs.map(({ first, second, overlap: value }) => (
              <li key={`${first.name}\n${second.name}`}>
                <span>
                  {first.name} – {second.name}
                </span>
                <span className="numeric">{fixed(value, 2)}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </figure>
  )
}

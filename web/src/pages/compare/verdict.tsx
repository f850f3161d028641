import { fixed, pValue, signed } from '../../design/format'
import styles from './results.module.css'
import { type Line, rankedAt } from './series'
import { pairOf, usePairs } from './use-pairs'

/** Which method serves best at the greatest number of shots, and how sure that is, in words. */
export function Verdict({
  id,
  lines,
  shots,
}: {
  readonly id: string
  readonly lines: readonly Line[]
  readonly shots: number
}) {
  const ranked = rankedAt(lines, shots)
  const [best, next] = ranked
  const pairs = usePairs(id, best, false)
  const accuracy = best?.rows.get(shots)?.accuracy
  if (!best || !accuracy) return null
  const rivals = [next, ranked.find(({ key }) => key === 'zero-shot')].filter(
    (line, i, all) => line !== undefined && line !== best && all.indexOf(line) === i,
  )
  const margins = rivals.flatMap((rival) => {
    const pair = rival && pairOf(pairs, rival, shots)
    return rival && pair ? [{ rival, margin: -pair.difference, p: pair.pValue }] : []
  })
  const closest = margins.find(({ rival }) => rival === next)
  return (
    <section aria-label="Verdict" className={styles.verdict}>
      <p>
        At {shots} {shots === 1 ? 'shot' : 'shots'}, <strong>{best.label}</strong> serves best:{' '}
        <strong className="numeric">{fixed(accuracy.mean)} %</strong>
        {accuracy.n > 1 && ` (${fixed(accuracy.low)} to ${fixed(accuracy.high)})`}
        {margins.map(({ rival, margin }) => `, ${signed(margin)} points over ${rival.label}`).join('')}.
      </p>
      {closest && (
        <p>
          {closest.p < 0.05
            ? `That it beats ${closest.rival.label} is more than chance (p ${pFormatted(closest.p)}).`
            : `Between it and ${closest.rival.label} the test images do not decide (p ${pFormatted(closest.p)}).`}
        </p>
      )}
    </section>
  )
}

const pFormatted = (p: number): string => (p < 0.001 ? pValue(p) : `= ${pValue(p)}`)

import type { SeriesStyle } from '../design/style-of'

/** A series as charts draw it: a piece of its line with its marker. */
export function SeriesMark({ color, marker, dash }: SeriesStyle) {
  return (
    <svg aria-hidden="true" width="28" height="12" viewBox="0 0 28 12" style={{ flex: 'none', color }}>
      <path d="M0 6H28" stroke="currentColor" strokeWidth="2" strokeDasharray={dash} />
      <path d={marker.path} transform="translate(14 6)" fill="currentColor" stroke="var(--surface)" />
    </svg>
  )
}

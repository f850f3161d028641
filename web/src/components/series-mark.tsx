import { type Marker, seriesStyle } from '../design/series-style'

/** A method in a space, as it is drawn in charts: a piece of its line with its marker. */
export function SeriesMark({ method, space }: { readonly method: string; readonly space: string | null }) {
  const { color, marker, dash } = seriesStyle(method, space)
  return (
    <svg aria-hidden="true" width="28" height="12" viewBox="0 0 28 12" style={{ flex: 'none', color }}>
      <path d="M0 6H28" stroke="currentColor" strokeWidth="2" strokeDasharray={dash} />
      <path d={markerPaths[marker]} transform="translate(14 6)" fill="currentColor" stroke="var(--surface)" />
    </svg>
  )
}

const markerPaths: Readonly<Record<Marker, string>> = {
  circle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
  square: 'M-3.6 -3.6h7.2v7.2h-7.2z',
  triangle: 'M0 -4.8L4.6 3.6H-4.6z',
  hexagon: 'M-4.4 0L-2.2 -3.8H2.2L4.4 0L2.2 3.8H-2.2z',
  cross: 'M-1.4 -4.6H1.4V-1.4H4.6V1.4H1.4V4.6H-1.4V1.4H-4.6V-1.4H-1.4z',
  diamond: 'M0 -5.2L4.2 0L0 5.2L-4.2 0z',
  star: 'M0 -5.4L1.5 -1.7L5.3 -1.6L2.2 .8L3.3 4.6L0 2.3L-3.3 4.6L-2.2 .8L-5.3 -1.6L-1.5 -1.7z',
  wye: 'M-1.4 5V.8L-5 -1.3L-3.6 -3.8L0 -1.6L3.6 -3.8L5 -1.3L1.4 .8V5z',
}

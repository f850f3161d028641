import * as Plot from '@observablehq/plot'
import { useEffect, useRef, useState } from 'react'
import styles from './chart.module.css'

/**
 * A chart drawn by Observable Plot, as wide as its container. `description` is the text alternative. A table nearby
 * has the numbers.
 */
export function Chart({
  description,
  options,
  onPick,
}: {
  readonly description: string
  readonly options: (width: number) => Plot.PlotOptions
  /** Called with the datum next to the pointer when it is clicked or touched. */
  readonly onPick?: (datum: unknown) => void
}) {
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  const pick = useRef(onPick)
  pick.current = onPick
  useEffect(() => {
    if (width === 0) return
    const plot = Plot.plot({
      width,
      style: { fontFamily: 'var(--font)', fontSize: '12px', background: 'none', overflow: 'visible' },
      ...options(width),
    })
    // `description` describes the whole chart. Plot's labels of groups are only names of marks, so remove them.
    for (const group of plot.querySelectorAll('[aria-label]')) {
      group.setAttribute('data-mark', group.getAttribute('aria-label') ?? '')
      group.removeAttribute('aria-label')
    }
    plot.addEventListener('click', () => {
      if ('value' in plot && plot.value !== null) pick.current?.(plot.value)
    })
    place.current?.replaceChildren(plot)
  }, [options, width])
  return <div ref={place} role="img" aria-label={description} className={styles.chart} />
}

function useWidth(place: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (!place.current) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [place])
  return width
}

import { useEffect, useMemo, useRef, useState } from 'react'
import { firstTwo, fitted, floatsOf, type Places, turnedTo } from './points'
import type { UmapProgress, UmapRequest } from './umap.worker'

export type Layout = 'pca' | 'umap'

/** How much wider than high a map may be. */
export const mapAspect = 1.45

export interface Placed {
  readonly places: Places
  /** The share of the layout that is done; 1 at the end. */
  readonly share: number
}

/** The places of a map's points. Principal components are there at once; UMAP works in a worker, and sends places as it goes. */
export function usePlaces(
  map: { readonly components: string; readonly explained: readonly number[] } | undefined,
  layout: Layout,
): Placed | undefined {
  const data = useMemo(
    () => map && { components: floatsOf(map.components), dimensions: map.explained.length },
    [map],
  )
  const [umap, setUmap] = useState<Placed & { readonly of: unknown }>()
  /** What was shown last: the next places are turned towards it. */
  const shown = useRef<Places>(undefined)

  useEffect(() => {
    if (!data || layout !== 'umap') return
    const worker = new Worker(new URL('./umap.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data: { places, share } }: MessageEvent<UmapProgress>) =>
      setUmap((before) => ({
        of: data,
        places: places ?? (before?.of === data ? before.places : new Float32Array(0)),
        share,
      }))
    worker.postMessage(data satisfies UmapRequest)
    return () => worker.terminate()
  }, [data, layout])

  const placed = useMemo(() => {
    if (!data) return undefined
    const own = umap?.of === data && layout === 'umap' ? umap : undefined
    const raw = own && own.places.length > 0 ? own.places : firstTwo(data.components, data.dimensions)
    const before = shown.current
    const turned = before?.length === raw.length ? turnedTo(raw, before) : raw
    return { places: fitted(turned, mapAspect), share: layout === 'pca' ? 1 : (own?.share ?? 0) }
  }, [data, umap, layout])
  useEffect(() => {
    shown.current = placed?.places
  }, [placed])
  return placed
}

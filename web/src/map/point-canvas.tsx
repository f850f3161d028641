import { type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import styles from './image-map.module.css'
import { inside, nearest, type Places } from './points'
import { discOf, stampPoints } from './stamp'
import { mapAspect } from './use-places'

/** How long points move to new places, in milliseconds. */
const msToMove = 900
/** How near a point the pointer must be, in pixels of the page. */
const reach = 14
/** The space around all points, in pixels of the page. */
const border = 18

interface Moving {
  /** As `fitted` makes them. */
  current: Places
  from: Places
  to: Places
  started: number
  ms: number
}

export interface Hovered {
  readonly point: number
  /** In pixels of the page, from the upper left corner of the canvas. */
  readonly x: number
  readonly y: number
}

/** Pixels for one unit, so that all places fit. */
const scaleOf = (width: number, height: number, space: number): number =>
  Math.max(1, Math.min(height / 2 - space, (width / 2 - space) / mapAspect))

/**
 * Points on a canvas. When their places change they move there, unless the person wants less motion. Dragging draws a lasso.
 */
export function PointCanvas({
  description,
  places,
  colors,
  order,
  onHover,
  onLasso,
}: {
  readonly description: string
  /** As `fitted` makes them. */
  readonly places: Places
  /** A pixel for each point, as `pixelOf` makes it. */
  readonly colors: Uint32Array
  /** The points to draw, the last in front. */
  readonly order: Uint32Array
  readonly onHover: (hovered: Hovered | undefined) => void
  /** Called with the points inside a lasso, or with the one that is clicked. */
  readonly onLasso: (points: readonly number[], adds: boolean) => void
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const line = useRef<SVGPolygonElement>(null)
  const lasso = useRef<number[]>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const moving = useRef<Moving>({ current: places, from: places, to: places, started: 0, ms: 0 })

  useEffect(() => {
    if (!frame.current) return
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0)
      setSize({ width, height: Math.round(Math.min(680, Math.max(300, width * 0.66))) })
    })
    observer.observe(frame.current)
    return () => observer.disconnect()
  }, [])

  const ratio = Math.min(2, devicePixelRatio)
  const image = useMemo(
    () =>
      size.width === 0
        ? undefined
        : new ImageData(Math.round(size.width * ratio), Math.round(size.height * ratio)),
    [size, ratio],
  )
  const stamp = useMemo(
    () => discOf((colors.length > 4000 ? 1.9 : colors.length > 1000 ? 2.6 : 3.6) * ratio),
    [colors.length, ratio],
  )

  useLayoutEffect(() => {
    const state = moving.current
    const isSame = state.current.length === places.length
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const now = performance.now()
    // Places that follow each other quickly, as of a layout in the making, are taken as they come.
    const ms = !isSame || calm ? 0 : now - state.started < 300 ? 150 : msToMove
    moving.current = {
      current: isSame ? state.current : places,
      from: isSame ? state.current.slice() : places,
      to: places,
      started: now,
      ms,
    }
  }, [places])

  // Before the browser shows the canvas, which loses its pixels with every new size.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !image) return
    const pixels = new Uint32Array(image.data.buffer)
    const scaled = new Float32Array(places.length)
    let request = 0
    const paint = (now: number) => {
      const state = moving.current
      const share = state.ms === 0 ? 1 : Math.min(1, Math.max(0, (now - state.started) / state.ms))
      const eased = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2
      const { current, from, to } = state
      for (let i = 0; i < current.length; i++) {
        current[i] = (from[i] as number) + ((to[i] as number) - (from[i] as number)) * eased
      }
      const half = scaleOf(image.width, image.height, border * ratio)
      for (let i = 0; i < current.length; i += 2) {
        scaled[i] = image.width / 2 + (current[i] as number) * half
        scaled[i + 1] = image.height / 2 - (current[i + 1] as number) * half
      }
      pixels.fill(0)
      stampPoints(pixels, image.width, image.height, scaled, colors, order, stamp)
      context.putImageData(image, 0, 0)
      if (share < 1) request = requestAnimationFrame(paint)
    }
    // A copy, so that the places that were given stay as they are.
    moving.current.current = moving.current.current.slice()
    paint(performance.now())
    return () => cancelAnimationFrame(request)
  }, [image, places, colors, order, stamp, ratio])

  /** From pixels of the page to −1 to 1. */
  function placeOf(x: number, y: number): readonly [number, number, number] {
    const half = scaleOf(size.width, size.height, border)
    return [(x - size.width / 2) / half, (size.height / 2 - y) / half, half]
  }
  function pointAt(x: number, y: number): number | undefined {
    const [px, py, half] = placeOf(x, y)
    return nearest(moving.current.current, px, py, reach / half)
  }
  function onPointerMove({ nativeEvent: { offsetX: x, offsetY: y } }: PointerEvent) {
    if (!lasso.current) {
      const point = pointAt(x, y)
      onHover(point === undefined ? undefined : { point, x, y })
      return
    }
    lasso.current.push(x, y)
    line.current?.setAttribute('points', lasso.current.join(' '))
  }
  function onPointerUp({ shiftKey, nativeEvent: { offsetX: x, offsetY: y } }: PointerEvent) {
    const drawn = lasso.current
    lasso.current = null
    line.current?.setAttribute('points', '')
    if (!drawn) return
    if (drawn.length <= 8) {
      const point = pointAt(x, y)
      onLasso(point === undefined ? [] : [point], shiftKey)
      return
    }
    const corners: number[] = []
    for (let i = 0; i < drawn.length; i += 2)
      corners.push(...placeOf(drawn[i] ?? 0, drawn[i + 1] ?? 0).slice(0, 2))
    onLasso(inside(moving.current.current, corners), shiftKey)
  }
  return (
    <div ref={frame} className={styles.frame}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={description}
        width={image?.width ?? 0}
        height={image?.height ?? 0}
        style={size}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          lasso.current = [event.nativeEvent.offsetX, event.nativeEvent.offsetY]
          onHover(undefined)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          lasso.current = null
          line.current?.setAttribute('points', '')
        }}
        onPointerLeave={() => onHover(undefined)}
      />
      <svg className={styles.lasso} aria-hidden="true">
        <polygon ref={line} />
      </svg>
    </div>
  )
}

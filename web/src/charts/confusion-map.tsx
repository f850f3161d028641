import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useScheme } from '../app/scheme'
import { Button } from '../components/button'
import { fixed } from '../design/format'
import styles from './confusion-matrix.module.css'
import { around, moved, type Window, whole, zoomed } from './confusion-window'

interface Properties {
  readonly classes: readonly string[]
  readonly confusion: readonly (readonly number[])[]
  readonly onPair: (label: string, taken: string) => void
  readonly target: readonly [string, string] | undefined
}

/** From this side in pixels, a cell can be hit, and opens its images. A smaller one is zoomed to. */
const leastCell = 12
/** The height of a label, in pixels. */
const labelHeight = 13
const zoomStep = 1.6
/** How many classes are seen around a cell that was looked for. */
const sizeAround = 24

/**
 * A matrix of many classes, with names along both axes. It zooms with its buttons, with + and −, with a click, and with the wheel
 * and Ctrl, and moves with the arrow keys and by dragging.
 */
export function ConfusionMap({ classes, confusion, onPair, target }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [window, setWindow] = useState<Window>(() => whole(classes.length))
  const [at, setAt] = useState<readonly [number, number]>()
  const drag = useRef<{ readonly x: number; readonly y: number; readonly from: Window; moved: boolean }>(null)
  const scheme = useScheme()
  const n = classes.length
  const margin = Math.min(150, Math.round(width * 0.24))
  const side = Math.max(0, width - margin)
  const cell = side / window.size

  useEffect(() => {
    if (!place.current) return
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.min(760, Math.floor(entry?.contentRect.width ?? 0))),
    )
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])

  const [targetRow, targetColumn] = target ? target.map((name) => classes.indexOf(name)) : []
  useEffect(() => {
    if (targetRow === undefined || targetColumn === undefined) return
    setWindow(around(targetRow, targetColumn, sizeAround, n))
    setAt([targetRow, targetColumn])
  }, [targetRow, targetColumn, n])

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours depend on the scheme.
  useEffect(() => {
    if (canvas.current && side > 0) draw(canvas.current, { classes, confusion, window, margin, side, at })
  }, [classes, confusion, window, margin, side, at, scheme])

  // React listens to wheels passively, and so cannot keep the page from zooming.
  useEffect(() => {
    const element = canvas.current
    if (!element || side === 0) return
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const point = [(event.offsetY - margin) / side, (event.offsetX - margin) / side] as const
      setWindow((before) => zoomed(before, 1.0015 ** -event.deltaY, n, point))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [margin, side, n])

  const cellAt = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>) => {
    const [i, j] = [window.row + (offsetY - margin) / cell, window.column + (offsetX - margin) / cell]
    return offsetX >= margin && offsetY >= margin ? ([Math.floor(i), Math.floor(j)] as const) : undefined
  }
  function onPointerMove(event: PointerEvent<HTMLCanvasElement>) {
    setAt(cellAt(event))
    const held = drag.current
    if (!held) return
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y]
    if (Math.abs(dx) + Math.abs(dy) > 4) held.moved = true
    if (held.moved) setWindow(moved(held.from, -dy / cell, -dx / cell, n))
  }
  function onPointerUp(event: PointerEvent<HTMLCanvasElement>) {
    const wasMoved = drag.current?.moved
    drag.current = null
    const found = cellAt(event)
    if (wasMoved || !found) return
    const [label, taken] = [classes[found[0]], classes[found[1]]]
    if (label === undefined || taken === undefined) return
    if (cell < leastCell) setWindow(around(found[0], found[1], Math.floor(side / leastCell / 1.5), n))
    else onPair(label, taken)
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = Math.max(1, Math.round(window.size / 8))
    const change = {
      ArrowUp: () => moved(window, -step, 0, n),
      ArrowDown: () => moved(window, step, 0, n),
      ArrowLeft: () => moved(window, 0, -step, n),
      ArrowRight: () => moved(window, 0, step, n),
      '+': () => zoomed(window, zoomStep, n),
      '=': () => zoomed(window, zoomStep, n),
      '-': () => zoomed(window, 1 / zoomStep, n),
      '0': () => whole(n),
    }[event.key]
    if (!change || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    setWindow(change())
  }
  const [i, j] = at ?? [-1, -1]
  const isWhole = window.size === n
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys do what the buttons do.
    <div ref={place} className={styles.map} onKeyDown={onKeyDown}>
      <div className={styles.zoom}>
        <Button aria-label="Zoom in" onClick={() => setWindow(zoomed(window, zoomStep, n))}>
          +
        </Button>
        <Button
          aria-label="Zoom out"
          disabled={isWhole}
          onClick={() => setWindow(zoomed(window, 1 / zoomStep, n))}
        >
          −
        </Button>
        <Button disabled={isWhole} onClick={() => setWindow(whole(n))}>
          Whole
        </Button>
        <span className={styles.seen} role="status">
          {isWhole ? `${n} classes` : `${Math.round(window.size)} of ${n} classes`}
        </span>
      </div>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        className={styles.pixels}
        style={{ width, height: width, touchAction: isWhole ? 'auto' : 'none' }}
        aria-label={`Confusion matrix of ${n} classes: true classes are rows, predicted ones are columns. The arrow keys move it, + and − zoom. The table next to it lists the most confused pairs.`}
        data-window={`${window.row.toFixed(2)} ${window.column.toFixed(2)} ${window.size.toFixed(2)}`}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, y: event.clientY, from: window, moved: false }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          drag.current = null
        }}
        onPointerLeave={() => setAt(undefined)}
      />
      <p className={styles.pointed}>{wordsOf(classes, confusion, i, j)}</p>
    </div>
  )
}

function wordsOf(classes: readonly string[], confusion: Properties['confusion'], i: number, j: number) {
  const [label, taken, row] = [classes[i], classes[j], confusion[i]]
  if (label === undefined || taken === undefined || !row)
    return 'Rows are true classes, columns are predicted classes. Point at a square for details; choose one to come closer, and then to see its images.'
  const all = row.reduce((sum, value) => sum + value, 0)
  const share = all === 0 ? '' : ` of ${all} (${fixed((100 * (row[j] ?? 0)) / all)} %)`
  return i === j
    ? `${label} recognised: ${row[j] ?? 0}${share}`
    : `${label} taken for ${taken}: ${row[j] ?? 0}${share}`
}

/** Draws cells and names. The canvas has as many pixels as the screen. */
function draw(
  canvas: HTMLCanvasElement,
  {
    classes,
    confusion,
    window: { row, column, size },
    margin,
    side,
    at,
  }: {
    readonly classes: readonly string[]
    readonly confusion: Properties['confusion']
    readonly window: Window
    readonly margin: number
    readonly side: number
    readonly at: readonly [number, number] | undefined
  },
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const ratio = devicePixelRatio
  const width = margin + side
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(width * ratio)
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const color = (name: string) => style.getPropertyValue(name)
  const cell = side / size
  context.save()
  context.beginPath()
  context.rect(margin, margin, side, side)
  context.clip()
  context.fillStyle = color('--heat-low')
  context.fillRect(margin, margin, side, side)
  const [fromRow, toRow] = [Math.floor(row), Math.ceil(row + size)]
  const [fromColumn, toColumn] = [Math.floor(column), Math.ceil(column + size)]
  const gap = cell > 8 ? 1 : 0
  for (let i = fromRow; i < toRow; i++) {
    const counts = confusion[i] ?? []
    const all = Math.max(
      1,
      counts.reduce((sum, value) => sum + value, 0),
    )
    for (let j = fromColumn; j < toColumn; j++) {
      const value = counts[j] ?? 0
      if (value === 0) continue
      const [x, y] = [margin + (j - column) * cell, margin + (i - row) * cell]
      // A single image must be seen in a small cell too.
      context.globalAlpha = Math.max(0.12, value / all)
      context.fillStyle = color(i === j ? '--heat-high' : '--different')
      context.fillRect(x, y, cell - gap, cell - gap)
      if (cell < 24) continue
      context.globalAlpha = 1
      context.fillStyle = color(value / all > 0.5 ? '--on-accent' : '--ink')
      context.font = `11.5px ${style.fontFamily}`
      context.textAlign = 'center'
      context.textBaseline = 'middle'
      context.fillText(String(value), x + cell / 2, y + cell / 2)
    }
  }
  context.restore()

  context.font = `${Math.min(12, Math.max(9.5, cell))}px ${style.fontFamily}`
  context.textBaseline = 'middle'
  const every = Math.max(1, Math.ceil(labelHeight / cell))
  const names = (first: number, last: number, pointed: number | undefined) =>
    Array.from({ length: last - first }, (_, k) => first + k).filter(
      (i) => i === pointed || (i % every === 0 && (pointed === undefined || Math.abs(i - pointed) >= every)),
    )
  const write = (i: number, start: number, pointed: number | undefined) => {
    const middle = margin + (i + 0.5 - start) * cell
    if (middle < margin || middle > width) return
    context.fillStyle = color(i === pointed ? '--accent' : '--ink-2')
    context.fillText(fitted(context, classes[i] ?? '', margin - 10), 0, 0)
  }
  context.textAlign = 'right'
  for (const i of names(fromRow, toRow, at?.[0])) {
    context.save()
    context.translate(margin - 6, margin + (i + 0.5 - row) * cell)
    write(i, row, at?.[0])
    context.restore()
  }
  context.textAlign = 'left'
  for (const j of names(fromColumn, toColumn, at?.[1])) {
    context.save()
    context.translate(margin + (j + 0.5 - column) * cell, margin - 6)
    context.rotate(-Math.PI / 2)
    write(j, column, at?.[1])
    context.restore()
  }
}

/** A text, or as much of it as fits this width. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  let length = text.length
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--
  return `${text.slice(0, length)}…`
}

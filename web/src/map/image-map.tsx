import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { CombinedError } from 'urql'
import type { MappedFragment } from '../api/generated'
import { localPath } from '../api/local-path'
import { useScheme } from '../app/scheme'
import { useUrlState } from '../app/url-state'
import { Button } from '../components/button'
import { Card } from '../components/card'
import { Choice } from '../components/choice'
import { SelectField } from '../components/field'
import { Loading } from '../components/loading'
import { Problems } from '../components/problems'
import { count, plural } from '../design/format'
import { type Colouring, colouringsOf, groupsOf } from './colouring'
import styles from './image-map.module.css'
import { MapSelection } from './map-selection'
import { type Hovered, PointCanvas } from './point-canvas'
import { pixelOf } from './stamp'
import { type Layout, usePlaces } from './use-places'

const layouts = [
  { value: 'pca', label: 'PCA' },
  { value: 'umap', label: 'UMAP' },
] as const satisfies readonly { readonly value: Layout; readonly label: string }[]

const none: readonly string[] = []

const colouringWords: Readonly<Record<Colouring, string>> = {
  class: 'Class',
  outcome: 'Right or wrong',
  confidence: 'Confidence',
  split: 'Split',
}

/** Images as points that can be coloured, pointed at, and selected with a lasso. */
export function ImageMap({
  map,
  isOld,
  error,
  dataset,
  names,
  spaces,
  space,
  onSpace,
  tools,
}: {
  /** Undefined until it is loaded. */
  readonly map: MappedFragment | undefined
  /** Whether another space has been asked for, and this is the one before. */
  readonly isOld: boolean
  readonly error: CombinedError | undefined
  /** The id of the dataset that has the images. */
  readonly dataset: string
  /** The classes by their position. */
  readonly names: readonly string[]
  readonly spaces: readonly { readonly id: string; readonly name: string }[]
  readonly space: string
  readonly onSpace: (space: string) => void
  readonly tools?: ReactNode
}) {
  const [url, setUrl] = useUrlState()
  const layout = layouts.find(({ value }) => value === url.get('layout'))?.value ?? 'pca'
  const placed = usePlaces(map, layout)
  const isDark = useIsDark()
  const colourings = map ? colouringsOf(map) : []
  const by = colourings.find((each) => each === url.get('colour')) ?? 'class'
  const groups = useMemo(() => (map ? groupsOf(map, names, by, isDark) : []), [map, names, by, isDark])
  const [lit, setLit] = useState<string>()
  /** By id, because a change of labels gives images other places in the map. `turn` tells selections apart. */
  const [selection, setSelection] = useState({ ids: none, turn: 0 })
  const selected = useMemo(() => {
    if (selection.ids.length === 0 || !map) return []
    const placeOf = new Map(map.images.map((id, i) => [id, i]))
    return selection.ids.flatMap((id) => placeOf.get(id) ?? [])
  }, [map, selection])
  const select = (points: readonly number[], adds = false) =>
    setSelection(({ ids, turn }) => ({
      ids: [...new Set([...(adds ? ids : []), ...points.flatMap((i) => map?.images[i] ?? [])])],
      turn: turn + 1,
    }))
  const [hovered, setHovered] = useState<Hovered>()
  const total = map?.images.length ?? 0

  const { colors, order } = useMemo(() => {
    const colors = new Uint32Array(total)
    const [front, back]: [number[], number[]] = [[], []]
    const chosen = new Set(selected)
    const faint = isDark ? pixelOf(48, 56, 68) : pixelOf(222, 226, 232)
    for (const { label, color, points } of groups) {
      for (const i of points) {
        const isLit = lit !== undefined ? lit === label : chosen.size === 0 || chosen.has(i)
        colors[i] = isLit ? pixelOf(...color) : faint
        ;(isLit ? front : back).push(i)
      }
    }
    // In the order of the images, so that no class hides another.
    const ordered = [...back.sort((a, b) => a - b), ...front.sort((a, b) => a - b)]
    return { colors, order: Uint32Array.from(ordered) }
  }, [groups, lit, selected, total, isDark])

  const said = (i: number) => labelOf(map?.classes[i] ?? null, names)
  return (
    <Card
      title="Map of the images"
      note={`Every point is an image; the closer two points, the more alike the space finds them. Point at one to see it, draw around some to select them.${map && map.total > total ? ` A sample of ${count(total)} of ${count(map.total)} images.` : ''}`}
      tools={
        <>
          {tools}
          <SelectField
            inline
            label="Space"
            value={space}
            options={spaces.map(({ id }) => ({ value: id, label: id }))}
            onChange={onSpace}
          />
          <Choice
            label="Layout"
            value={layout}
            options={layouts}
            onChange={(value) => setUrl({ layout: value === 'pca' ? undefined : value })}
          />
        </>
      }
    >
      <Problems error={error} />
      {!map && !error && <Loading what="the map; images that are new are encoded first" />}
      {map && placed && (
        <>
          <div className={styles.map}>
            <div className={styles.picture} aria-busy={isOld || placed.share < 1}>
              <PointCanvas
                description={`Map of ${plural(total, 'image')} in ${map.space.id}, coloured by ${colouringWords[by].toLowerCase()}. The key beside it selects the images of a group.`}
                places={placed.places}
                {...{ colors, order }}
                onHover={setHovered}
                onLasso={select}
              />
              {hovered && map.images[hovered.point] !== undefined && (
                <figure className={styles.hovered} style={tipPlace(hovered)}>
                  <img
                    src={localPath(map.thumbnail.replace('{id}', map.images[hovered.point] ?? ''))}
                    alt=""
                    width={128}
                    height={128}
                  />
                  <figcaption>
                    {said(hovered.point)}
                    {predictedWords(map, hovered.point, names)}
                  </figcaption>
                </figure>
              )}
              <p className={styles.state} role="status">
                {isOld
                  ? 'Loading the other space…'
                  : placed.share < 1
                    ? `UMAP: ${Math.floor(100 * placed.share)} % done`
                    : layout === 'pca'
                      ? `The two directions show ${Math.round(100 * ((map.explained[0] ?? 0) + (map.explained[1] ?? 0)))} % of the variance.`
                      : 'UMAP keeps neighbours together; distances between groups mean little.'}
              </p>
            </div>
            <div className={styles.side}>
              {colourings.length > 1 && (
                <SelectField
                  inline
                  label="Colour"
                  value={by}
                  options={colourings.map((value) => ({ value, label: colouringWords[value] }))}
                  onChange={(value) => setUrl({ colour: value === 'class' ? undefined : value })}
                />
              )}
              <ul className={styles.key} aria-label="Key: select the images of a group">
                {groups.map(({ label, color, points }) => (
                  <li key={label}>
                    <button
                      type="button"
                      onClick={() => select(points)}
                      onPointerEnter={() => setLit(label)}
                      onPointerLeave={() => setLit(undefined)}
                      onFocus={() => setLit(label)}
                      onBlur={() => setLit(undefined)}
                    >
                      <span className={styles.dot} style={{ background: `rgb(${color.join(' ')})` }} />
                      <span className={styles.name}>{label}</span>
                      <span className={styles.count}>{count(points.length)}</span>
                    </button>
                  </li>
                ))}
              </ul>
              {selected.length > 0 && (
                <Button tone="quiet" onClick={() => select([])}>
                  Select none
                </Button>
              )}
            </div>
          </div>
          {selected.length > 0 && (
            <MapSelection
              key={selection.turn}
              {...{ dataset, names, map, selected }}
              onDone={() => select([])}
            />
          )}
        </>
      )}
    </Card>
  )
}

const labelOf = (index: number | null, names: readonly string[]): string =>
  index === null ? 'without a label' : (names[index] ?? `class ${index}`)

function predictedWords(map: MappedFragment, i: number, names: readonly string[]): string {
  const predicted = map.predicted[i]
  if (predicted == null) return ''
  const confidence = map.confidences[i]
  const sure = confidence == null ? '' : `, ${Math.round(100 * confidence)} % sure`
  return predicted === map.classes[i] ? `: right${sure}` : `, taken for ${labelOf(predicted, names)}${sure}`
}

/** Beside the pointer, on the side where there is more room. */
const tipPlace = ({ x, y }: Hovered) => ({
  left: x,
  top: y,
  translate: `${x > 220 ? 'calc(-100% - 14px)' : '14px'} ${y > 200 ? '-100%' : '0'}`,
})

/** Whether the page is dark now, by choice or with the system. */
function useIsDark(): boolean {
  const scheme = useScheme()
  const [system, setSystem] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => setSystem(query.matches)
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
  return scheme === 'system' ? system : scheme === 'dark'
}

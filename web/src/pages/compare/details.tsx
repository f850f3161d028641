import type { ComparisonStateFragment } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { SelectField } from '../../components/field'
import { lazily } from '../../components/lazily'
import { Loading } from '../../components/loading'
import { type Tab, Tabs } from '../../components/tabs'
import { ClassesTab } from './classes-tab'
import type { Line } from './series'

// What is not seen at first is loaded when it is.
const DisagreementsTab = lazily(
  async () => (await import('./disagreements-tab')).DisagreementsTab,
  () => <Loading what="disagreements" />,
)
const ConfusionTab = lazily(
  async () => (await import('./confusion-tab')).ConfusionTab,
  () => <Loading what="confusions" />,
)
const ImagesTab = lazily(
  async () => (await import('./images-tab')).ImagesTab,
  () => <Loading what="images" />,
)
const MapTab = lazily(
  async () => (await import('./map-tab')).MapTab,
  () => <Loading what="the map" />,
)
const CalibrationTab = lazily(
  async () => (await import('./calibration-tab')).CalibrationTab,
  () => <Loading what="the calibration" />,
)
const SetsTab = lazily(
  async () => (await import('./sets-tab')).SetsTab,
  () => <Loading what="sets" />,
)
const RunsTab = lazily(
  async () => (await import('./runs-tab')).RunsTab,
  () => <Loading what="runs" />,
)

/** Details behind the averages: classes, images, confusions, calibration, sets, and single runs. */
export function Details({
  comparison,
  ranked,
  shots,
  baseline,
}: {
  readonly comparison: ComparisonStateFragment
  readonly ranked: readonly Line[]
  readonly shots: number
  readonly baseline: Line
}) {
  const [url, setUrl] = useUrlState()
  const chosen = ranked.find(({ key }) => key === url.get('method')) ?? ranked[0]
  if (!chosen) return null
  const method = (
    <SelectField
      inline
      label="Method"
      value={chosen.key}
      options={ranked.map(({ key, label }) => ({ value: key, label }))}
      onChange={(value) => setUrl({ method: value })}
    />
  )
  const { id } = comparison
  // If the method is the baseline itself, compare it with the next best.
  const other = chosen === baseline ? ranked.find((line) => line !== chosen) : baseline
  const contrast = other && { id, line: chosen, baseline: other, shots }
  const tabs: readonly Tab[] = [
    ...(contrast
      ? [
          {
            value: 'classes',
            label: 'Classes',
            content: () => <ClassesTab contrast={contrast} tools={method} />,
          },
          {
            value: 'disagreements',
            label: 'Disagreements',
            content: () => (
              <DisagreementsTab
                key={`${contrast.line.key} ${contrast.baseline.key} ${shots}`}
                contrast={contrast}
                tools={method}
              />
            ),
          },
        ]
      : []),
    {
      value: 'confusion',
      label: 'Confusion',
      content: () => (
        <ConfusionTab
          id={id}
          line={chosen}
          shots={shots}
          tools={method}
          onPair={(label, taken) =>
            setUrl({ tab: 'images', class: label, taken, outcome: undefined, seed: undefined })
          }
        />
      ),
    },
    {
      value: 'images',
      label: 'Images',
      content: () => (
        <ImagesTab
          id={id}
          line={chosen}
          shots={shots}
          testDataset={(comparison.testDataset ?? comparison.dataset).id}
          tools={method}
        />
      ),
    },
    {
      value: 'map',
      label: 'Map',
      content: () => (
        <MapTab
          id={id}
          line={chosen}
          shots={shots}
          testDataset={(comparison.testDataset ?? comparison.dataset).id}
          tools={method}
        />
      ),
    },
    {
      value: 'calibration',
      label: 'Calibration',
      content: () => <CalibrationTab id={id} line={chosen} shots={shots} tools={method} />,
    },
    {
      value: 'sets',
      label: 'Sets',
      content: () => <SetsTab id={id} encoder={chosen.encoder} shots={shots} />,
    },
    { value: 'runs', label: 'Runs', content: () => <RunsTab id={id} /> },
  ]
  const tab = tabs.find(({ value }) => value === url.get('tab'))?.value ?? tabs[0]?.value ?? ''
  return <Tabs label="Details" tabs={tabs} value={tab} onChange={(value) => setUrl({ tab: value })} />
}

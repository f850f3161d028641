import type { ComparisonStateFragment } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { SelectField } from '../../components/field'
import { type Tab, Tabs } from '../../components/tabs'
import { ClassesTab } from './classes-tab'
import { ConfusionTab } from './confusion-tab'
import { RunsTab } from './runs-tab'
import type { Line } from './series'

/** Behind the averages: classes, confusions, and single runs. */
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
  const shared = { id: comparison.id, line: chosen, shots, method }
  const tabs: readonly Tab[] = [
    { value: 'classes', label: 'Classes', content: () => <ClassesTab {...shared} baseline={baseline} /> },
    { value: 'confusion', label: 'Confusion', content: () => <ConfusionTab {...shared} /> },
    { value: 'runs', label: 'Runs', content: () => <RunsTab id={comparison.id} /> },
  ]
  const tab = tabs.find(({ value }) => value === url.get('tab'))?.value ?? 'classes'
  return <Tabs label="Details" tabs={tabs} value={tab} onChange={(value) => setUrl({ tab: value })} />
}

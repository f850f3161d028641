import { page } from './page.js'
import type { ReportData } from './report-data.js'
import { accuracySection } from './sections/accuracy.js'
import { calibrationSection } from './sections/calibration.js'
import { classesSection } from './sections/classes.js'
import { correlationSection } from './sections/correlation.js'
import { disagreementsSection } from './sections/disagreements.js'
import { overlapSection } from './sections/overlap.js'
import { robustnessSection } from './sections/robustness.js'
import { setsSection } from './sections/sets.js'
import { settingSection } from './sections/setting.js'
import { verdictSection } from './sections/verdict.js'
import { styleSheet } from './style.js'

/** Renders the report as HTML. */
export function renderReport(data: ReportData): string {
  const series = [...data.runs, ...(typeof data.correlation === 'string' ? [] : data.correlation.points)]
  const style = styleSheet(series.map((each) => data.styleOf(each).color))
  return page(`${data.dataset}: which method is best`, style, [
    verdictSection(data),
    accuracySection(data),
    robustnessSection(data),
    calibrationSection(data),
    setsSection(data),
    overlapSection(data),
    correlationSection(data),
    classesSection(data),
    disagreementsSection(data),
    settingSection(data),
  ])
}

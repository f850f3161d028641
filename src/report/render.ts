import { page } from './page.js'
import type { ReportData } from './report-data.js'
import { accuracySection } from './sections/accuracy.js'
import { classesSection } from './sections/classes.js'
import { correlationSection } from './sections/correlation.js'
import { disagreementsSection } from './sections/disagreements.js'
import { overlapSection } from './sections/overlap.js'
import { robustnessSection } from './sections/robustness.js'
import { settingSection } from './sections/setting.js'
import { verdictSection } from './sections/verdict.js'

/** Renders the report as HTML. */
export const renderReport = (data: ReportData): string =>
  page(`${data.dataset}: which method is best`, [
    verdictSection(data),
    accuracySection(data),
    robustnessSection(data),
    overlapSection(data),
    correlationSection(data),
    classesSection(data),
    disagreementsSection(data),
    settingSection(data),
  ])
